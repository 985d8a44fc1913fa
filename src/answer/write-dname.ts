import { NODE } from "../image/layout.ts";
import type { Segment } from "../image/segment.ts";
import { MAX_NAME_OCTETS, type NameKey } from "../wire/name-key.ts";
import { CLASS_IN, TYPE_CNAME, TYPE_DNAME } from "../wire/rr-types.ts";
import type { Chain } from "./chain.ts";
import { FULL, RDATA_OFFSET, type Response, write16 } from "./response.ts";
import { copyLabels, findSuffix } from "./written-names.ts";

/** The name would be longer than 255 octets. */
export const TOO_LONG = -2;

/** Where the TTL of a record stands, counted from its owner name. */
const TTL_OFFSET = 6;
const TTL_OCTETS = 4;
const POINTER_OCTETS = 2;
const POINTER = 0xc0;

/**
 * Writes the DNAME record that redirects a name, and the CNAME that it comes to for that name, with the DNAME's TTL
 * (RFC 6672 §3.1).
 *
 * @param node the DNAME's owner
 * @param owner where the name stands in the response
 * @param apex where the zone's apex stands in the response
 * @returns where the CNAME's record starts, FULL, or TOO_LONG: then the DNAME has been written alone (RFC 6672 §2.2)
 */
export function writeDname(
  response: Response,
  segment: Segment,
  node: number,
  chain: Chain,
  name: NameKey,
  owner: number,
  apex: number,
): number {
  const { octets } = response;
  const kept = name.length - segment.nameLengthOf(node);
  const nameAt = segment.words[(node >> 2) + NODE.name]!;
  let dname = chain.findDname(octets, segment.octets, nameAt);
  if (dname === 0) {
    dname = response.at;
    const place = findSuffix(octets, owner, kept);
    const rrset = segment.entryReference(segment.findEntry(node, TYPE_DNAME));
    const written = response.writeRRset(segment, rrset, place, apex, 0);
    if (written === FULL) return FULL;
    response.answers += written;
    chain.addDname(place, dname);
  }
  const target = dname + RDATA_OFFSET;
  const targetOctets = (octets[target - 2]! << 8) | octets[target - 1]!;
  if (kept + targetOctets > MAX_NAME_OCTETS) return TOO_LONG;

  // A pointer cannot save anything on the root.
  const isRoot = targetOctets === 1;
  const rdataOctets = kept + (isRoot ? 1 : POINTER_OCTETS);
  const start = response.at;
  const rdata = start + RDATA_OFFSET;
  if (rdata + rdataOctets > response.limit) return FULL;
  writePointer(octets, start, owner);
  write16(octets, start + POINTER_OCTETS, TYPE_CNAME);
  write16(octets, start + POINTER_OCTETS + 2, CLASS_IN);
  for (let i = 0; i < TTL_OCTETS; i++) {
    octets[start + TTL_OFFSET + i] = octets[dname + TTL_OFFSET + i]!;
  }
  write16(octets, rdata - 2, rdataOctets);
  copyLabels(octets, owner, kept, rdata);
  if (isRoot) octets[rdata + kept] = 0;
  else writePointer(octets, rdata + kept, target);
  response.at = rdata + rdataOctets;
  response.answers++;
  return start;
}

function writePointer(octets: Uint8Array, at: number, to: number): void {
  octets[at] = POINTER | (to >> 8);
  octets[at + 1] = to & 0xff;
}
