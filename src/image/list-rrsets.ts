import { read16 } from "../wire/record-cursor.ts";
import type { Name, RRset } from "../zone/model.ts";
import { ImageView } from "./image-view.ts";
import { NODE, OWNS_DNAME, RECORD_HEAD_OCTETS, RRSET, SEGMENT, STEERED } from "./layout.ts";

/** Octets of a compression pointer. */
const POINTER_OCTETS = 2;

/**
 * Reads the static RRsets of a zone back out of its segment: what is served is all there is of them. For people's
 * questions, not for queries. Names in rdata that were compressed come back with their apex in lower case.
 *
 * @param isWanted asked for each, by where it lies: without it all are listed
 */
export function listRRsets(
  segment: SharedArrayBuffer,
  apex: Name,
  isWanted: (words: Uint32Array, reference: number) => boolean = () => true,
): RRset[] {
  const view = new ImageView(segment);
  const { words, octets } = view;
  const table = words[SEGMENT.table]! >> 2;
  const found: RRset[] = [];
  for (let slot = 0; slot <= words[SEGMENT.tableMask]!; slot++) {
    const node = words[table + slot * 2 + 1]! >> 2;
    if (node === 0) continue;
    const nameAt = words[node + NODE.name]!;
    const rrsets = words[node + NODE.rrsets]! & (OWNS_DNAME - 1);
    for (let i = 0; i < rrsets; i++) {
      const entry = node + NODE.words + i * 2;
      if ((words[entry]! & STEERED) !== 0) continue;
      const reference = words[entry + 1]!;
      if (!isWanted(words, reference)) continue;
      const owner = octets.slice(nameAt, nameAt + words[node + NODE.nameLength]!);
      found.push(readRRset(view, reference, owner, apex));
    }
  }
  return found;
}

/** Reads the RRset at a reference back. */
export function readRRset(
  { words, octets }: ImageView,
  reference: number,
  owner: Name,
  apex: Name,
): RRset {
  const at = reference >> 2;
  const count = words[at + RRSET.count]!;
  const stride = words[at + RRSET.stride]!;
  const answers = words[at + RRSET.answers]!;
  let ttl = 0;
  const rdata = Array.from({ length: count }, (_, i) => {
    const isFixed = stride > 0;
    const start =
      reference + (isFixed ? RRSET.words * 4 + i * stride : words[at + RRSET.words + i]!);
    const pointers = isFixed ? 0 : read16(octets, start + 2);
    const head = isFixed ? start : start + 4 + pointers * 2;
    const length = isFixed ? stride : read16(octets, start);
    ttl = read16(octets, head + 4) * 0x10000 + read16(octets, head + 6);
    const record = octets.subarray(head, head + length);
    const places = Array.from({ length: pointers }, (_, p) => read16(octets, start + 4 + p * 2));
    return restore(record, places, apex);
  });
  const type = words[at + RRSET.type]!;
  return { owner, type, ttl, rdata, answers: answers < count ? answers : undefined };
}

/** The rdata with the apex in place of each pointer to it. */
function restore(record: Uint8Array, pointers: readonly number[], apex: Name): Uint8Array {
  const parts: Uint8Array[] = [];
  let from = RECORD_HEAD_OCTETS;
  for (const pointer of pointers) {
    parts.push(record.subarray(from, pointer), apex);
    from = pointer + POINTER_OCTETS;
  }
  return Uint8Array.from(Buffer.concat([...parts, record.subarray(from)]));
}
