import { STEERED_ENTRY } from "../image/layout.ts";
import { readRRset } from "../image/list-rrsets.ts";
import { openSegment } from "../image/segment.ts";
import type { PreparedZone } from "../loader/prepare-zone.ts";
import { lowerName } from "../wire/name.ts";
import { NameKey } from "../wire/name-key.ts";
import { TYPE_CNAME } from "../wire/rr-types.ts";
import type { Name, SteeredRRset, Zone } from "../zone/model.ts";
import { createQuietWorld, flattenSteered, type PlainRRset } from "./plain-rrset.ts";

/** The zone of this server that a name belongs to: the one with the longest apex. */
export type FindZone = (name: Name) => PreparedZone | undefined;

/** Names on the way from an ALIAS record to its addresses. */
const MAX_STEPS = 8;

/** The addresses of an ALIAS record's target; undefined if it is in no zone of this server, or has none of the type. */
export function resolveAlias(
  { type, ttl }: SteeredRRset,
  target: Name,
  findZone: FindZone,
): PlainRRset | undefined {
  let name = target;
  let least = ttl;
  for (let steps = 0; steps < MAX_STEPS; steps++) {
    const prepared = findZone(name);
    const found = prepared && findPlain(prepared, name, type);
    if (found === undefined) return undefined;
    if (found.kind === "rrset") return { ...found.rrset, ttl: Math.min(least, found.rrset.ttl) };
    least = Math.min(least, found.ttl);
    name = found.target;
  }
  return undefined;
}

type Found =
  | { readonly kind: "rrset"; readonly rrset: PlainRRset }
  | { readonly kind: "onward"; readonly target: Name; readonly ttl: number };

const key = new NameKey();

function findPlain({ zone, compiled }: PreparedZone, name: Name, type: number): Found | undefined {
  const segment = openSegment(compiled.segment);
  key.read(name, 0, name.length);
  const node = segment.findNode(key, 0) || segment.wildcardOf(segment.findClosestEncloser(key));
  // What lies at or below a zone cut is not for this zone to say.
  if (node === 0 || segment.cutOf(node) !== 0) return undefined;
  const entry = segment.findEntry(node, type) || segment.findEntry(node, TYPE_CNAME);
  if (entry === 0) return undefined;
  const reference = segment.entryReference(entry);
  if (!segment.isSteered(entry)) {
    return follow(readRRset(segment, reference, name, zone.apex));
  }
  const plan = compiled.plans[segment.words[(reference >> 2) + STEERED_ENTRY.plan]!]!;
  return findSteered(zone, plan.rrset);
}

function findSteered(zone: Zone, rrset: SteeredRRset): Found | undefined {
  const { alias, ttl } = rrset;
  if (alias !== undefined) return { kind: "onward", target: alias.target, ttl };
  const plain = flattenSteered(zone, rrset, createQuietWorld());
  return plain && follow(plain);
}

function follow({ type, ttl, rdata }: PlainRRset): Found {
  if (type !== TYPE_CNAME) return { kind: "rrset", rrset: { type, ttl, rdata } };
  return { kind: "onward", target: lowerName(rdata[0]!), ttl };
}
