import { expect, test } from "vitest";
import { prepareText } from "../../test/support/transfers.ts";
import { ExpiryTable, readExpire, setExpirySlot } from "./expiry-table.ts";
import { openSegment } from "./segment.ts";

const { segment } = prepareText(
  "zone: example.com.\nsoa: { mname: ns.example.org., expire: 20d }\nrecords: {}\n",
).compiled;

test("readExpire() gives what the SOA of a zone of our own says", () => {
  expect(readExpire(openSegment(segment), new Uint32Array(0), 0)).toBe(20 * 86_400);
});

test("a table that is full has a slot for all others, of which nobody knows anything", () => {
  const shared = new SharedArrayBuffer(16);
  const table = new ExpiryTable(shared);
  const slots = [table.take(), table.take(), table.take(), table.take()];
  expect(new Set(slots).size).toBe(3);
  const left = slots.map((slot) => {
    table.write(slot, 1000);
    const copy = segment.slice(0);
    setExpirySlot(copy, slot);
    return readExpire(openSegment(copy), new Uint32Array(shared), 400_000);
  });
  expect(left).toEqual([600, 600, -1, -1]);
  table.release(slots[3]!);
  table.release(slots[0]!);
  expect([table.take(), table.take()]).toEqual([slots[0], slots[3]]);
});
