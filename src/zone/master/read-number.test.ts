import { expect, it } from "vitest";
import { parseType } from "../../wire/rr-types.ts";
import { KeywordTable } from "./keyword-table.ts";
import { readInteger, readSeconds } from "./read-number.ts";

const octetsOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const seconds = (text: string): number => readSeconds(octetsOf(text), 0, text.length);
const integer = (text: string): number => readInteger(octetsOf(text), 0, text.length, 65_535);

it.each<[string, number]>([
  ["0", 0],
  ["300", 300],
  ["1h30m", 5400],
  ["1W2d3H4M5s", 788_645],
  ["1h30", 3630],
  ["4294967295", 4_294_967_295],
  ["4294967296", -1],
  ["7102w", -1],
  ["99999999999999999999", -1],
  ["", -1],
  ["h", -1],
  ["1hh", -1],
  ["1x", -1],
  ["-1", -1],
  ["1.5", -1],
])("readSeconds() of %j is %i", (text, expected) => expect(seconds(text)).toBe(expected));

it.each<[string, number]>([
  ["0", 0],
  ["65535", 65_535],
  ["65536", -1],
  ["", -1],
  ["+1", -1],
  ["1 ", -1],
])("readInteger() of %j is %i", (text, expected) => expect(integer(text)).toBe(expected));

it("KeywordTable finds words in any case, whole ones only", () => {
  const types = ["A", "AAAA", "NSEC3PARAM", "NSAP-PTR"];
  const table = new KeywordTable(types.map((text) => [text, parseType(text)!] as const));
  const find = (text: string): number => table.find(octetsOf(` ${text} `), 1, text.length + 1);
  expect(["a", "Aaaa", "nsec3param", "NSAP-ptr"].map(find)).toEqual(types.map(parseType));
  expect(["", "AA", "AAA", "AAAAA", "@", "nsap"].map(find)).toEqual([-1, -1, -1, -1, -1, -1]);
});
