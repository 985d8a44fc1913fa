import type { Classes } from "../steering/classes.ts";
import { listNested } from "../steering/pool-content.ts";
import { countStickyRecords } from "../steering/sticky.ts";
import { NameKey, slotOf, slotsFor } from "../wire/name-key.ts";
import { TYPE_A, TYPE_SOA } from "../wire/rr-types.ts";
import type { RRset, SteeredRRset, Zone } from "../zone/model.ts";
import { compileRRset } from "./compile-rrset.ts";
import {
  ALIAS_ENTRY,
  ALIASED,
  NO_ROTATION,
  NODE,
  OWNS_DNAME,
  RRSET,
  SEGMENT,
  STEERED,
  STEERED_ENTRY,
} from "./layout.ts";
import { linkTargets } from "./link-targets.ts";
import { OctetBuilder } from "./octet-builder.ts";
import { buildZoneTree, keyOfName, type ZoneNode } from "./zone-tree.ts";

/** A zone in wire form, with what the control plane has to fill in and decide before it is published. */
export interface CompiledSegment {
  readonly segment: SharedArrayBuffer;
  readonly rotations: readonly RotationRequest[];
  /** What is decided per class of clients; steered names with the same settings share one. */
  readonly plans: readonly Plan[];
  /** Names with data. */
  readonly names: number;
  /** Records, steered values included. */
  readonly records: number;
}

/** Rotation counters wanted for a name and type. */
export interface RotationRequest {
  /** Word of the segment that takes the number of the first counter. */
  readonly word: number;
  /** The same for the same name, type and values, so that a counter outlives a reload. */
  readonly key: string;
  readonly count: number;
  /** What is counted, and the number of its plan; undefined for a static RRset. */
  readonly steered: { readonly rrset: SteeredRRset; readonly plan: number } | undefined;
}

/** The settings of steered names, and the classes of clients they distinguish. */
export interface Plan {
  /** Equal for equal settings, within a zone and over reloads of it. */
  readonly key: string;
  readonly rrset: SteeredRRset;
  readonly classes: Classes;
  /** Rotation counters that an answer set needs at most: one per record where the client decides who leads. */
  readonly countersPerSet: number;
}

/**
 * Compiles the lookup structure of a zone (RFC 1034 §4.3.2) and its static RRsets into one segment.
 *
 * @param findClasses the classes of clients of a steered RRset of the zone; asked once per plan
 */
export function compileSegment(
  zone: Zone,
  findClasses: (rrset: SteeredRRset) => Classes,
): CompiledSegment {
  const nodes = buildZoneTree(zone);
  const builder = new OctetBuilder(Math.max(1 << 12, nodes.size * 96));
  const header = builder.allocate(SEGMENT.words);
  allocateNodes(builder, nodes);

  const rotations: RotationRequest[] = [];
  const plans = new Plans(zone, findClasses);
  for (const node of nodes.values()) {
    let entry = (node.reference >> 2) + NODE.words;
    for (const rrset of node.rrsets) {
      builder.setWord(0, entry++, rrset.type);
      builder.setWord(0, entry++, compileStatic(builder, rrset, zone.apex, rotations));
    }
    for (const rrset of node.steered) {
      const kind = rrset.alias === undefined ? STEERED : STEERED | ALIASED;
      builder.setWord(0, entry++, rrset.type | kind);
      builder.setWord(0, entry++, compileEntry(builder, rrset, plans, rotations));
    }
  }
  linkTargets(builder, nodes, zone.apex);
  writeHeader(builder, header, zone, nodes);
  return {
    segment: builder.finish(),
    rotations,
    plans: plans.list,
    names: [...nodes.values()].filter((node) => node.rrsets.length + node.steered.length > 0)
      .length,
    records: countRecords(zone),
  };
}

/**
 * The same zone with other classes of clients, in a segment that nobody reads yet.
 *
 * @param zone may lack its static RRsets
 */
export function replaceClasses(
  compiled: CompiledSegment,
  zone: Zone,
  findClasses: (rrset: SteeredRRset) => Classes,
): CompiledSegment {
  const plans = compiled.plans.map((plan) => {
    const classes = findClasses(plan.rrset);
    return { ...plan, classes, countersPerSet: countStickyRecords(zone, plan.rrset, classes) };
  });
  const rotations = compiled.rotations.map((request) => {
    const { steered } = request;
    if (steered === undefined) return request;
    return { ...request, ...countersOf(steered.rrset, plans[steered.plan]!) };
  });
  return { ...compiled, segment: compiled.segment.slice(0), plans, rotations };
}

function allocateNodes(builder: OctetBuilder, nodes: ReadonlyMap<string, ZoneNode>): void {
  for (const node of nodes.values()) {
    const rrsets = node.rrsets.length + node.steered.length;
    node.reference = builder.allocate(NODE.words + rrsets * 2);
    builder.setWord(node.reference, NODE.nameLength, node.name.length);
    builder.setWord(node.reference, NODE.rrsets, rrsets | (node.redirects ? OWNS_DNAME : 0));
  }
  for (const node of nodes.values()) {
    builder.setWord(node.reference, NODE.name, builder.append(node.name));
    builder.setWord(node.reference, NODE.cut, node.cut?.reference ?? 0);
    builder.setWord(node.reference, NODE.wildcard, node.wildcard?.reference ?? 0);
  }
}

