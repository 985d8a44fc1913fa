import { describe, expect, it } from "vitest";
import { code, geoTable, network } from "../../test/support/geo.ts";
import {
  A,
  AAAA,
  zoneOf as createZone,
  makeValue,
  pool,
  record,
} from "../../test/support/steering-model.ts";
import type { Datacenter, Pool, Rule, SteeredRRset, Zone } from "../zone/model.ts";
import { type ClassTable, classesOf } from "./classes.ts";
import { findChain } from "./pool-choice.ts";
import { NO_RANKINGS } from "./rankings.ts";

const GEO = geoTable({});
/** Places in the databases; their numbers are 1 to 4. */
const WORLD = geoTable({
  "20.0.0.0/8": "EU-DE 52 13",
  "21.0.0.0/8": "NA-US-CA 34 -118",
  "22.0.0.0/8": "AS-SG 1 104",
  "23.0.0.0/8": "SA",
});
const BERLIN = [52, 13] as const;
const LOS_ANGELES = [34, -118] as const;
const SINGAPORE = [1, 104] as const;

describe("classesOf()", () => {
  it("puts rules with the same pools into one class", () => {
    const zone = zoneOf([poolOf([A]), poolOf([A])]);
    expect(classesOf(zone, rulesOf(A, [[0], [1], [0], [1, 0]]), GEO)).toEqual({
      classes: [
        { pools: [0], rules: [0, 2], near: undefined },
        { pools: [1], rules: [1], near: undefined },
        { pools: [1, 0], rules: [3], near: undefined },
      ],
      outcomes: [[0], [1], [0], [2]],
      rankings: NO_RANKINGS,
      datacenters: [],
    });
  });

  it("sees that a fallback makes the same order as a list", () => {
    const zone = zoneOf([poolOf([A], 1), poolOf([A])]);
    expect(classesOf(zone, rulesOf(A, [[0], [0, 1]]), GEO).outcomes).toEqual([[0], [0]]);
  });

  it("leaves out pools that have no value of the type", () => {
    const zone = zoneOf([poolOf([A], 1), poolOf([A, AAAA])]);
    expect(classesOf(zone, rulesOf(A, [[0], [1]]), GEO).outcomes).toEqual([[0], [1]]);
    expect(classesOf(zone, rulesOf(AAAA, [[0], [1]]), GEO).outcomes).toEqual([[0], [0]]);
  });

  it("counts the values of nested pools as the pool's own", () => {
    const nesting = { pool: 1, weight: 1, position: 0, status: "obey" } as const;
    const zone = zoneOf([{ ...poolOf([], 2), nested: [nesting] }, poolOf([A]), poolOf([A])]);
    expect(classesOf(zone, rulesOf(A, [[0], [2]]), GEO).outcomes).toEqual([[0], [1]]);
  });
});

