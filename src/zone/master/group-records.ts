import type { IssueList, Place } from "../../config/issue-list.ts";
import { isLowered, namesIn } from "../../rdata/names-in.ts";
import { lowerName } from "../../wire/name.ts";
import { formatType, TYPE_CNAME, TYPE_RRSIG, TYPE_SOA } from "../../wire/rr-types.ts";
import { MAX_RECORDS } from "../limits.ts";
import { keyOf, showName } from "../names.ts";
import type { RecordTable } from "./record-table.ts";
import { RRsetTable } from "./rrset-table.ts";

/** Up to so many records are compared with each other; more by a key each. */
const FEW = 8;

/**
 * Gathers records into RRsets, in the order of their owners; those of one owner by type, those of one RRset as they are
 * written. A record that stands there twice is taken once; an RRset has its lowest TTL (RFC 2181 §5.2).
 *
 * @param isReplaced whether an RRset is left out for the sake of another source
 */
export function groupRecords(
  table: RecordTable,
  isReplaced: (owner: number, type: number) => boolean,
  issues: IssueList,
): RRsetTable {
  const { starts, order } = sortByOwner(table);
  const groups = new RRsetTable(table, order);
  for (let owner = 0; owner < table.owners.count; owner++) {
    groups.startOwner();
    const end = starts[owner + 1]!;
    let at = starts[owner]!;
    if (end - at > 1) sortByType(table, order.subarray(at, end));
    while (at < end) {
      const type = table.type[order[at]!]!;
      let next = at + 1;
      while (next < end && table.type[order[next]!] === type) next += 1;
      if (!isReplaced(owner, type)) {
        const kept = next - at > 1 ? settle(table, order.subarray(at, next), issues) : 1;
        groups.add(at, kept);
      }
      at = next;
    }
  }
  groups.finish();
  return groups;
}

/** The numbers of all records, those of an owner side by side, and where each owner's start. */
function sortByOwner({ owners, owner, count }: RecordTable): {
  starts: Uint32Array;
  order: Uint32Array;
} {
  const starts = new Uint32Array(owners.count + 1);
  for (let record = 0; record < count; record++) starts[owner[record]! + 1]! += 1;
  for (let i = 0; i < owners.count; i++) starts[i + 1]! += starts[i]!;
  const next = starts.slice();
  const order = new Uint32Array(count);
  for (let record = 0; record < count; record++) order[next[owner[record]!]!++] = record;
  return { starts, order };
}

/** Stable, since the numbers of records are in the order they are written. */
function sortByType({ type }: RecordTable, records: Uint32Array): void {
  let isSorted = true;
  for (let i = 1; i < records.length && isSorted; i++) {
    isSorted = type[records[i - 1]!]! <= type[records[i]!]!;
  }
  if (!isSorted) records.sort((a, b) => type[a]! - type[b]! || a - b);
}

/** Makes one TTL of the records of an RRset and moves those to the front that are no others again; their number. */
function settle(table: RecordTable, records: Uint32Array, issues: IssueList): number {
  settleTtl(table, records, issues);
  const kept = dropRepeated(table, records, issues);
  const first = records[0]!;
  const type = table.type[first]!;
  const owner = (): string => showName(table.owners.nameAt(table.owner[first]!));
  if (kept > MAX_RECORDS) {
    issues.error(
      placeOfRecord(table, first),
      () =>
        `${owner()} has ${kept} records of ${formatType(type)}: at most ${MAX_RECORDS} are allowed`,
    );
  }
  if (kept > 1 && (type === TYPE_CNAME || type === TYPE_SOA)) {
    issues.error(
      placeOfRecord(table, records[1]!),
      () => `${owner()} has ${kept} ${formatType(type)} records: there can be only one`,
    );
  }
  return kept;
}

function settleTtl(
  { ttl, type, place }: RecordTable,
  records: Uint32Array,
  issues: IssueList,
): void {
  const first = records[0]!;
  let least = ttl[first]!;
  let other: number | undefined;
  for (const record of records) {
    if (ttl[record] !== ttl[first]) other ??= record;
    least = Math.min(least, ttl[record]!);
  }
  if (other === undefined) return;
  const [its, theirs] = [ttl[other]!, ttl[first]!];
  for (const record of records) ttl[record] = least;
  // The signatures of a name are of RRsets that differ in their TTLs.
  if (type[first] === TYPE_RRSIG) return;
  const [here, there] = [place[other]!, place[first]!];
  issues.warn(
    { start: here, end: here },
    () =>
      `its TTL is ${its}, and ${theirs} in ${issues.nameLine(there, here)}: records of one name and type have one TTL (RFC 2181 §5.2), the lowest is taken`,
  );
}

function dropRepeated(table: RecordTable, records: Uint32Array, issues: IssueList): number {
  const known = records.length > FEW ? new Map<string, number>() : undefined;
  let kept = 0;
  for (const record of records) {
    let same: number | undefined;
    if (known !== undefined) {
      const key = keyOf(canonicalRdata(table, record));
      same = known.get(key);
      if (same === undefined) known.set(key, record);
    } else {
      for (let i = 0; i < kept && same === undefined; i++) {
        if (isSameRdata(table, records[i]!, record)) same = records[i];
      }
    }
    if (same === undefined) records[kept++] = record;
    else {
      const [here, there] = [table.place[record]!, table.place[same]!];
      issues.warn(
        { start: here, end: here },
        () => `the same record stands in ${issues.nameLine(there, here)}: it is answered once`,
      );
    }
  }
  return kept;
}

function isSameRdata(table: RecordTable, a: number, b: number): boolean {
  const { rdata, octets } = table;
  const [from, to] = [rdata[a]!, rdata[b]!];
  const length = rdata[a + 1]! - from;
  if (rdata[b + 1]! - to !== length) return false;
  let isSame = true;
  for (let i = 0; i < length && isSame; i++) isSame = octets[from + i] === octets[to + i];
  if (isSame || !isLowered(table.type[a]!)) return isSame;
  return keyOf(canonicalRdata(table, a)) === keyOf(canonicalRdata(table, b));
}

/** Rdata in which the case of names is no difference any more (RFC 4034 §6.2). */
function canonicalRdata(table: RecordTable, record: number): Uint8Array {
  const type = table.type[record]!;
  const rdata = table.rdataAt(record);
  if (!isLowered(type)) return rdata;
  const lowered = rdata.slice();
  for (const { start, end } of namesIn(type, rdata)) {
    lowered.set(lowerName(rdata.subarray(start, end)), start);
  }
  return lowered;
}

/** Where a record is written: its first word. */
export function placeOfRecord({ place }: RecordTable, record: number): Place {
  return { start: place[record]!, end: place[record]! };
}
