import type { RRset } from "../zone/model.ts";
import { equalStaticRRsets } from "./equal-static-rrsets.ts";
import { RecordList } from "./record-list.ts";
import type { NodeReference, ZoneContent } from "./zone-content.ts";

/** What must go and what must come to make one version of a zone of another; the SOA apart. */
export interface Difference {
  readonly removed: RecordList;
  readonly added: RecordList;
}

/** Names between two pauses. */
const NAMES_PER_STEP = 512;

/**
 * Compares two versions of a zone. Each step takes well below a millisecond, so that somebody else may have a turn in
 * between.
 *
 * @param maxOctets give up on a difference that is larger
 * @returns undefined if it is
 */
export function* compareContents(
  before: ZoneContent,
  after: ZoneContent,
  maxOctets: number,
): Generator<undefined, Difference | undefined> {
  const difference: Difference = { removed: new RecordList(), added: new RecordList() };
  const { removed, added } = difference;
  let names = 0;
  for (const node of after.listNodes()) {
    const old = before.findNode(after.nameOf(node));
    compareNodes(before, old, after, node, difference);
    if (removed.octets + added.octets > maxOctets) return undefined;
    if (++names % NAMES_PER_STEP === 0) yield;
  }
  for (const node of before.listNodes()) {
    if (after.findNode(before.nameOf(node)) === 0) {
      for (const rrset of before.rrsetsOf(node)) removed.addAll(rrset);
      if (removed.octets + added.octets > maxOctets) return undefined;
    }
    if (++names % NAMES_PER_STEP === 0) yield;
  }
  removed.trim();
  added.trim();
  return difference;
}

/**
 * What several differences, one after the other, come to: a record that goes and comes again is in neither list.
 */
export function condense(differences: readonly Difference[]): Difference {
  const [first] = differences;
  if (first !== undefined && differences.length === 1) return first;
  const removed = new Map<string, RecordEntry>();
  const added = new Map<string, RecordEntry>();
  for (const difference of differences) {
    for (const { key, record } of difference.removed.entries()) {
      if (!added.delete(key)) removed.set(key, record);
    }
    for (const { key, record } of difference.added.entries()) {
      if (!removed.delete(key)) added.set(key, record);
    }
  }
  return { removed: listOf(removed), added: listOf(added) };
}

type RecordEntry = Parameters<RecordList["add"]>[0];

function listOf(records: ReadonlyMap<string, RecordEntry>): RecordList {
  const list = new RecordList();
  for (const record of records.values()) list.add(record);
  return list;
}

function compareNodes(
  before: ZoneContent,
  old: NodeReference,
  after: ZoneContent,
  node: NodeReference,
  { removed, added }: Difference,
): void {
  if (old !== 0 && equalStaticRRsets(before.segment, old, after.segment, node)) return;
  const gone = new Map<number, RRset>();
  if (old !== 0) for (const rrset of before.rrsetsOf(old)) gone.set(rrset.type, rrset);
  for (const rrset of after.rrsetsOf(node)) {
    const was = gone.get(rrset.type);
    gone.delete(rrset.type);
    if (was === undefined) added.addAll(rrset);
    else compareRRsets(was, rrset, removed, added);
  }
  for (const rrset of gone.values()) removed.addAll(rrset);
}

function compareRRsets(was: RRset, is: RRset, removed: RecordList, added: RecordList): void {
  const { owner, type } = is;
  if (was.ttl !== is.ttl) {
    removed.addAll(was);
    added.addAll(is);
    return;
  }
  const had = new Set(was.rdata.map(keyOf));
  const has = new Set(is.rdata.map(keyOf));
  for (const rdata of was.rdata) {
    if (!has.has(keyOf(rdata))) removed.add({ owner, type, ttl: was.ttl, rdata });
  }
  for (const rdata of is.rdata) {
    if (!had.has(keyOf(rdata))) added.add({ owner, type, ttl: is.ttl, rdata });
  }
}

function keyOf(rdata: Uint8Array): string {
  return Buffer.from(rdata.buffer, rdata.byteOffset, rdata.length).toString("latin1");
}
