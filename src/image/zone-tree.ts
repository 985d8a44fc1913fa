import { TYPE_DNAME, TYPE_NS } from "../wire/rr-types.ts";
import type { RRset, SteeredRRset, Zone } from "../zone/model.ts";

/** A name of a zone on its way into a segment. */
export interface ZoneNode {
  readonly name: Uint8Array;
  readonly parent: ZoneNode | undefined;
  readonly rrsets: RRset[];
  readonly steered: SteeredRRset[];
  /** The node of `*` directly below. */
  wildcard: ZoneNode | undefined;
  /**
   * Where the zone's own data ends on the way down to this name: a zone cut, possibly itself, or the owner of a DNAME
   * above. Of several the one nearest to the apex: it hides the others.
   */
  cut: ZoneNode | undefined;
  /** Whether names below are redirected by a DNAME here. */
  redirects: boolean;
  /** Where it stands in the segment. */
  reference: number;
}

/** Every owner of a zone and the empty non-terminals above, by `keyOfName()`, parents first. */
export function buildZoneTree(zone: Zone): ReadonlyMap<string, ZoneNode> {
  const nodes = new Map<string, ZoneNode>();
  const nodeOf = (name: Uint8Array): ZoneNode => {
    const key = keyOfName(name);
    const known = nodes.get(key);
    if (known !== undefined) return known;
    const parent = name.length > zone.apex.length ? nodeOf(name.subarray(name[0]! + 1)) : undefined;
    const node: ZoneNode = {
      name,
      parent,
      rrsets: [],
      steered: [],
      wildcard: undefined,
      cut: undefined,
      redirects: false,
      reference: 0,
    };
    nodes.set(key, node);
    if (parent !== undefined && isWildcard(name)) parent.wildcard = node;
    return node;
  };
  nodeOf(zone.apex);
  for (const rrset of zone.rrsets) nodeOf(rrset.owner).rrsets.push(rrset);
  for (const rrset of zone.steered) nodeOf(rrset.owner).steered.push(rrset);
  for (const node of nodes.values()) findEnd(node);
  return nodes;
}

/** Equal for equal names in lower case. */
export function keyOfName(name: Uint8Array): string {
  return Buffer.from(name.buffer, name.byteOffset, name.length).toString("latin1");
}

/** Expects the parent's to be known. */
function findEnd(node: ZoneNode): void {
  const { parent, name, rrsets } = node;
  const above = parent?.redirects === true ? parent : parent?.cut;
  // NS at the apex are the zone's own; at a wildcard they have no meaning (RFC 4592 §4.2): ordinary data here.
  const isCut =
    parent !== undefined && !isWildcard(name) && rrsets.some(({ type }) => type === TYPE_NS);
  node.cut = above ?? (isCut ? node : undefined);
  node.redirects = node.cut === undefined && rrsets.some(({ type }) => type === TYPE_DNAME);
}

function isWildcard(name: Uint8Array): boolean {
  return name[0] === 1 && name[1] === 0x2a;
}
