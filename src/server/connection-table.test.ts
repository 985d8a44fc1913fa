import fc from "fast-check";
import { expect, it } from "vitest";
import { parseAddress } from "../address/parse.ts";
import { ConnectionTable, sourceKey, type TableEntry } from "./connection-table.ts";

interface Entry extends TableEntry<Entry> {
  activeAt: number;
}

const entry = (source: string, activeAt: number): Entry => ({ source, activeAt, place: undefined });

it("add() evicts the longest idle of all when the table is full", () => {
  const table = new ConnectionTable<Entry>(3, 10);
  const [a, b, c, d, e] = ["a", "b", "c", "d", "e"].map((source, i) => entry(source, i));
  for (const one of [a!, b!, c!]) expect(table.add(one)).toBeUndefined();
  table.touch(a!);
  expect(table.add(d!)).toBe(b);
  expect(table.add(e!)).toBe(c);
  expect(table.size).toBe(3);
});

it("add() evicts the longest idle of the same source when that is at its cap, even in a full table", () => {
  const table = new ConnectionTable<Entry>(3, 2);
  const other = entry("other", 0);
  const first = entry("s", 5);
  const second = entry("s", 4);
  for (const one of [other, first, second]) table.add(one);
  expect(table.add(entry("s", 6))).toBe(second);
  expect(table.list()).toContain(other);
});

it("remove() frees the source's place", () => {
  const table = new ConnectionTable<Entry>(10, 1);
  const one = entry("s", 0);
  table.add(one);
  table.remove(one);
  table.remove(one);
  expect(table.size).toBe(0);
  expect(table.add(entry("s", 1))).toBeUndefined();
});

it("touch() does not bring back an entry that was removed", () => {
  const table = new ConnectionTable<Entry>(10, 1);
  const one = entry("s", 0);
  table.add(one);
  table.remove(one);
  table.touch(one);
  expect(table.size).toBe(0);
});

it("list() is in the order of activity, whatever comes and goes, and the caps hold", () => {
  const act = fc.record({ what: fc.constantFrom("add", "touch", "remove"), at: fc.nat(9) });
  fc.assert(
    fc.property(fc.array(act, { maxLength: 60 }), (acts) => {
      const entries = Array.from({ length: 10 }, (_, i) => entry(`s${i % 3}`, 0));
      const table = new ConnectionTable<Entry>(6, 3);
      let expected: Entry[] = [];
      for (const [now, { what, at }] of acts.entries()) {
        const one = entries[at]!;
        const isIn = expected.includes(one);
        if (what === "add" && isIn) continue;
        one.activeAt = now;
        if (what === "touch") table.touch(one);
        if (what === "remove") table.remove(one);
        const evicted = what === "add" ? table.add(one) : undefined;
        expected = expected.filter((other) => other !== one && other !== evicted);
        if (what === "add" || (what === "touch" && isIn)) expected.push(one);
        expect(table.list()).toEqual(expected);
        expect(table.size).toBe(expected.length);
        for (const source of ["s0", "s1", "s2"]) {
          expect(expected.filter((other) => other.source === source).length).toBeLessThan(4);
        }
        expect(expected.length).toBeLessThan(7);
      }
    }),
  );
});

it("remove() leaves nothing in an entry that refers to another", () => {
  const table = new ConnectionTable<Entry>(10, 10);
  const [a, b, c] = [entry("s", 0), entry("s", 1), entry("s", 2)];
  for (const one of [a, b, c]) table.add(one);
  const { place } = b;
  table.remove(b);
  expect(b.place).toBeUndefined();
  expect(place).toMatchObject({ older: undefined, newer: undefined });
  expect(table.list()).toEqual([a, c]);
});

it("sourceKey() joins an IPv6 /56 and keeps IPv4 addresses apart", () => {
  const key = (text: string): string => sourceKey(parseAddress(text)!);
  expect(key("2001:db8:0:1200::1")).toBe(key("2001:db8:0:12ff::2"));
  expect(key("2001:db8:0:1200::1")).not.toBe(key("2001:db8:0:1300::1"));
  expect(key("192.0.2.1")).not.toBe(key("192.0.2.2"));
});
