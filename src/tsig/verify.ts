import { timingSafeEqual } from "node:crypto";
import { RCODE_FORMERR, RCODE_NOTAUTH } from "../wire/message.ts";
import { leastMacOctets } from "./algorithms.ts";
import { computeMac, type DigestInput } from "./digest.ts";
import { BADKEY, BADSIG, BADTIME } from "./errors.ts";
import { findKey, type Keyring, type TsigKey } from "./keyring.ts";
import { readSignature, type Signature } from "./signature.ts";

/** The message is from somebody who has the key, or why it is not taken for that. */
export type Verdict =
  | {
      readonly kind: "verified";
      readonly key: TsigKey;
      /** As it came: what the response is signed with. */
      readonly mac: Uint8Array;
      /** Octets of the message without its TSIG record. */
      readonly length: number;
      readonly signature: Signature;
    }
  | {
      readonly kind: "refused";
      /** FORMERR or NOTAUTH. */
      readonly rcode: number;
      /** What a TSIG record says about it, 0 with FORMERR. */
      readonly error: number;
      /** Undefined if the record is malformed. */
      readonly signature: Signature | undefined;
      /** Known once the MAC is right: with BADTIME. */
      readonly key: TsigKey | undefined;
    };

/**
 * Checks a signed request (RFC 8945 §5.2): key, MAC, time, in this order.
 *
 * @param length octets of the message
 * @param at where its TSIG record starts
 * @param nowSeconds seconds since 1970
 */
export function verifySignature(
  octets: Uint8Array,
  length: number,
  at: number,
  keyring: Keyring,
  nowSeconds: number,
): Verdict {
  const signature = readSignature(octets, length, at);
  if (signature === undefined) return malformed(undefined);
  const key = findKey(keyring, signature.keyName);
  if (key === undefined || !Buffer.from(key.algorithm.name).equals(signature.algorithm)) {
    return { kind: "refused", rcode: RCODE_NOTAUTH, error: BADKEY, signature, key: undefined };
  }
  return checkSignature(octets, signature, key, nowSeconds, {
    previousMac: undefined,
    timersOnly: false,
  });
}

/** What goes before a message: see `DigestInput`. */
export type DigestPast = Pick<DigestInput, "previousMac" | "timersOnly" | "unsigned">;

/** Checks a signature whose key is known. */
export function checkSignature(
  octets: Uint8Array,
  signature: Signature,
  key: TsigKey,
  nowSeconds: number,
  past: DigestPast,
): Verdict {
  const { at, mac, time, fudge, originalId, error, other } = signature;
  // Longer than the hash, or cut so short that it proves nothing (RFC 8945 §5.2.2.1).
  if (mac.length > key.algorithm.octets || mac.length < leastMacOctets(key.algorithm)) {
    return malformed(signature);
  }
  const additional = ((octets[10]! << 8) | octets[11]!) - 1;
  const expected = computeMac(octets, at, additional, {
    ...past,
    key,
    time,
    fudge,
    originalId,
    error,
    other,
  });
  if (!timingSafeEqual(expected.subarray(0, mac.length), mac)) {
    return { kind: "refused", rcode: RCODE_NOTAUTH, error: BADSIG, signature, key: undefined };
  }
  if (Math.abs(nowSeconds - time) > fudge) {
    return { kind: "refused", rcode: RCODE_NOTAUTH, error: BADTIME, signature, key };
  }
  return { kind: "verified", key, mac, length: at, signature };
}

function malformed(signature: Signature | undefined): Verdict {
  return { kind: "refused", rcode: RCODE_FORMERR, error: 0, signature, key: undefined };
}
