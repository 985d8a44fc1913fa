import type { IssueList } from "../config/issue-list.ts";
import { formatType } from "../wire/rr-types.ts";
import type { StaticDraft } from "./draft.ts";
import type { RRsetTable } from "./master/rrset-table.ts";
import { showName } from "./names.ts";

/** What is left of a message over TCP beside its header, a question of full length, and OPT with a client subnet. */
const MAX_ANSWER = 65_535 - 12 - 259 - 35;
/** A compressed owner, type, class, TTL and length. */
const RECORD_HEADER = 12;

/** RRsets that no message can hold. */
export function checkSizes(statics: readonly StaticDraft[], issues: IssueList): void {
  for (const { owner, type, rdata, place } of statics) {
    const problem = findOversize(rdata.map(({ octets }) => octets));
    if (problem === undefined) continue;
    issues.error(place, `the ${formatType(type)} records of ${showName(owner)} take ${problem}`);
  }
}

/** The same for the RRsets of a master file. */
export function checkTableSizes(rrsets: RRsetTable, issues: IssueList): void {
  const { table, records, first } = rrsets;
  for (let rrset = 0; rrset < rrsets.count; rrset++) {
    if (!isOversize(rrsets, rrset)) continue;
    const record = records[first[rrset]!]!;
    const owner = showName(table.owners.nameAt(table.owner[record]!));
    issues.error(
      { start: table.place[record]!, end: table.place[record]! },
      `the ${formatType(rrsets.typeOf(rrset))} records of ${owner} take ${explainOversize(sizeOf(rrsets, rrset))}`,
    );
  }
}

/** Whether no answer can hold an RRset. */
export function isOversize(rrsets: RRsetTable, rrset: number): boolean {
  return sizeOf(rrsets, rrset) > MAX_ANSWER;
}

function sizeOf({ table, records, first, size }: RRsetTable, rrset: number): number {
  const start = first[rrset]!;
  const end = start + size[rrset]!;
  let octets = 0;
  for (let i = start; i < end; i++) {
    const record = records[i]!;
    octets += RECORD_HEADER + table.rdata[record + 1]! - table.rdata[record]!;
  }
  return octets;
}

/** How much too large records are together; undefined if an answer can hold them. */
export function findOversize(rdata: readonly Uint8Array[]): string | undefined {
  const size = rdata.reduce((sum, octets) => sum + RECORD_HEADER + octets.length, 0);
  return size <= MAX_ANSWER ? undefined : explainOversize(size);
}

function explainOversize(octets: number): string {
  return `${octets} octets: an answer holds at most ${MAX_ANSWER}`;
}
