import { isSubdomain, lowerName } from "../wire/name.ts";
import {
  TYPE_A,
  TYPE_AAAA,
  TYPE_CNAME,
  TYPE_HTTPS,
  TYPE_MX,
  TYPE_NS,
  TYPE_SRV,
  TYPE_SVCB,
} from "../wire/rr-types.ts";
import type { RRset } from "../zone/model.ts";
import { NODE, RRSET } from "./layout.ts";
import type { OctetBuilder } from "./octet-builder.ts";
import { keyOfName, type ZoneNode } from "./zone-tree.ts";

/**
 * Types whose answers come with the addresses of the names in their rdata (RFC 1035 §3.3.9, §3.3.11, RFC 2782,
 * RFC 9460 §4.1), and how many octets of rdata stand before that name.
 */
const NAME_OFFSETS: ReadonlyMap<number, number> = new Map([
  [TYPE_NS, 0],
  [TYPE_MX, 2],
  [TYPE_SRV, 6],
  [TYPE_SVCB, 2],
  [TYPE_HTTPS, 2],
]);

/** Fills in where CNAMEs lead, and where the addresses are that go with the static RRsets of a zone. */
export function linkTargets(
  builder: OctetBuilder,
  nodes: ReadonlyMap<string, ZoneNode>,
  apex: Uint8Array,
): void {
  for (const node of nodes.values()) {
    node.rrsets.forEach((rrset, i) => {
      const reference = builder.word(node.reference, NODE.words + i * 2 + 1);
      if (rrset.type === TYPE_CNAME) {
        builder.setWord(reference, RRSET.targets, builder.append(lowerName(rrset.rdata[0]!)));
        return;
      }
      const offset = NAME_OFFSETS.get(rrset.type);
      if (offset === undefined) return;
      const found = findTargets(rrset, offset, nodes, apex);
      if (found.every((target) => target === undefined)) return;
      const targets = builder.allocate(found.length);
      found.forEach((target, j) => {
        builder.setWord(targets, j, target?.reference ?? 0);
      });
      builder.setWord(reference, RRSET.targets, targets);
    });
  }
}

/** By record; a name that more than one record has is found for the first only. */
function findTargets(
  rrset: RRset,
  offset: number,
  nodes: ReadonlyMap<string, ZoneNode>,
  apex: Uint8Array,
): (ZoneNode | undefined)[] {
  const seen = new Set<string>();
  return rrset.rdata.map((rdata) => {
    const target = nameAt(rdata, offset);
    const key = keyOfName(target);
    if (seen.has(key) || !isSubdomain(target, apex)) return undefined;
    seen.add(key);
    const node = findNode(target, nodes);
    return node !== undefined && isUseful(node, rrset.type) ? node : undefined;
  });
}

/** The node that answers for a name of the zone: its own, or the wildcard's at its closest encloser. */
function findNode(name: Uint8Array, nodes: ReadonlyMap<string, ZoneNode>): ZoneNode | undefined {
  const own = nodes.get(keyOfName(name));
  if (own !== undefined) return own;
  let encloser: ZoneNode | undefined;
  for (let at = name; encloser === undefined; encloser = nodes.get(keyOfName(at))) {
    at = at.subarray(at[0]! + 1);
  }
  return encloser.redirects ? undefined : encloser.wildcard;
}

/** Whether a node has what goes with an answer of type `by`, and this zone may tell. */
function isUseful({ cut, rrsets, steered }: ZoneNode, by: number): boolean {
  // What lies below a cut is another's, but for the addresses of name servers, which is what glue is.
  if (cut !== undefined && (by !== TYPE_NS || cut.redirects)) return false;
  const isWanted = ({ type }: { type: number }): boolean =>
    type === TYPE_A ||
    type === TYPE_AAAA ||
    (type === by && (by === TYPE_SVCB || by === TYPE_HTTPS));
  return rrsets.some(isWanted) || steered.some(isWanted);
}

/** The name that stands in rdata, in lower case. */
function nameAt(rdata: Uint8Array, offset: number): Uint8Array {
  let end = offset;
  while (end < rdata.length && rdata[end] !== 0) end += rdata[end]! + 1;
  return lowerName(rdata.subarray(offset, end + 1));
}