describe("classesOf() by distance", () => {
  const eu = datacenter("eu", [50, 8]);
  const us = datacenter("us", [39, -77]);
  const sg = datacenter("sg", [1.35, 104]);
  const three = zoneOf([near(["eu", "us", "sg"])], [eu, us, sg]);

  it("ranks the datacenters of a nearest pool for each place, and leaves the unknown ones to the written order", () => {
    const table = classesOf(three, rulesOf(A, [[0]]), WORLD);
    expect(nearOf(table, BERLIN)).toEqual([0, 1, 2]);
    expect(nearOf(table, LOS_ANGELES)).toEqual([1, 0, 2]);
    expect(nearOf(table, SINGAPORE)).toEqual([1, 2, 0]);
    expect(nearOf(table, undefined)).toBeUndefined();
  });

  it("takes a bias for distance, in both directions", () => {
    const from = (euBias: number, usBias: number): readonly number[] | undefined => {
      const datacenters = [datacenter("eu", [50, 8], euBias), datacenter("us", [39, -77], usBias)];
      const zone = zoneOf([near(["eu", "us"])], datacenters);
      return nearOf(classesOf(zone, rulesOf(A, [[0]]), WORLD), LOS_ANGELES);
    };
    // 9300 km and 3700 km.
    expect(from(0, 0)).toEqual([1, 0]);
    expect(from(59, 0)).toEqual([1, 0]);
    expect(from(61, 0)).toEqual([0, 1]);
    expect(from(0, -59)).toEqual([1, 0]);
    expect(from(0, -61)).toEqual([0, 1]);
  });

  it("gives equal distances equal ranks, and puts what nobody knows the place of last", () => {
    const nowhere: Datacenter = { name: "x", geo: code("EU"), coords: undefined, bias: 0 };
    const zone = zoneOf(
      [near(["x", "us", "twin", "eu", "y"])],
      [nowhere, us, { ...us, name: "twin" }, eu, { ...nowhere, name: "y", geo: undefined }],
    );
    expect(nearOf(classesOf(zone, rulesOf(A, [[0]]), WORLD), BERLIN)).toEqual([2, 1, 1, 0, 2]);
  });

  it("places a datacenter by its subdivision, then its country", () => {
    const california = { ...datacenter("ca", undefined), geo: code("NA-US-CA") };
    const unitedStates = { ...datacenter("mid", undefined), geo: code("NA-US-TX") };
    const zone = zoneOf([near(["mid", "ca"])], [california, unitedStates]);
    const table = classesOf(zone, rulesOf(A, [[0]]), WORLD);
    expect(nearOf(table, LOS_ANGELES)).toEqual([0, 1]);
    // Over the pole it is as far to Los Angeles as over the Atlantic to the middle of the country.
    expect(nearOf(table, BERLIN)).toEqual([1, 0]);
  });

  it("orders the pools of a list by their nearest value, and only of the type", () => {
    const zone = zoneOf(
      [at("eu", A), at("us", A), at("sg", A), { ...at("sg", AAAA), fallback: 0 }],
      [eu, us, sg],
    );
    const rrset: SteeredRRset = { ...rulesOf(A, [[0, 3, 1, 2]]), policy: "nearest" };
    const table = classesOf(zone, rrset, WORLD);
    // The pool without an A value makes no difference wherever it stands.
    const poolsOf = (coords: readonly [number, number] | undefined): readonly number[] =>
      table.classes[table.outcomes[0]![table.rankings.find(coords)]!]!.pools.filter((i) => i !== 3);
    expect(poolsOf(BERLIN)).toEqual([0, 1, 2]);
    expect(poolsOf(LOS_ANGELES)).toEqual([1, 0, 2]);
    expect(poolsOf(SINGAPORE)).toEqual([2, 0, 1]);
    expect(poolsOf(undefined)).toEqual([0, 1, 2]);
    expect(table.classes.every((each) => each.near === undefined)).toBe(true);
  });

  it("ignores values that are turned off", () => {
    const off = at("eu", A);
    const pools = [{ ...off, values: off.values.map((v) => ({ ...v, status: "down" as const })) }];
    const zone = zoneOf([...pools, at("us", A)], [eu, us]);
    const rrset: SteeredRRset = { ...rulesOf(A, [[0, 1]]), policy: "nearest" };
    const table = classesOf(zone, rrset, WORLD);
    expect(table.classes[table.outcomes[0]![table.rankings.find(BERLIN)]!]!.pools).toEqual([1, 0]);
  });

  it("tells clients apart only by the datacenters of their own rule", () => {
    const zone = zoneOf([near(["eu", "us"]), poolOf([A]), near(["sg"])], [eu, us, sg]);
    const table = classesOf(zone, rulesOf(A, [[0], [1], [2]]), WORLD);
    const [first, second, third] = table.outcomes.map((outcome) => new Set(outcome).size);
    // Europe first, America first, nobody knows; all the same; known and unknown.
    expect([first, second, third]).toEqual([3, 1, 2]);
    expect(nearOf(table, SINGAPORE)).toEqual([0, 1, 2]);
  });

  it("follows the fallback of the pool that is written last, wherever its distance puts it", () => {
    const zone = zoneOf(
      [{ ...at("eu", A), fallback: 3 }, { ...at("us", A), fallback: 2 }, poolOf([A]), poolOf([A])],
      [eu, us],
    );
    const chains = (list: readonly number[]): number[][] =>
      classesOf(zone, { ...rulesOf(A, [list]), policy: "nearest" }, WORLD).classes.map(
        ({ pools: tried, last }) => findChain(zone, tried, last).map(({ index }) => index),
      );
    expect(chains([0, 1]).sort()).toEqual([
      [0, 1, 2],
      [1, 0, 2],
    ]);
    expect(chains([1, 0]).sort()).toEqual([
      [0, 1, 3],
      [1, 0, 3],
    ]);
    // Rules that differ in nothing but that are not one class.
    const both = classesOf(
      zone,
      {
        ...rulesOf(A, [
          [0, 1],
          [1, 0],
        ]),
        policy: "nearest",
      },
      WORLD,
    );
    expect(both.classes).toHaveLength(4);
  });

  it("reaches nearest pools through fallbacks and nesting", () => {
    const nesting = { pool: 2, weight: 1, position: 0, status: "obey" } as const;
    const zone = zoneOf(
      [poolOf([A], 1), { ...poolOf([A]), nested: [nesting] }, near(["eu", "us"])],
      [eu, us],
    );
    expect(nearOf(classesOf(zone, rulesOf(A, [[0]]), WORLD), LOS_ANGELES)).toEqual([1, 0]);
  });

  it("tells only the nearest few apart where there would be too many classes", () => {
    const grid = geoTable(
      Object.fromEntries(
        Array.from({ length: 2000 }, (_, i) => [
          `20.${i >> 8}.${i & 255}.0/24`,
          `EU-DE ${(i % 40) * 4 - 80} ${Math.floor(i / 40) * 7 - 175}`,
        ]),
      ),
    );
    const many = Array.from({ length: 20 }, (_, i) =>
      datacenter(`dc${i}`, [((i * 37) % 120) - 60, ((i * 71) % 340) - 170]),
    );
    const zone = zoneOf([near(many.map(({ name }) => name))], many);
    const { classes, rankings } = classesOf(zone, rulesOf(A, [[0]]), grid);
    expect(classes.length).toBeGreaterThan(100);
    expect(classes.length).toBeLessThanOrEqual(1025);
    // The nearest one is right for everybody all the same.
    const full = classesOf(zone, rulesOf(A, [[0]]), geoTable({ "20.0.0.0/8": "EU-DE 48 -7" }));
    const ranks = rankings.ranks[rankings.find([48, -7])]!;
    expect(ranks.indexOf(0)).toBe(nearOf(full, [48, -7])!.indexOf(0));
    expect([...ranks].sort((a, b) => a - b)).toEqual(many.map((_, i) => i));
  });

  it("knows the places of the zone's own networks", () => {
    const networks = [network("10.0.0.0/8", undefined, [35, 139]), network("11.0.0.0/8", "SA-BR")];
    const table = classesOf({ ...three, networks }, rulesOf(A, [[0]]), WORLD);
    expect(nearOf(table, [35, 139])).toEqual([1, 2, 0]);
    expect(nearOf(table, [-10, -55])).toEqual([1, 0, 2]);
  });
});

