/**
 * Which ALIAS records need somebody else's answers: those whose targets lead out of the zones of this server, for some client
 * at least. The data plane follows all others by itself.
 */

import { openSegment, type Segment } from "../image/segment.ts";
import type { PreparedZone } from "../loader/prepare-zone.ts";
import { labelOffsets, lowerName } from "../wire/name.ts";
import { NameKey } from "../wire/name-key.ts";
import { TYPE_CNAME } from "../wire/rr-types.ts";
import type { Name, SteeredRRset } from "../zone/model.ts";
import { keyOf } from "../zone/names.ts";
import { listSteeredValues } from "./steered-values.ts";

/** Names that are looked at for one target: steered CNAMEs may lead to many. */
const MAX_NAMES = 256;

/** @returns the targets, lower case, each once */
export function findOutsideTargets(zones: readonly PreparedZone[]): Name[] {
  const targets = new Map<string, Name>();
  for (const { zone } of zones) {
    for (const { alias } of zone.steered) {
      if (alias !== undefined) targets.set(keyOf(alias.target), alias.target);
    }
  }
  if (targets.size === 0) return [];
  const index = new Map(zones.map((prepared) => [keyOf(prepared.zone.apex), prepared]));
  const segments = new Map<PreparedZone, Segment>();
  const segmentOf = (prepared: PreparedZone): Segment => {
    const segment = segments.get(prepared) ?? openSegment(prepared.compiled.segment);
    segments.set(prepared, segment);
    return segment;
  };
  return [...targets.values()].filter((target) => leadsOutside(target, index, segmentOf));
}

function leadsOutside(
  target: Name,
  zones: ReadonlyMap<string, PreparedZone>,
  segmentOf: (prepared: PreparedZone) => Segment,
): boolean {
  // A set that is walked takes up what is added meanwhile.
  const names = new Set([keyOf(target)]);
  for (const text of names) {
    if (names.size > MAX_NAMES) return true;
    const name = Uint8Array.from(Buffer.from(text, "latin1"));
    const prepared = findZone(name, zones);
    if (prepared === undefined) return true;
    const next = listNext(name, prepared, segmentOf(prepared));
    if (next === undefined) return true;
    for (const each of next) names.add(keyOf(lowerName(each)));
  }
  return false;
}

/** Where the CNAMEs at a name lead; undefined: the zone cannot say. */
function listNext(
  name: Name,
  { zone }: PreparedZone,
  segment: Segment,
): readonly Name[] | undefined {
  // A secondary's zone that has not come yet: it is here all the same.
  if (segment.isUnavailable) return [];
  key.read(name, 0, name.length);
  let node = segment.findNode(key, 0);
  const exists = node !== 0;
  if (!exists) node = segment.findClosestEncloser(key);
  // Where a DNAME leads is not looked into: a resolver knows that, too.
  if ((exists ? segment.cutOf(node) : segment.cutBelow(node)) !== 0) return undefined;
  if (!exists) node = segment.wildcardOf(node);
  const entry = node === 0 ? 0 : segment.findEntry(node, TYPE_CNAME);
  if (entry === 0) return [];
  if (!segment.isSteered(entry)) {
    const at = segment.targetsOf(entry);
    key.read(segment.octets, at, segment.octets.length);
    return [key.octets.slice(0, key.length)];
  }
  const owner = segment.nameOf(node);
  const isHere = (rrset: SteeredRRset): boolean =>
    rrset.type === TYPE_CNAME && Buffer.compare(rrset.owner, owner) === 0;
  return zone.steered
    .filter(isHere)
    .flatMap((rrset) => listSteeredValues(zone, rrset).map(({ rdata }) => rdata));
}

const key = new NameKey();

function findZone(name: Name, zones: ReadonlyMap<string, PreparedZone>): PreparedZone | undefined {
  for (const at of [...labelOffsets(name), name.length - 1]) {
    const found = zones.get(keyOf(name.subarray(at)));
    if (found !== undefined) return found;
  }
  return undefined;
}
