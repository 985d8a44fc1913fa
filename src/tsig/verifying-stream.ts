import { RCODE_FORMERR, RCODE_NOTAUTH } from "../wire/message.ts";
import { BADKEY, BADSIG } from "./errors.ts";
import type { TsigKey } from "./keyring.ts";
import { findSignature, readSignature, type Signature } from "./signature.ts";
import { checkSignature } from "./verify.ts";

/** Of a message of a response: verified, unsigned so far (the next signature covers it), or not to be trusted. */
export type StreamVerdict =
  | {
      readonly kind: "verified" | "unsigned";
      /** Octets of the message without its TSIG record. */
      readonly length: number;
    }
  | {
      readonly kind: "refused";
      /** FORMERR or NOTAUTH. */
      readonly rcode: number;
      /** What the peer says in its TSIG record, or what we found. */
      readonly error: number;
      /** Whether the peer says so: it refused our request. */
      readonly isReported: boolean;
    };

/** Messages between two signatures (RFC 8945 §5.3.1). */
const MAX_UNSIGNED = 99;

/**
 * Checks the messages of a response to a signed request, one after the other: a single response is a stream of one. The
 * first must be signed, and so must the last: see `isSettled`.
 */
export class VerifyingStream {
  readonly #key: TsigKey;
  #mac: Uint8Array;
  #isFirst = true;
  #unsigned: Uint8Array[] = [];

  /** @param requestMac what the request was signed with */
  constructor(key: TsigKey, requestMac: Uint8Array) {
    this.#key = key;
    this.#mac = requestMac;
  }

  /** Whether every message so far is covered by a signature: only then may what they say be used. */
  get isSettled(): boolean {
    return !this.#isFirst && this.#unsigned.length === 0;
  }

  /**
   * Takes the next message. After a refusal the stream is worth nothing any more.
   *
   * @param nowSeconds seconds since 1970
   */
  verify(octets: Uint8Array, length: number, nowSeconds: number): StreamVerdict {
    const at = findSignature(octets, length);
    if (at < 0) return refuse(RCODE_FORMERR, 0);
    if (at === 0) return this.#takeUnsigned(octets, length);
    const signature = readSignature(octets, length, at);
    if (signature === undefined) return refuse(RCODE_FORMERR, 0);
    const verdict = this.#check(octets, signature, nowSeconds);
    if (verdict.kind === "verified") {
      this.#mac = signature.mac;
      this.#isFirst = false;
      this.#unsigned = [];
    }
    return verdict;
  }

  #takeUnsigned(octets: Uint8Array, length: number): StreamVerdict {
    if (this.#isFirst || this.#unsigned.length >= MAX_UNSIGNED)
      return refuse(RCODE_NOTAUTH, BADSIG);
    this.#unsigned.push(Uint8Array.from(octets.subarray(0, length)));
    return { kind: "unsigned", length };
  }

  #check(octets: Uint8Array, signature: Signature, nowSeconds: number): StreamVerdict {
    const key = this.#key;
    const isOurs =
      Buffer.from(key.name).equals(signature.keyName) &&
      Buffer.from(key.algorithm.name).equals(signature.algorithm);
    if (!isOurs) return refuse(RCODE_NOTAUTH, BADKEY);
    // BADKEY and BADSIG come unsigned (RFC 8945 §5.3.2): worth telling, worth nothing more.
    if (signature.mac.length === 0 && signature.error !== 0) {
      return { kind: "refused", rcode: RCODE_NOTAUTH, error: signature.error, isReported: true };
    }
    const past = {
      previousMac: this.#mac,
      timersOnly: !this.#isFirst,
      unsigned: this.#unsigned,
    };
    const verdict = checkSignature(octets, signature, key, nowSeconds, past);
    // BADTIME is dated by our own clock, so it verifies.
    if (verdict.kind === "refused") return refuse(verdict.rcode, verdict.error);
    if (signature.error !== 0) {
      return { kind: "refused", rcode: RCODE_NOTAUTH, error: signature.error, isReported: true };
    }
    return { kind: "verified", length: signature.at };
  }
}

function refuse(rcode: number, error: number): StreamVerdict {
  return { kind: "refused", rcode, error, isReported: false };
}
