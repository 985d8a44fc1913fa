import { HEADER_OCTETS } from "../wire/message.ts";
import { lowerName, MAX_LABEL, MAX_NAME } from "../wire/name.ts";
import { skipName } from "../wire/record-cursor.ts";
import { CLASS_ANY, TYPE_TSIG } from "../wire/rr-types.ts";

/** A TSIG record (RFC 8945 §4.2). */
export interface Signature {
  /** Where it starts, which is where the message that it signs ends. */
  readonly at: number;
  /** Wire form, lower case, as `algorithm`. */
  readonly keyName: Uint8Array;
  readonly algorithm: Uint8Array;
  /** Seconds since 1970, 48 bits. */
  readonly time: number;
  /** Seconds. */
  readonly fudge: number;
  readonly mac: Uint8Array;
  readonly originalId: number;
  readonly error: number;
  readonly other: Uint8Array;
}

/** Type, class, TTL, rdata length. */
const RECORD_FIELDS = 10;
/** In front of the MAC: time signed, fudge, MAC size. Behind it: original ID, error, other length. */
const BEFORE_MAC = 10;
const BEHIND_MAC = 6;

/**
 * Reads the TSIG record at `at`. Its fields are copies.
 *
 * @returns undefined if it is malformed, or not the last thing in the message (RFC 8945 §5.1)
 */
export function readSignature(
  octets: Uint8Array,
  length: number,
  at: number,
): Signature | undefined {
  const owner = readName(octets, at, length, true);
  if (owner === undefined || owner.end + RECORD_FIELDS > length) return undefined;
  const view = new DataView(octets.buffer, octets.byteOffset, length);
  if (view.getUint16(owner.end) !== TYPE_TSIG || view.getUint16(owner.end + 2) !== CLASS_ANY) {
    return undefined;
  }
  const start = owner.end + RECORD_FIELDS;
  if (view.getUint32(owner.end + 4) !== 0) return undefined;
  if (start + view.getUint16(owner.end + 8) !== length) return undefined;
  const algorithm = readName(octets, start, length, false);
  if (algorithm === undefined || algorithm.end + BEFORE_MAC > length) return undefined;
  const fields = algorithm.end;
  const mac = fields + BEFORE_MAC;
  const behind = mac + view.getUint16(fields + 8);
  if (behind + BEHIND_MAC > length) return undefined;
  const other = behind + BEHIND_MAC;
  if (other + view.getUint16(behind + 4) !== length) return undefined;
  return {
    at,
    keyName: owner.name,
    algorithm: algorithm.name,
    time: view.getUint16(fields) * 2 ** 32 + view.getUint32(fields + 2),
    fudge: view.getUint16(fields + 6),
    mac: Uint8Array.from(octets.subarray(mac, behind)),
    originalId: view.getUint16(behind),
    error: view.getUint16(behind + 2),
    other: Uint8Array.from(octets.subarray(other, length)),
  };
}

/**
 * Finds the TSIG record of a message by stepping over all others.
 *
 * @returns where it starts; 0: there is none; -1: the message is malformed, or a TSIG record stands where none may
 */
export function findSignature(octets: Uint8Array, length: number): number {
  if (length < HEADER_OCTETS) return -1;
  const view = new DataView(octets.buffer, octets.byteOffset, length);
  let at = HEADER_OCTETS;
  for (let left = view.getUint16(4); left > 0; left--) {
    at = skipName(octets, at, length) + 4;
    if (at < 4 || at > length) return -1;
  }
  const additional = view.getUint16(10);
  let left = view.getUint16(6) + view.getUint16(8) + additional;
  for (; left > 0; left--) {
    const owner = at;
    at = skipName(octets, at, length);
    if (at < 0 || at + RECORD_FIELDS > length) return -1;
    const isSignature = view.getUint16(at) === TYPE_TSIG;
    at += RECORD_FIELDS + view.getUint16(at + 8);
    if (at > length) return -1;
    if (isSignature) return left === 1 && additional > 0 ? owner : -1;
  }
  return 0;
}

/** A name in lower case and where it ends; undefined if it is malformed. Pointers may only lead backwards. */
function readName(
  octets: Uint8Array,
  start: number,
  length: number,
  mayPoint: boolean,
): { readonly name: Uint8Array; readonly end: number } | undefined {
  const labels: Uint8Array[] = [];
  let size = 1;
  let end = 0;
  let at = start;
  let before = start;
  for (;;) {
    if (at >= length) return undefined;
    const octet = octets[at]!;
    if (octet === 0) break;
    if (octet > MAX_LABEL) {
      if (octet < 0xc0 || !mayPoint || at + 2 > length) return undefined;
      const target = ((octet & 0x3f) << 8) | octets[at + 1]!;
      if (target >= before || target < HEADER_OCTETS) return undefined;
      if (end === 0) end = at + 2;
      at = target;
      before = target;
      continue;
    }
    size += octet + 1;
    if (size > MAX_NAME || at + octet + 1 > length) return undefined;
    labels.push(octets.subarray(at, at + octet + 1));
    at += octet + 1;
  }
  const name = lowerName(Uint8Array.from(Buffer.concat([...labels, Uint8Array.of(0)])));
  return { name, end: end === 0 ? at + 1 : end };
}
