import { expect, it } from "vitest";
import { listRecords, loadMaster, MASTER_HEAD } from "../../../test/support/master-zone.ts";
import { RecordTable } from "./record-table.ts";

it("RecordTable keeps what it is given while it grows, and forgets rdata that is dropped", () => {
  const table = new RecordTable();
  for (let i = 0; i < 1000; i++) {
    table.append(Uint8Array.of(1, 2, 3));
    table.dropRdata();
    table.append(new Uint8Array(i % 7).fill(i));
    table.add(i, 1 + (i % 3), 60 + i, i * 2);
  }
  expect(table.count).toBe(1000);
  for (const i of [0, 1, 63, 64, 65, 500, 999]) {
    expect(table.rdataAt(i)).toEqual(new Uint8Array(i % 7).fill(i));
    expect([table.owner[i], table.type[i], table.ttl[i], table.place[i]]).toEqual([
      i,
      1 + (i % 3),
      60 + i,
      i * 2,
    ]);
  }
});

it("a large master file keeps every record, in whatever order its names come", () => {
  const lines: string[] = [];
  for (let i = 0; i < 20_000; i++) {
    const name = `h${(i * 7919) % 10_000}`;
    lines.push(`${name} ${i < 10_000 ? "A 192.0.2.1" : `TXT ${i}`}`);
  }
  const { zone, issues } = loadMaster(`${MASTER_HEAD}${lines.join("\n")}`);
  expect(issues).toEqual([]);
  const records = zone === undefined ? [] : listRecords(zone);
  expect(records).toHaveLength(20_004);
  expect(new Set(records).size).toBe(20_004);
  expect(records).toContain('h7919.example.com. 3600 TXT "10001"');
});
