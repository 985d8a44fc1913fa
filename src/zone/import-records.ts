import type { IssueList } from "../config/issue-list.ts";
import { TYPE_NS, TYPE_SOA } from "../wire/rr-types.ts";
import type { ImportedSoa } from "./build-soa.ts";
import { checkTableSizes } from "./check-sizes.ts";
import type { Draft } from "./draft.ts";
import { groupRecords } from "./master/group-records.ts";
import type { RecordTable } from "./master/record-table.ts";
import type { RRsetTable } from "./master/rrset-table.ts";
import { TableOwners } from "./master/table-owners.ts";
import { takeSoa } from "./master/take-soa.ts";

/** Records of a master file on their way into a zone. */
export interface ImportSource {
  readonly table: RecordTable;
  /** Whether the file is the zone, and not only a part of it: it must have a SOA, whose serial is kept, and NS records. */
  readonly isWhole: boolean;
}

export interface ImportedRecords {
  /** Undefined if the file has none. */
  readonly soa: ImportedSoa | undefined;
  /** All other RRsets, those left out that the zone file has itself. */
  readonly rrsets: RRsetTable;
  readonly owners: TableOwners;
}

/** Gathers the records of a master file into RRsets; those of the zone file itself replace those of the same owner and type. */
export function importRecords(
  { table, isWhole }: ImportSource,
  { apex, statics, steered }: Draft,
  issues: IssueList,
): ImportedRecords {
  const soa = takeSoa(table, apex, issues);
  const replaced = new Set<string>();
  const replace = (owner: number, type: number): unknown => replaced.add(`${owner} ${type}`);
  for (const { owner, type } of statics) replace(table.owners.numberOf(owner), type);
  for (const { rrset } of steered) replace(table.owners.numberOf(rrset.owner), rrset.type);
  const rrsets = groupRecords(
    table,
    (owner, type) => type === TYPE_SOA || (replaced.size > 0 && replaced.has(`${owner} ${type}`)),
    issues,
  );
  checkTableSizes(rrsets, issues);
  const owners = new TableOwners(rrsets, apex);
  if (isWhole) checkWhole(soa !== undefined, owners.draftsOf(apex), issues);
  return { soa: soa && { rrset: soa, keepsSerial: isWhole }, rrsets, owners };
}

/** What other servers refuse to load, and no secondary would take. */
function checkWhole(hasSoa: boolean, apex: Draft["statics"], issues: IssueList): void {
  // After an error, they may be what was refused.
  if (issues.errors > 0) return;
  const start = { start: 0, end: 1 };
  if (!hasSoa) {
    issues.error(
      start,
      "the zone has no SOA record: it begins with one, like @ 3600 SOA ns1.example.com. hostmaster.example.com. 1 7200 1800 1209600 60",
    );
  }
  if (!apex.some(({ type }) => type === TYPE_NS)) {
    issues.error(start, "the zone has no NS records at its apex, like @ 3600 NS ns1.example.com.");
  }
}