function compileStatic(
  builder: OctetBuilder,
  rrset: RRset,
  apex: Uint8Array,
  rotations: RotationRequest[],
): number {
  const reference = compileRRset(
    builder,
    {
      type: rrset.type,
      ttl: rrset.ttl,
      rdata: rrset.rdata,
      answers: rrset.answers ?? rrset.rdata.length,
      cycle: undefined,
      rotation: NO_ROTATION,
      sticky: undefined,
    },
    apex,
  );
  if (rrset.rdata.length > 1) {
    const key = `${keyOfName(rrset.owner)}/${rrset.type}/${rrset.rdata.map(keyOfName).join("/")}`;
    const word = (reference >> 2) + RRSET.rotation;
    rotations.push({ word, key, count: 1, steered: undefined });
  }
  return reference;
}

function compileEntry(
  builder: OctetBuilder,
  rrset: SteeredRRset,
  plans: Plans,
  rotations: RotationRequest[],
): number {
  const { alias } = rrset;
  const reference = builder.allocate(alias === undefined ? STEERED_ENTRY.words : ALIAS_ENTRY.words);
  if (alias !== undefined) {
    builder.setWord(reference, ALIAS_ENTRY.target, builder.append(alias.target));
    builder.setWord(reference, ALIAS_ENTRY.ttl, rrset.ttl);
  }
  const plan = plans.numberOf(rrset);
  builder.setWord(reference, STEERED_ENTRY.plan, plan);
  rotations.push({
    word: (reference >> 2) + STEERED_ENTRY.slotBase,
    ...countersOf(rrset, plans.list[plan]!),
    steered: { rrset, plan },
  });
  return reference;
}

/** As many counters as the classes of a plan may have answer sets, times what each of those needs. */
function countersOf(
  { owner, type }: SteeredRRset,
  { classes, countersPerSet }: Plan,
): Pick<RotationRequest, "key" | "count"> {
  const count = classes.classes.length * countersPerSet;
  return { key: `${keyOfName(owner)}/${type}/${count}`, count };
}

function writeHeader(
  builder: OctetBuilder,
  header: number,
  zone: Zone,
  nodes: ReadonlyMap<string, ZoneNode>,
): void {
  const apex = nodes.get(keyOfName(zone.apex))!;
  const soa = apex.rrsets.find(({ type }) => type === TYPE_SOA);
  if (soa === undefined) throw new Error("A checked zone has an SOA record");
  const negativeSoa = compileRRset(
    builder,
    {
      type: TYPE_SOA,
      ttl: zone.negativeTtl,
      rdata: soa.rdata,
      answers: 1,
      cycle: undefined,
      rotation: NO_ROTATION,
      sticky: undefined,
    },
    zone.apex,
  );
  const slots = slotsFor(nodes.size);
  const table = builder.allocate(slots * 2);
  const key = new NameKey();
  for (const node of nodes.values()) {
    key.read(node.name, 0, node.name.length);
    let slot = slotOf(key.hashes[0]!, slots - 1);
    while (builder.word(table, slot * 2 + 1) !== 0) slot = (slot + 1) & (slots - 1);
    builder.setWord(table, slot * 2, key.hashes[0]!);
    builder.setWord(table, slot * 2 + 1, node.reference);
  }
  key.read(zone.apex, 0, zone.apex.length);
  builder.setWord(header, SEGMENT.tableMask, slots - 1);
  builder.setWord(header, SEGMENT.table, table);
  builder.setWord(header, SEGMENT.apex, apex.reference);
  builder.setWord(header, SEGMENT.apexLength, zone.apex.length);
  builder.setWord(header, SEGMENT.apexLabels, key.labels);
  builder.setWord(header, SEGMENT.negativeSoa, negativeSoa);
}

/** Equal for the steered RRsets of a zone that share a plan. */
export function keyOfPlan({ owner: _, label: __, ...settings }: SteeredRRset): string {
  return JSON.stringify(settings);
}

/** The distinct plans of a zone. */
class Plans {
  readonly list: Plan[] = [];
  readonly #zone: Zone;
  readonly #findClasses: (rrset: SteeredRRset) => Classes;
  readonly #numbers = new Map<string, number>();

  constructor(zone: Zone, findClasses: (rrset: SteeredRRset) => Classes) {
    this.#zone = zone;
    this.#findClasses = findClasses;
  }

  numberOf(rrset: SteeredRRset): number {
    const key = keyOfPlan(rrset);
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    const number = this.list.length;
    const classes = this.#findClasses(rrset);
    const countersPerSet = countStickyRecords(this.#zone, rrset, classes);
    this.list.push({ key, rrset, classes, countersPerSet });
    this.#numbers.set(key, number);
    return number;
  }
}

function countRecords(zone: Zone): number {
  let records = 0;
  for (const rrset of zone.rrsets) records += rrset.rdata.length;
  for (const rrset of zone.steered) {
    if (rrset.hints !== undefined) records += rrset.hints.length;
    // One record in the file, whatever its target has.
    if (rrset.alias !== undefined) records += rrset.type === TYPE_A ? 1 : 0;
    const indexes = new Set(rrset.rules.flatMap((rule) => rule.pools));
    const pools = new Set([...indexes].flatMap((index) => listNested(zone, zone.pools[index]!)));
    for (const { values } of pools) {
      for (const value of values) if (value.type === rrset.type) records++;
    }
  }
  return records;
}
