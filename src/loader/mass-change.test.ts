import { expect, it } from "vitest";
import { combineDatabases } from "../geo/combine-databases.ts";
import { loadZone } from "../zone/load-zone.ts";
import { findLostNames, findMassChanges } from "./mass-change.ts";
import { type PreparedZone, prepareZone } from "./prepare-zone.ts";

const GEO = combineDatabases([]);

function prepare(text: string): PreparedZone {
  const head = "zone: example.com.\nsoa: { mname: ns1.example.net. }\n";
  const { zone, issues } = loadZone(head + text, { file: "z.yaml", changedAt: 1 });
  if (zone === undefined) throw new SyntaxError(JSON.stringify(issues, undefined, 1));
  return prepareZone(zone, GEO, 1);
}

function names(count: number): PreparedZone {
  const records = Array.from(
    { length: count },
    (_, i) => `  n${i}: { type: A, value: 192.0.2.1 }\n`,
  );
  return prepare(`records:\n${records.join("")}`);
}

const POOLS = {
  both: "eu: { values: [{ value: 192.0.2.1 }, { value: 192.0.2.2 }] }, us: { values: [{ value: 192.0.2.3 }] }",
  usOnly: "us: { values: [{ value: 192.0.2.3 }] }",
  moved: "eu: { values: [{ value: 192.0.2.8 }] }, us: { values: [{ value: 192.0.2.3 }] }",
  renamed: "europe: { values: [{ value: 192.0.2.1 }] }, us: { values: [{ value: 192.0.2.3 }] }",
  off: "eu: { values: [{ value: 192.0.2.1, status: down }, { value: 192.0.2.2, status: down }] }, us: { values: [{ value: 192.0.2.3 }] }",
};

function steered(pools: string, pool: string | undefined, more = ""): PreparedZone {
  const www =
    pool === undefined ? "" : `www: { type: A, ttl: 30, dynamic: { rules: [{ pool: ${pool} }] } }`;
  return prepare(
    `pools: { ${pools} }\nrecords: { api: { type: A, value: 192.0.2.9 }, ${more} ${www} }\n`,
  );
}

it("half of the names may go, one more may not", () => {
  // The apex is a name as well.
  expect(findMassChanges(names(9), names(4))).toEqual([]);
  expect(findMassChanges(names(9), names(3))).toEqual([
    "6 of 10 names would go: n3.example.com., n4.example.com., n5.example.com., and 3 more",
  ]);
  expect(findMassChanges(names(3), names(900))).toEqual([]);
});

it("names of steered records count, and other names in their place do not help", () => {
  const before = steered(POOLS.both, "eu");
  const after = prepare(
    "records: { a: { type: A, value: 192.0.2.9 }, b: { type: A, value: 192.0.2.9 } }\n",
  );
  expect(findMassChanges(before, after)).toEqual([
    "2 of 3 names would go: api.example.com., www.example.com.",
  ]);
});

it("a pool may not lose all values while a name that used it stays", () => {
  const message = "pool eu would lose all its A values, and www.example.com. uses it";
  expect(findMassChanges(steered(POOLS.both, "eu"), steered(POOLS.usOnly, "us"))).toEqual([
    message,
  ]);
  expect(findMassChanges(steered(POOLS.both, "eu"), steered(POOLS.off, "eu"))).toEqual([message]);
});

it("a pool that a name falls back to counts as well", () => {
  const before =
    "eu: { fallback: us, values: [{ value: 192.0.2.1 }] }, us: { values: [{ value: 192.0.2.3 }] }";
  const after = "eu: { values: [{ value: 192.0.2.1 }] }";
  expect(findMassChanges(steered(before, "eu"), steered(after, "eu"))).toEqual([
    "pool us would lose all its A values, and www.example.com. uses it",
  ]);
});

it("everyday changes of a pool pass", () => {
  const before = steered(POOLS.both, "eu");
  // Other values, another name of the pool, and a pool that goes with the name that used it.
  expect(findMassChanges(before, steered(POOLS.moved, "eu"))).toEqual([]);
  expect(findMassChanges(before, steered(POOLS.renamed, "europe"))).toEqual([]);
  expect(findMassChanges(before, steered(POOLS.usOnly, undefined))).toEqual([]);
  expect(findMassChanges(steered(POOLS.both, "us"), steered(POOLS.usOnly, "us"))).toEqual([]);
});

it("a pool loses one type of value and keeps the other", () => {
  const pools = (values: string): string => `eu: { values: [${values}] }`;
  const www = "www: { type: [A, AAAA], ttl: 30, dynamic: { rules: [{ pool: eu }] } },";
  const before = steered(pools('{ value: 192.0.2.1 }, { value: "2001:db8::1" }'), undefined, www);
  const after = steered(pools("{ value: 192.0.2.1 }"), undefined, www);
  expect(findMassChanges(before, after)).toEqual([
    "pool eu would lose all its AAAA values, and www.example.com. uses it",
  ]);
});

it("the serial may not go back, over 2^32 neither", () => {
  const at = (serial: number): PreparedZone => {
    const zone = names(1);
    return { ...zone, zone: { ...zone.zone, serial } };
  };
  expect(findMassChanges(at(7), at(8))).toEqual([]);
  expect(findMassChanges(at(7), at(7))).toEqual([]);
  expect(findMassChanges(at(2 ** 32 - 1), at(3))).toEqual([]);
  expect(findMassChanges(at(8), at(7))).toEqual(["the serial would go back from 8 to 7"]);
  expect(findMassChanges(at(3), at(2 ** 32 - 1))).toEqual([
    "the serial would go back from 3 to 4294967295",
  ]);
});

it("findLostNames() counts what would go, and names some of it if it is too much", () => {
  const segment = (count: number): SharedArrayBuffer => names(count).compiled.segment;
  const all = findLostNames(segment(9), segment(9));
  expect(all).toEqual({ of: all.of, count: 0, examples: [] });
  expect(findLostNames(segment(9), segment(8))).toEqual({ of: all.of, count: 1, examples: [] });
  const mass = findLostNames(segment(9), segment(3));
  expect(mass).toMatchObject({ of: all.of, count: 6 });
  expect(mass.examples).toHaveLength(3);
});

it("findMassChanges() takes the lost names that somebody has found already", () => {
  const lost = { of: 8, count: 7, examples: ["a.example."] };
  expect(findMassChanges(names(9), names(9), lost)).toEqual([
    "7 of 8 names would go: a.example., and 6 more",
  ]);
});
