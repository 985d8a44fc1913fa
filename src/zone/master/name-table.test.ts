import fc from "fast-check";
import { expect, it } from "vitest";
import { listCrowdedNames } from "../../../test/support/crowded-names.ts";
import { parseName } from "../../wire/name.ts";
import { NameKey } from "../../wire/name-key.ts";
import { CrowdedNamesError, hashName, NameTable } from "./name-table.ts";

function wire(text: string): Uint8Array {
  const parsed = parseName(text);
  if (!parsed.ok) throw new Error(parsed.error);
  return parsed.name;
}

function add(table: NameTable, text: string): number {
  const name = wire(text);
  return table.add(name, 0, name.length, hashName(name, 0));
}

it("NameTable numbers names in the order they come, each once", () => {
  const table = new NameTable();
  expect(["a.b.", "b.", ".", "a.b.", "b."].map((text) => add(table, text))).toEqual([
    0, 1, 2, 0, 1,
  ]);
  expect(table.count).toBe(3);
  expect(table.nameAt(0)).toEqual(wire("a.b."));
  expect(table.numberOf(wire("."))).toBe(2);
  expect(table.numberOf(wire("c."))).toBe(-1);
  expect(table.numberOf(wire("a."))).toBe(-1);
});

it("NameTable tells names apart that have the same hash", () => {
  const table = new NameTable();
  const numbers = ["a.", "b.", "aa.", "a.a."].map((text) =>
    table.add(wire(text), 0, wire(text).length, 5),
  );
  expect(numbers).toEqual([0, 1, 2, 3]);
  expect(table.find(wire("aa."), 0, 4, 5)).toBe(2);
});

it("NameTable agrees with a map however it grows", () => {
  const label = fc.stringMatching(/^[a-f]{1,3}$/);
  const name = fc
    .array(label, { minLength: 1, maxLength: 4 })
    .map((labels) => `${labels.join(".")}.`);
  fc.assert(
    fc.property(fc.array(name, { maxLength: 600 }), (names) => {
      const table = new NameTable();
      const map = new Map<string, number>();
      for (const text of names) {
        if (!map.has(text)) map.set(text, map.size);
        expect(add(table, text)).toBe(map.get(text));
      }
      for (const [text, number] of map) {
        expect(table.numberOf(wire(text))).toBe(number);
        expect(table.nameAt(number)).toEqual(wire(text));
      }
    }),
    { numRuns: 40 },
  );
});

it("hashName() is the hash that queries are looked up by", () => {
  const key = new NameKey();
  for (const text of [".", "com.", "www.example.com.", `${"a.".repeat(127)}`]) {
    const name = wire(text);
    key.read(name, 0, name.length);
    expect(hashName(name, 0)).toBe(key.hashes[0]);
  }
});

it("NameTable takes no more names of one hash than are found at once", () => {
  const names = listCrowdedNames(300).map(wire);
  expect(new Set(names.map((name) => hashName(name, 0))).size).toBe(1);
  const table = new NameTable();
  expect(() => {
    for (const name of names) table.addName(name);
  }).toThrow(CrowdedNamesError);
  expect(table.count).toBe(257);
  expect(table.addName(names[256]!)).toBe(256);
});