/** Ranks for the clients of the first rule at these coordinates. */
function nearOf(
  { classes, outcomes, rankings }: ClassTable,
  coords: readonly [number, number] | undefined,
): readonly number[] | undefined {
  return classes[outcomes[0]![rankings.find(coords)]!]!.near;
}

function datacenter(
  name: string,
  coords: readonly [number, number] | undefined,
  bias = 0,
): Datacenter {
  return { name, geo: undefined, coords, bias };
}

function zoneOf(pools: readonly Pool[], datacenters: readonly Datacenter[] = []): Zone {
  return { ...createZone(pools), datacenters };
}

/** A pool by distance with one value in each datacenter. */
function near(names: readonly string[]): Pool {
  const values = names.flatMap((name) => at(name, A).values);
  return { ...poolOf([]), policy: "nearest", values };
}

function at(datacenterName: string, type: number): Pool {
  const { values, ...rest } = poolOf([type]);
  return { ...rest, values: values.map((value) => ({ ...value, datacenter: datacenterName })) };
}

function poolOf(types: readonly number[], fallback?: number): Pool {
  const values = types.map((type) => ({ ...makeValue("192.0.2.1"), type, targets: [] }));
  return pool("pool", [], { values, fallback });
}

function rulesOf(type: number, lists: readonly (readonly number[])[]): SteeredRRset {
  const rules = lists.map((pools): Rule => ({ geos: [], subnets: [], asns: [], pools }));
  return record({ type, rules });
}
