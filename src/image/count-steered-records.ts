import { listNested } from "../steering/pool-content.ts";
import { TYPE_A } from "../wire/rr-types.ts";
import type { Zone } from "../zone/model.ts";

/** The records of a zone that are not static, as its file has them. */
export function countSteeredRecords(zone: Zone): number {
  let records = 0;
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
