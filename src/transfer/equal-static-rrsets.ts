import { RRSET } from "../image/layout.ts";
import type { Segment } from "../image/segment.ts";
import { read16 } from "../wire/record-cursor.ts";

/**
 * Whether two nodes have the same static RRsets, octet for octet and in the same order, and no steered ones: most names of
 * most zones after most changes. False may also mean that it takes a closer look to tell.
 */
export function equalStaticRRsets(
  one: Segment,
  node: number,
  other: Segment,
  otherNode: number,
): boolean {
  const count = one.countEntries(node);
  if (count !== other.countEntries(otherNode)) return false;
  let a = one.firstEntry(node);
  let b = other.firstEntry(otherNode);
  for (let left = count; left > 0; left--, a = one.nextEntry(a), b = other.nextEntry(b)) {
    if (one.words[a] !== other.words[b] || one.isSteered(a)) return false;
    if (!equalRecords(one, one.entryReference(a), other, other.entryReference(b))) return false;
  }
  return true;
}

function equalRecords(one: Segment, a: number, other: Segment, b: number): boolean {
  const count = one.words[(a >> 2) + RRSET.count]!;
  const stride = one.words[(a >> 2) + RRSET.stride]!;
  if (count !== other.words[(b >> 2) + RRSET.count]!) return false;
  if (stride !== other.words[(b >> 2) + RRSET.stride]!) return false;
  if (stride !== 0) {
    const first = RRSET.words * 4;
    return equalOctets(one, a + first, other, b + first, count * stride);
  }
  for (let i = 0; i < count; i++) {
    const atA = a + one.words[(a >> 2) + RRSET.words + i]!;
    const atB = b + other.words[(b >> 2) + RRSET.words + i]!;
    // Lengths of the record and of its list of pointers, then the list, then the record.
    const length = read16(one.octets, atA);
    const pointers = read16(one.octets, atA + 2);
    if (!equalOctets(one, atA, other, atB, 4 + pointers * 2 + length)) return false;
  }
  return true;
}

function equalOctets(one: Segment, a: number, other: Segment, b: number, length: number): boolean {
  for (let i = 0; i < length; i++) if (one.octets[a + i] !== other.octets[b + i]) return false;
  return true;
}
