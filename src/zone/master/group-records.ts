import type { IssueList, Place } from "../../config/issue-list.ts";
import { isLowered, namesIn } from "../../rdata/names-in.ts";
import { lowerName } from "../../wire/name.ts";
import { formatType, TYPE_CNAME, TYPE_RRSIG, TYPE_SOA } from "../../wire/rr-types.ts";
import { MAX_RECORDS } from "../limits.ts";
import { keyOf, showName } from "../names.ts";
import { dropRepeated, gatherRecords, takeLowestTtl } from "./gather-records.ts";
import type { RecordTable } from "./record-table.ts";
import type { RRsetTable } from "./rrset-table.ts";

/**
 * Gathers the records of master files into RRsets. A record that stands there twice is taken once; an RRset has its
 * lowest TTL (RFC 2181 §5.2).
 *
 * @param isReplaced whether an RRset is left out for the sake of another source
 */
export function groupRecords(
  table: RecordTable,
  isReplaced: (owner: number, type: number) => boolean,
  issues: IssueList,
): RRsetTable {
  return gatherRecords(table, (owner, type, records, start, end) => {
    if (isReplaced(owner, type)) return 0;
    return end - start > 1 ? settle(table, records.subarray(start, end), issues) : 1;
  });
}

/** Makes one TTL of the records of an RRset and moves those to the front that are no others again; their number. */
function settle(table: RecordTable, records: Uint32Array, issues: IssueList): number {
  settleTtl(table, records, issues);
  const kept = dropRepeated(
    records,
    (a, b) => isSameRdata(table, a, b),
    (record) => keyOf(canonicalRdata(table, record)),
    (record, first) => {
      const [here, there] = [table.place[record]!, table.place[first]!];
      issues.warn(
        { start: here, end: here },
        () => `the same record stands in ${issues.nameLine(there, here)}: it is answered once`,
      );
    },
  );
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

function settleTtl(table: RecordTable, records: Uint32Array, issues: IssueList): void {
  const { ttl, type, place } = table;
  const first = records[0]!;
  const other = records.find((record) => ttl[record] !== ttl[first]);
  if (other === undefined) return;
  const [its, theirs] = [ttl[other]!, ttl[first]!];
  takeLowestTtl(table, records);
  // The signatures of a name are of RRsets that differ in their TTLs.
  if (type[first] === TYPE_RRSIG) return;
  const [here, there] = [place[other]!, place[first]!];
  issues.warn(
    { start: here, end: here },
    () =>
      `its TTL is ${its}, and ${theirs} in ${issues.nameLine(there, here)}: records of one name and type have one TTL (RFC 2181 §5.2), the lowest is taken`,
  );
}

function isSameRdata(table: RecordTable, a: number, b: number): boolean {
  if (table.hasSameRdata(a, b)) return true;
  if (!isLowered(table.type[a]!)) return false;
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
function placeOfRecord({ place }: RecordTable, record: number): Place {
  return { start: place[record]!, end: place[record]! };
}
