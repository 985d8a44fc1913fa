import type { Classes } from "../steering/classes.ts";
import { countStickyRecords } from "../steering/sticky.ts";
import { labelOffsets, lowerName } from "../wire/name.ts";
import { slotOf, slotsFor } from "../wire/name-key.ts";
import { TYPE_CNAME, TYPE_SOA } from "../wire/rr-types.ts";
import type { RRsetTable } from "../zone/master/rrset-table.ts";
import type { SteeredRRset, Zone } from "../zone/model.ts";
import { keyOf } from "../zone/names.ts";
import { appendRecord, startRRset } from "./append-record.ts";
import { countSteeredRecords } from "./count-steered-records.ts";
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
import { type StaticTurns, TurnList } from "./static-turns.ts";
import { buildZoneTree, isWildcard, type ZoneTree } from "./zone-tree.ts";

/** A zone in wire form, with what the control plane has to fill in and decide before it is published. */
export interface CompiledSegment {
  readonly segment: SharedArrayBuffer;
  /** Rotation counters of the static RRsets of more than one record. */
  readonly turns: StaticTurns;
  /** Those of the steered RRsets. */
  readonly rotations: readonly RotationRequest[];
  /** What is decided per class of clients; steered names with the same settings share one. */
  readonly plans: readonly Plan[];
  /** Names with data. */
  readonly names: number;
  /** Records, steered values included. */
  readonly records: number;
}

/** Rotation counters wanted for a steered name and type. */
export interface RotationRequest {
  /** Word of the segment that takes the number of the first counter. */
  readonly word: number;
  /** The same for the same name, type and number of counters, so that these outlive a reload. */
  readonly key: string;
  readonly count: number;
  /** What is counted, and the number of its plan. */
  readonly steered: { readonly rrset: SteeredRRset; readonly plan: number };
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

/** Octets of a record beside its rdata, to whole words. */
const RECORD_OCTETS = 12;

/** What is written while one segment is compiled. */
interface Compilation {
  readonly zone: Zone;
  readonly tree: ZoneTree;
  readonly builder: OctetBuilder;
  /** By name: where its node is; 0 if it has none. */
  readonly references: Uint32Array;
  readonly turns: TurnList;
  readonly rotations: RotationRequest[];
  readonly plans: Plans;
}

/**
 * Compiles the lookup structure of a zone (RFC 1034 §4.3.2) and its static RRsets into one segment. A node, its name and
 * its RRsets stand side by side, so that a query for it touches little memory.
 *
 * @param findClasses the classes of clients of a steered RRset of the zone; asked once per plan
 */
export function compileSegment(
  zone: Zone,
  findClasses: (rrset: SteeredRRset) => Classes,
): CompiledSegment {
  const tree = buildZoneTree(zone);
  const builder = new OctetBuilder(estimateOctets(tree));
  const header = builder.allocate(SEGMENT.words);
  const compilation: Compilation = {
    zone,
    tree,
    builder,
    references: new Uint32Array(tree.names.count),
    turns: new TurnList(),
    rotations: [],
    plans: new Plans(zone, findClasses),
  };
  let names = 0;
  for (const node of tree.order) names += compileNode(compilation, node) > 0 ? 1 : 0;
  linkTargets(builder, tree, compilation.references, zone.apex);
  writeHeader(compilation, header);
  const { turns, rotations, plans } = compilation;
  return {
    segment: builder.finish(),
    turns: turns.list(),
    rotations,
    plans: plans.list,
    names,
    records:
      tree.tables.reduce((sum, table) => sum + table.countRecords(), 0) + countSteeredRecords(zone),
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
    const { rrset, plan } = request.steered;
    return { ...request, ...countersOf(rrset, plans[plan]!) };
  });
  return { ...compiled, segment: compiled.segment.slice(0), plans, rotations };
}

/** What the segment takes at least, or little less: what is steered comes on top. */
function estimateOctets({ names, order, tables }: ZoneTree): number {
  let octets = (SEGMENT.words + slotsFor(order.length) * 2) * 4;
  // Names and records end anywhere, and what follows begins at a whole word.
  octets += order.length * (NODE.words * 4 + 2) + names.offsets[names.count]!;
  for (const { count, table } of tables) {
    octets += count * (2 + RRSET.words) * 4 + table.count * RECORD_OCTETS + table.rdataEnd;
  }
  return octets + (octets >> 6);
}

