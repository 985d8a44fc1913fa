import { formatName, isSubdomain, labelOffsets, lowerName } from "../wire/name.ts";
import { TYPE_ANY, TYPE_CNAME, TYPE_DNAME, TYPE_DS, TYPE_NS } from "../wire/rr-types.ts";
import type { Name, RRset, SteeredRRset, Zone } from "../zone/model.ts";

/** What a zone has at a name, for a type. `owner` is where it is written: a wildcard, perhaps. */
export type FoundName =
  | { readonly kind: "static"; readonly owner: Name; readonly rrset: RRset }
  | { readonly kind: "steered"; readonly owner: Name; readonly rrset: SteeredRRset }
  /** Below a zone cut: the name servers at `owner` know. */
  | { readonly kind: "delegation"; readonly owner: Name; readonly rrset: RRset }
  /** Below a DNAME, which leads it elsewhere. */
  | { readonly kind: "redirected"; readonly owner: Name; readonly rrset: RRset }
  /** The name exists, or something below it does, but nothing of this type. */
  | { readonly kind: "nodata"; readonly owner: Name }
  | { readonly kind: "nxdomain" };

/** The zone with the longest apex that holds the name; undefined if none does. */
export function findZone(zones: readonly Zone[], name: Name): Zone | undefined {
  return zones
    .filter(({ apex }) => isSubdomain(name, apex))
    .sort((a, b) => b.apex.length - a.apex.length)[0];
}

/**
 * Looks a name up in its zone (RFC 1034 §4.3.2). A CNAME answers every type; wildcards and empty non-terminals are as
 * RFC 4592 has them.
 *
 * @param name in the zone
 */
export function findName(zone: Zone, name: Name, type: number): FoundName {
  const owners = collectOwners(zone);
  const apexLabels = labelOffsets(zone.apex).length;
  const suffixes = listSuffixes(lowerName(name)).reverse().slice(apexLabels);
  // From the apex down: of zone cuts and DNAMEs the topmost wins.
  for (const suffix of suffixes) {
    const isName = suffix.length === name.length;
    // DS is the one type that the parent answers at the cut itself (RFC 4035 §3.1.4.1).
    if (type === TYPE_DS && isName) break;
    const statics = owners.get(formatName(suffix))?.statics ?? [];
    const cut = statics.find((rrset) => rrset.type === TYPE_NS && suffix !== suffixes[0]);
    if (cut !== undefined) return { kind: "delegation", owner: suffix, rrset: cut };
    const dname = statics.find((rrset) => rrset.type === TYPE_DNAME && !isName);
    if (dname !== undefined) return { kind: "redirected", owner: suffix, rrset: dname };
  }
  const exact = owners.get(formatName(name).toLowerCase());
  if (exact !== undefined) return pick(exact, type);

  const encloser = suffixes.findLast((suffix) => owners.has(formatName(suffix)));
  const wildcard = encloser && owners.get(formatName(Uint8Array.of(1, ASTERISK, ...encloser)));
  return wildcard === undefined ? { kind: "nxdomain" } : pick(wildcard, type);
}

const ASTERISK = 0x2a;

/** Everything at one owner name; nothing, for an empty non-terminal. */
interface Owner {
  readonly name: Name;
  readonly statics: RRset[];
  readonly steered: SteeredRRset[];
}

function pick({ name, statics, steered }: Owner, type: number): FoundName {
  // ANY gets one RRset, whichever comes first (RFC 8482 §4.1).
  const any = (statics[0] ?? steered[0])?.type;
  for (const wanted of [type === TYPE_ANY ? any : type, TYPE_CNAME]) {
    const fixed = statics.find((candidate) => candidate.type === wanted);
    if (fixed !== undefined) return { kind: "static", owner: name, rrset: fixed };
    const decided = steered.find((candidate) => candidate.type === wanted);
    if (decided !== undefined) return { kind: "steered", owner: name, rrset: decided };
  }
  return { kind: "nodata", owner: name };
}

/** By presentation form; lower case, as owners are. */
function collectOwners(zone: Zone): Map<string, Owner> {
  const owners = new Map<string, Owner>();
  const ownerOf = (name: Name): Owner => {
    const text = formatName(name);
    const known = owners.get(text);
    if (known !== undefined) return known;
    const owner: Owner = { name, statics: [], steered: [] };
    owners.set(text, owner);
    const parent = name.subarray(1 + (name[0] ?? 0));
    if (isSubdomain(parent, zone.apex)) ownerOf(parent);
    return owner;
  };
  ownerOf(zone.apex);
  for (const rrset of zone.rrsets) ownerOf(rrset.owner).statics.push(rrset);
  for (const rrset of zone.steered) ownerOf(rrset.owner).steered.push(rrset);
  return owners;
}

/** The name itself and every ancestor, the root last. */
function listSuffixes(name: Name): Name[] {
  return [...labelOffsets(name).map((at) => name.subarray(at)), Uint8Array.of(0)];
}
