import type { RecordTable } from "./record-table.ts";
import { RRsetTable } from "./rrset-table.ts";

/** Up to so many records are compared with each other; more by a key each. */
const FEW = 8;

/**
 * Gathers records into RRsets, in the order of their owners; those of one owner by type, those of one RRset as they came.
 *
 * @param settle is given the numbers of the records of an owner and type; moves those to the front that are to stay, and
 *   says how many they are
 * @param isGone by record: 1 for those that are left out; undefined: all are there
 */
export function gatherRecords(
  table: RecordTable,
  settle: (owner: number, type: number, records: Uint32Array, start: number, end: number) => number,
  isGone?: Uint8Array,
): RRsetTable {
  const { starts, order } = sortByOwner(table, isGone);
  const rrsets = new RRsetTable(table, order);
  for (let owner = 0; owner < table.owners.count; owner++) {
    rrsets.startOwner();
    const end = starts[owner + 1]!;
    let at = starts[owner]!;
    if (end - at > 1) sortByType(table, order, at, end);
    while (at < end) {
      const type = table.type[order[at]!]!;
      let next = at + 1;
      while (next < end && table.type[order[next]!] === type) next += 1;
      const kept = settle(owner, type, order, at, next);
      if (kept > 0) rrsets.add(at, kept);
      at = next;
    }
  }
  rrsets.finish();
  return rrsets;
}

/** The numbers of all records, those of an owner side by side, and where each owner's start. */
function sortByOwner(
  { owners, owner, count }: RecordTable,
  isGone: Uint8Array | undefined,
): { starts: Uint32Array; order: Uint32Array } {
  const starts = new Uint32Array(owners.count + 1);
  for (let record = 0; record < count; record++) {
    if (isGone?.[record] !== 1) starts[owner[record]! + 1]! += 1;
  }
  for (let i = 0; i < owners.count; i++) starts[i + 1]! += starts[i]!;
  const next = starts.slice();
  const order = new Uint32Array(starts[owners.count]!);
  for (let record = 0; record < count; record++) {
    if (isGone?.[record] !== 1) order[next[owner[record]!]!++] = record;
  }
  return { starts, order };
}

/** Stable, since the numbers of records are in the order they came. */
function sortByType({ type }: RecordTable, order: Uint32Array, start: number, end: number): void {
  let isSorted = true;
  for (let i = start + 1; i < end && isSorted; i++) {
    isSorted = type[order[i - 1]!]! <= type[order[i]!]!;
  }
  if (!isSorted) order.subarray(start, end).sort((a, b) => type[a]! - type[b]! || a - b);
}

/** Makes the lowest TTL that of all records of an RRset (RFC 2181 §5.2). */
export function takeLowestTtl({ ttl }: RecordTable, records: Uint32Array): void {
  let least = ttl[records[0]!]!;
  for (const record of records) least = Math.min(least, ttl[record]!);
  for (const record of records) ttl[record] = least;
}

/**
 * Moves those records of an RRset to the front that are no others again.
 *
 * @param isSame whether two are the same
 * @param keyOf equal for the same
 * @param onRepeated is told of the others
 * @returns how many stay
 */
export function dropRepeated(
  records: Uint32Array,
  isSame: (a: number, b: number) => boolean,
  keyOf: (record: number) => string,
  onRepeated: (record: number, first: number) => void,
): number {
  const known = records.length > FEW ? new Map<string, number>() : undefined;
  let kept = 0;
  for (const record of records) {
    let same: number | undefined;
    if (known !== undefined) {
      const key = keyOf(record);
      same = known.get(key);
      if (same === undefined) known.set(key, record);
    } else {
      for (let i = 0; i < kept && same === undefined; i++) {
        if (isSame(records[i]!, record)) same = records[i];
      }
    }
    if (same === undefined) records[kept++] = record;
    else onRepeated(record, same);
  }
  return kept;
}
