import { BADTIME } from "./errors.ts";
import {
  FIXED_OCTETS,
  OTHER_OCTETS,
  signatureOctets,
  signMessage,
  writeSignature,
} from "./sign.ts";
import type { Verdict } from "./verify.ts";

const NOTHING = new Uint8Array(0);
/** More than any of the TSIG records made here has: two names of 255 octets, a MAC of 64. */
export const MAX_REFUSAL_OCTETS: number = 255 + 255 + FIXED_OCTETS + 64 + OTHER_OCTETS;

/** Octets of the TSIG record that `signRefusal()` appends. */
export function refusalOctets({
  error,
  signature,
  key,
}: Extract<Verdict, { kind: "refused" }>): number {
  if (error === 0 || signature === undefined) return 0;
  if (error === BADTIME && key !== undefined) return signatureOctets(key);
  return signature.keyName.length + signature.algorithm.length + FIXED_OCTETS;
}

/**
 * Appends the TSIG record of an error response (RFC 8945 §5.3.2): BADKEY and BADSIG go unsigned, since nobody could check
 * them; BADTIME is signed and tells our time. A malformed record gets none.
 *
 * @param octets has room for `refusalOctets()` more
 * @param length octets of the response so far
 * @param nowSeconds seconds since 1970
 * @returns octets of the response
 */
export function signRefusal(
  octets: Uint8Array,
  length: number,
  { error, signature, key }: Extract<Verdict, { kind: "refused" }>,
  nowSeconds: number,
): number {
  if (error === 0 || signature === undefined) return length;
  const { keyName, algorithm, mac, time } = signature;
  if (error === BADTIME && key !== undefined) {
    const other = new DataView(new ArrayBuffer(OTHER_OCTETS));
    other.setUint16(0, Math.floor(nowSeconds / 2 ** 32));
    other.setUint32(2, nowSeconds % 2 ** 32);
    // The client's own time, by which it can check the signature (RFC 8945 §5.2.3).
    return signMessage(octets, length, key, {
      time,
      previousMac: mac,
      error,
      other: new Uint8Array(other.buffer),
    }).length;
  }
  const fields = { keyName, algorithm, time: nowSeconds, mac: NOTHING, error, other: NOTHING };
  return writeSignature(octets, length, fields);
}
