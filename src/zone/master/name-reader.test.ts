import fc from "fast-check";
import { expect, it } from "vitest";
import { lowerName, parseName } from "../../wire/name.ts";
import { explainNameProblem, NAME_PROBLEM, NameReader } from "./name-reader.ts";
import { hashName } from "./name-table.ts";

const ORIGIN = Uint8Array.of(3, 0x63, 0x6f, 0x6d, 0);
const PIECES = [
  ..."abZ09-_*@.",
  "\\.",
  "\\046",
  "\\065",
  "\\\\",
  "\\x",
  "\\9",
  "\\256",
  "\\",
  "x".repeat(63),
];
const reader = new NameReader();

it("NameReader reads every name as parseName() does", () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...PIECES), { minLength: 1, maxLength: 14 }), (pieces) => {
      const text = pieces.join("");
      const octets = new TextEncoder().encode(` ${text} `);
      const expected = parseName(text, ORIGIN);
      const length = reader.readTarget(octets, 1, octets.length - 1, ORIGIN);
      expect(length > 0).toBe(expected.ok);
      if (!expected.ok) return;
      expect(reader.name.slice(0, length)).toEqual(expected.name);
      const owner = reader.readOwner(octets, 1, octets.length - 1, ORIGIN);
      const name = reader.name.slice(0, owner);
      expect(name).toEqual(lowerName(expected.name));
      expect(reader.hash(hashName(ORIGIN, 0))).toBe(hashName(name, 0));
    }),
    { numRuns: 2000 },
  );
});

it("NameReader says what is wrong, and notes what is not ASCII", () => {
  const read = (text: string): number => {
    const octets = new TextEncoder().encode(text);
    return reader.readOwner(octets, 0, octets.length, ORIGIN);
  };
  expect(read("a..b")).toBe(NAME_PROBLEM.emptyLabel);
  expect(read("x".repeat(64))).toBe(NAME_PROBLEM.longLabel);
  expect(read("x".repeat(300))).toBe(NAME_PROBLEM.longLabel);
  expect(read(`${"a.".repeat(125)}a`)).toBe(NAME_PROBLEM.longName);
  expect(read("a\\25")).toBe(NAME_PROBLEM.badEscape);
  expect(new Set(Object.values(NAME_PROBLEM).map(explainNameProblem)).size).toBe(4);
  expect(read("ä")).toBe(8);
  expect(reader.isForeign).toBe(true);
  read("\\228");
  expect(reader.isForeign).toBe(false);
});
