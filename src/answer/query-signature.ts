import type { Keyring } from "../tsig/keyring.ts";
import { signatureOctets, signMessage } from "../tsig/sign.ts";
import { refusalOctets, signRefusal } from "../tsig/sign-refusal.ts";
import { type Verdict, verifySignature } from "../tsig/verify.ts";
import { RCODE_NOERROR } from "../wire/message.ts";

/**
 * The TSIG record of a query, if it has one, and that of its response (RFC 8945). One object is used again and again; for
 * a query without a signature it does nothing.
 */
export class QuerySignature {
  /** Octets to keep free for the response's own record. */
  room = 0;
  /** What the signature alone leads to: NOERROR if it is good, or there is none. */
  rcode: number = RCODE_NOERROR;
  #verdict: Verdict | undefined;
  #nowSeconds = 0;

  /**
   * Starts with a query.
   *
   * @param at where its TSIG record starts, 0 if it has none
   * @param wallClock milliseconds since 1970
   */
  begin(
    octets: Uint8Array,
    length: number,
    at: number,
    keyring: Keyring,
    wallClock: () => number,
  ): void {
    this.room = 0;
    this.rcode = RCODE_NOERROR;
    this.#verdict = undefined;
    if (at === 0) return;
    this.#nowSeconds = Math.floor(wallClock() / 1000);
    const verdict = verifySignature(octets, length, at, keyring, this.#nowSeconds);
    this.#verdict = verdict;
    if (verdict.kind === "verified") {
      this.room = signatureOctets(verdict.key);
    } else {
      this.room = refusalOctets(verdict);
      this.rcode = verdict.rcode;
    }
  }

  /** Signs the response as the query demands. @returns its octets */
  finish(out: Uint8Array, length: number): number {
    const verdict = this.#verdict;
    if (verdict === undefined) return length;
    if (verdict.kind === "refused") return signRefusal(out, length, verdict, this.#nowSeconds);
    const options = { time: this.#nowSeconds, previousMac: verdict.mac };
    return signMessage(out, length, verdict.key, options).length;
  }
}
