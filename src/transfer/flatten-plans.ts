import type { PreparedZone } from "../loader/prepare-zone.ts";
import { insertHints } from "../rdata/insert-hints.ts";
import type { HintedRecord, HintSource, SteeredRRset, Zone } from "../zone/model.ts";
import { createQuietWorld, flattenSteered, type PlainRRset } from "./plain-rrset.ts";
import { type FindZone, resolveAlias } from "./resolve-alias.ts";

/** What each plan of a zone is transferred as; undefined: not at all. */
export function flattenPlans(
  { zone, compiled }: PreparedZone,
  findZone: FindZone,
): (PlainRRset | undefined)[] {
  const world = createQuietWorld();
  const flatten = (rrset: SteeredRRset): PlainRRset | undefined => {
    const { alias, hints } = rrset;
    if (alias !== undefined) return resolveAlias(rrset, alias.target, findZone);
    if (hints !== undefined) return flattenHints(zone, rrset, hints, flatten);
    return flattenSteered(zone, rrset, world);
  };
  return compiled.plans.map(({ rrset }) => flatten(rrset));
}

/** SVCB and HTTPS records with the addresses in them that the secondary has under the same names, good for as long as these are. */
function flattenHints(
  zone: Zone,
  { type, ttl }: SteeredRRset,
  hints: readonly HintedRecord[],
  flatten: (rrset: SteeredRRset) => PlainRRset | undefined,
): PlainRRset {
  let least = ttl;
  const addressesOf = (source: HintSource | undefined, octets: number): readonly Uint8Array[] => {
    if (source === undefined) return [];
    const found = source.kind === "static" ? source : flatten(zone.steered[source.rrset]!);
    // A source may be a CNAME.
    const addresses = found?.rdata.filter(({ length }) => length === octets) ?? [];
    if (found !== undefined && addresses.length > 0) least = Math.min(least, found.ttl);
    return addresses;
  };
  const rdata = hints.map((hinted) =>
    insertHints(hinted.rdata, addressesOf(hinted.ipv4, 4), addressesOf(hinted.ipv6, 16)),
  );
  return { type, ttl: least, rdata };
}
