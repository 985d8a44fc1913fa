import type { NameTable } from "./master/name-table.ts";
import { RecordTable } from "./master/record-table.ts";
import { RRsetTable } from "./master/rrset-table.ts";
import type { RRset } from "./model.ts";

/**
 * Puts RRsets into columns, as those of a master file are.
 *
 * @param rrsets at most one per owner and type
 * @param owners takes their owners up
 */
export function tabulateRRsets(rrsets: readonly RRset[], owners: NameTable): RRsetTable {
  const numbers = rrsets.map(({ owner }) => owners.addName(owner));
  const table = new RecordTable(rrsets.length, owners);
  const order = sortByNumber(numbers, owners.count);
  for (const i of order) {
    const { type, ttl, rdata } = rrsets[i]!;
    for (const octets of rdata) {
      table.append(octets);
      table.add(numbers[i]!, type, ttl, 0);
    }
  }
  const tabulated = new RRsetTable(
    table,
    Uint32Array.from({ length: table.count }, (_, i) => i),
  );
  let next = 0;
  let record = 0;
  for (let owner = 0; owner < owners.count; owner++) {
    tabulated.startOwner();
    for (; next < order.length && numbers[order[next]!] === owner; next++) {
      const { rdata, answers } = rrsets[order[next]!]!;
      if (answers !== undefined) tabulated.answers.set(tabulated.count, answers);
      tabulated.add(record, rdata.length);
      record += rdata.length;
    }
  }
  tabulated.finish();
  return tabulated;
}

/** The places in a list of numbers, those of a number side by side, numbers in order. */
function sortByNumber(numbers: readonly number[], count: number): Uint32Array {
  const next = new Uint32Array(count + 1);
  for (const number of numbers) next[number + 1]! += 1;
  for (let i = 0; i < count; i++) next[i + 1]! += next[i]!;
  const order = new Uint32Array(numbers.length);
  numbers.forEach((number, i) => {
    order[next[number]!++] = i;
  });
  return order;
}
