import type { IssueList } from "../../config/issue-list.ts";
import { equalNames } from "../../wire/name.ts";
import { TYPE_SOA } from "../../wire/rr-types.ts";
import type { StaticDraft } from "../draft.ts";
import type { Name } from "../model.ts";
import { keyOf, showName } from "../names.ts";
import type { RecordTable } from "./record-table.ts";

/** The SOA record of the apex; undefined if there is none. A second one, or one elsewhere, is reported. */
export function takeSoa(
  table: RecordTable,
  apex: Name,
  issues: IssueList,
): StaticDraft | undefined {
  let soa: StaticDraft | undefined;
  for (let record = 0; record < table.count; record++) {
    if (table.type[record] !== TYPE_SOA) continue;
    const owner = table.owners.nameAt(table.owner[record]!);
    const start = table.place[record]!;
    const place = { start, end: start };
    if (!equalNames(owner, apex)) {
      issues.error(place, `a SOA at ${showName(owner)}: it belongs to the apex, ${showName(apex)}`);
      continue;
    }
    const octets = table.rdataAt(record);
    if (soa === undefined) {
      const ttl = table.ttl[record]!;
      const rdata = [{ octets, place }];
      soa = { owner: apex, type: TYPE_SOA, ttl, rdata, answers: undefined, place, ttlPlace: place };
    } else {
      const there = issues.nameLine(soa.place.start, start);
      const isSame = keyOf(octets) === keyOf(soa.rdata[0]!.octets);
      if (isSame) issues.warn(place, `the same record stands in ${there}: it is answered once`);
      else issues.error(place, `a second SOA: the first is in ${there}, and there can be only one`);
    }
  }
  return soa;
}
