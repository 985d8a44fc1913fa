import { expect, it, vi } from "vitest";
import { wireName } from "../../test/support/zone-transfer.ts";
import { slotOf } from "../wire/name-key.ts";
import { RecordTable } from "../zone/master/record-table.ts";
import { RecordIndex } from "./record-index.ts";

const TXT = 16;
const RECORDS = 500;
const FNV_PRIME = 0x01000193;

/** Records that a hash without a key would put into one slot, as a primary may send them. */
function createCrowded(): RecordTable {
  const table = new RecordTable();
  const owner = table.owners.addName(wireName("crowded.example."));
  const rdata = new DataView(new ArrayBuffer(4));
  for (let value = 0; table.count < RECORDS; value++) {
    rdata.setUint32(0, value);
    const octets = new Uint8Array(rdata.buffer);
    let hash = Math.imul(owner, FNV_PRIME) ^ TXT;
    for (const octet of octets) hash = Math.imul(hash ^ octet, FNV_PRIME);
    if (slotOf(hash, 1023) !== 0) continue;
    table.append(octets);
    table.add(owner, TXT, 60, 0);
  }
  return table;
}

it("RecordIndex looks at few records to find one, however they were chosen", () => {
  const table = createCrowded();
  const index = new RecordIndex(table, RECORDS, [0x12345678, 0x9abcdef0]);
  const compare = vi.spyOn(table, "hasSameRdata");
  for (let record = 0; record < RECORDS; record++) {
    expect(index.find(record)).toBe(-1);
    index.add(record);
  }
  for (let record = 0; record < RECORDS; record++) expect(index.find(record)).toBe(record);
  expect(compare.mock.calls.length).toBeLessThan(4 * RECORDS);
});
