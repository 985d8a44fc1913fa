/**
 * When a zone expires: what the EXPIRE option of EDNS tells (RFC 7314). A zone of our own does so never, but tells others how
 * long they may keep it. The time of a zone that is kept elsewhere stands in its segment: it alone of all numbers there
 * changes while queries are answered, as one word that is written whole.
 */
import type { ImageView } from "./image-view.ts";
import { RRSET, SEGMENT } from "./layout.ts";

/** Where in an SOA's rdata, from its end, the time stands that others may keep the zone for (RFC 1035 §3.3.13). */
const EXPIRE_FROM_END = 8;
const MAX_WORD = 0xffff_ffff;

/**
 * Notes when a zone that is kept elsewhere expires.
 *
 * @param atSeconds since 1970
 */
export function writeExpiry(segment: SharedArrayBuffer, atSeconds: number): void {
  const words = new Uint32Array(segment);
  // 0 stands for a zone of our own.
  words[SEGMENT.expiresAt] = Math.min(Math.max(1, Math.floor(atSeconds)), MAX_WORD);
}

/**
 * For how many seconds from now on others may keep the zone: what its SOA says, if it is our own, else what is left.
 *
 * @param nowMs since 1970
 */
export function readExpire({ words, octets, view }: ImageView, nowMs: number): number {
  const expiresAt = words[SEGMENT.expiresAt]!;
  if (expiresAt !== 0) return Math.max(0, expiresAt - Math.floor(nowMs / 1000));
  const rrset = words[SEGMENT.negativeSoa]!;
  const record = rrset + words[(rrset >> 2) + RRSET.words]!;
  const length = (octets[record]! << 8) | octets[record + 1]!;
  const pointers = (octets[record + 2]! << 8) | octets[record + 3]!;
  return view.getUint32(record + 4 + pointers * 2 + length - EXPIRE_FROM_END);
}
