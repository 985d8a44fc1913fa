import fc from "fast-check";
import { expect, test } from "vitest";
import {
  addRecord,
  findRRset,
  listContent,
  removeRecord,
} from "../../test/support/zone-content.ts";
import { wireName } from "../../test/support/zone-transfer.ts";
import { formatName } from "../wire/name.ts";
import { ZoneContent } from "./zone-content.ts";

const OWNERS = ["a.example.", "b.example.", "example."].map(wireName);

/** Few different records, so that they meet; many of one RRset, so that it grows beyond what is looked through. */
const record = fc.record({
  owner: fc.constantFrom(...OWNERS),
  type: fc.constantFrom(1, 16),
  ttl: fc.nat(3),
  value: fc.nat(20),
});

test("add() and remove() agree with a set of records, in RRsets of any size", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.boolean(), record), { maxLength: 120 }), (steps) => {
      const content = new ZoneContent();
      const model = new Set<string>();
      for (const [isAdded, { owner, type, ttl, value }] of steps) {
        const key = `${formatName(owner)} ${type} ${value}`;
        const rdata = Uint8Array.of(value);
        if (isAdded) {
          expect(addRecord(content, owner, type, ttl, rdata)).toBe(!model.has(key));
          model.add(key);
        } else {
          expect(removeRecord(content, owner, type, rdata)).toBe(model.delete(key));
        }
        expect(content.records).toBe(model.size);
      }
      const listed = listContent(content).flatMap(({ owner, type, rdata }) =>
        rdata.map(([value]) => `${formatName(owner)} ${type} ${value}`),
      );
      expect(listed.sort()).toEqual([...model].sort());
    }),
  );
});

test("add() gives all records of an RRset the lowest TTL of any (RFC 2181 §5.2)", () => {
  const content = new ZoneContent();
  addRecord(content, OWNERS[0]!, 1, 300, Uint8Array.of(1));
  addRecord(content, OWNERS[0]!, 1, 60, Uint8Array.of(2));
  addRecord(content, OWNERS[0]!, 1, 900, Uint8Array.of(3));
  expect(findRRset(content, OWNERS[0]!, 1)).toMatchObject({ ttl: 60 });
});

test("a TTL is raised by removing all records of an RRset and adding them again", () => {
  const content = new ZoneContent();
  addRecord(content, OWNERS[0]!, 1, 60, Uint8Array.of(1));
  removeRecord(content, OWNERS[0]!, 1, Uint8Array.of(1));
  expect(findRRset(content, OWNERS[0]!, 1)).toBeUndefined();
  addRecord(content, OWNERS[0]!, 1, 900, Uint8Array.of(1));
  expect(findRRset(content, OWNERS[0]!, 1)).toMatchObject({ ttl: 900 });
});
