import type { TsigKey } from "./keyring.ts";
import { signMessage } from "./sign.ts";

/** Signs the messages of a response one after the other, each bound to the one before (RFC 8945 §5.3.1). */
export class SigningStream {
  readonly key: TsigKey;
  #mac: Uint8Array;
  #isFirst = true;

  /** @param requestMac the MAC of the request as it came */
  constructor(key: TsigKey, requestMac: Uint8Array) {
    this.key = key;
    this.#mac = requestMac;
  }

  /**
   * Appends the TSIG record of the next message.
   *
   * @param octets has room for `signatureOctets()` more
   * @param nowSeconds seconds since 1970
   * @returns octets of the message
   */
  sign(octets: Uint8Array, length: number, nowSeconds: number): number {
    const signed = signMessage(octets, length, this.key, {
      time: nowSeconds,
      previousMac: this.#mac,
      timersOnly: !this.#isFirst,
    });
    this.#mac = signed.mac;
    this.#isFirst = false;
    return signed.length;
  }
}