/** Appends a node and all that it owns, which must be none of another one's. @returns how many RRsets it owns */
function compileNode(compilation: Compilation, node: number): number {
  const { tree, builder, references } = compilation;
  const { names, tables, parents, cuts } = tree;
  const steered = tree.steered.get(node);
  let rrsets = steered?.length ?? 0;
  for (const table of tables) rrsets += table.endOf(node) - table.startOf(node);
  const reference = builder.allocate(NODE.words + rrsets * 2);
  references[node] = reference;
  const start = names.offsets[node]!;
  const end = names.offsets[node + 1]!;
  builder.setWord(reference, NODE.name, builder.appendRange(names.octets, start, end));
  builder.setWord(reference, NODE.nameLength, end - start);
  builder.setWord(reference, NODE.rrsets, rrsets | (tree.redirects[node] === 1 ? OWNS_DNAME : 0));
  const cut = cuts[node]!;
  if (cut >= 0) builder.setWord(reference, NODE.cut, references[cut]!);
  if (node !== tree.apex && isWildcard(names, node)) {
    builder.setWord(references[parents[node]!]!, NODE.wildcard, reference);
  }
  let entry = NODE.words;
  for (const table of tables) {
    const stop = table.endOf(node);
    for (let rrset = table.startOf(node); rrset < stop; rrset++) {
      builder.setWord(reference, entry++, table.typeOf(rrset));
      builder.setWord(reference, entry++, compileStatic(compilation, table, rrset));
    }
  }
  for (const rrset of steered ?? []) {
    const kind = rrset.alias === undefined ? STEERED : STEERED | ALIASED;
    builder.setWord(reference, entry++, rrset.type | kind);
    builder.setWord(reference, entry++, compileEntry(compilation, rrset));
  }
  return rrsets;
}

function compileStatic(
  { builder, zone, turns }: Compilation,
  rrsets: RRsetTable,
  rrset: number,
): number {
  const size = rrsets.size[rrset]!;
  const answers = rrsets.answers.get(rrset) ?? size;
  const reference = appendStatic(builder, rrsets, rrset, answers, rrsets.ttlOf(rrset), zone.apex);
  if (size > 1) turns.add((reference >> 2) + RRSET.rotation, rrsets, rrset);
  if (rrsets.typeOf(rrset) === TYPE_CNAME) {
    const target = lowerName(rrsets.table.rdataAt(rrsets.records[rrsets.first[rrset]!]!));
    builder.setWord(reference, RRSET.targets, builder.append(target));
  }
  return reference;
}

/** Appends the records of an RRset under a TTL, in seconds. @returns its reference */
function appendStatic(
  builder: OctetBuilder,
  { table, records, first, size }: RRsetTable,
  rrset: number,
  answers: number,
  ttl: number,
  apex: Uint8Array,
): number {
  const start = first[rrset]!;
  const count = size[rrset]!;
  const type = table.type[records[start]!]!;
  const reference = startRRset(builder, type, count, answers, NO_ROTATION);
  const { octets, rdata } = table;
  for (let i = 0; i < count; i++) {
    const record = records[start + i]!;
    const [from, to] = [rdata[record]!, rdata[record + 1]!];
    appendRecord(builder, reference, i, type, ttl, octets, from, to, apex);
  }
  return reference;
}

function compileEntry({ builder, plans, rotations }: Compilation, rrset: SteeredRRset): number {
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
  return { key: `${keyOf(owner)}/${type}/${count}`, count };
}

function writeHeader({ zone, tree, builder, references }: Compilation, header: number): void {
  const { apex, names, order } = tree;
  const owner = tree.tables.find((table) => table.find(apex, TYPE_SOA) >= 0);
  if (owner === undefined) throw new Error("A checked zone has an SOA record");
  const soa = owner.find(apex, TYPE_SOA);
  const negativeSoa = appendStatic(builder, owner, soa, 1, zone.negativeTtl, zone.apex);
  const mask = slotsFor(order.length) - 1;
  const table = builder.allocate((mask + 1) * 2);
  for (const node of order) {
    const hash = names.hashes[node]!;
    let slot = slotOf(hash, mask);
    while (builder.word(table, slot * 2 + 1) !== 0) slot = (slot + 1) & mask;
    builder.setWord(table, slot * 2, hash);
    builder.setWord(table, slot * 2 + 1, references[node]!);
  }
  builder.setWord(header, SEGMENT.tableMask, mask);
  builder.setWord(header, SEGMENT.table, table);
  builder.setWord(header, SEGMENT.apex, references[apex]!);
  builder.setWord(header, SEGMENT.apexLength, zone.apex.length);
  builder.setWord(header, SEGMENT.apexLabels, labelOffsets(zone.apex).length);
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
