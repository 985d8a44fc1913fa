import { describe, expect, it } from "vitest";
import {
  A,
  AAAA,
  DOWN,
  decide,
  decideIn,
  healthOf,
  makeValue,
  octetsOf,
  pool,
  record,
  texts,
  zoneOf,
} from "../../test/support/steering-model.ts";
import type { NestedPool, Pool, PoolValue, Zone } from "../zone/model.ts";
import type { Decision } from "./decision.ts";
import { steer } from "./steer.ts";
import { createTrace } from "./trace.ts";
import { NO_MEMORY, NO_OVERRIDES } from "./world.ts";

const at = (text: string, datacenter: string | undefined, weight = 1): PoolValue => ({
  ...makeValue(text),
  datacenter,
  weight,
});

function nested(index: number, changes: Partial<NestedPool> = {}): NestedPool {
  return { pool: index, weight: 1, position: 0, status: "obey", ...changes };
}

/** Value to its share in leading the answer, as a fraction of the whole. */
function shares(decision: Decision): Readonly<Record<string, number>> {
  if (decision.kind !== "answer") return {};
  const sum = decision.values.reduce((total, { weight }) => total + weight, 0);
  return Object.fromEntries(decision.values.map(({ text, weight }) => [text, weight / sum]));
}

describe("policy nearest", () => {
  const values = [
    at("192.0.2.9", undefined),
    at("192.0.2.1", "iad"),
    at("192.0.2.2", "fra"),
    at("192.0.2.3", "fra", 3),
    at("192.0.2.4", "sin"),
  ];
  const zone: Zone = {
    ...zoneOf([{ ...pool("all", [], { policy: "nearest" }), values }]),
    datacenters: ["fra", "iad", "sin"].map((name) => ({
      name,
      geo: undefined,
      coords: undefined,
      bias: 0,
    })),
  };
  const inEurope = [0, 1, 2];

  it("answers with the nearest, who share the lead by weight if they are equally near", () => {
    const decision = decideIn({}, zone, record(), [0], inEurope);
    expect(decision).toMatchObject({ answers: 1, rotate: true, policy: "nearest" });
    expect(shares(decision)).toEqual({ "192.0.2.2": 0.25, "192.0.2.3": 0.75 });
    expect(texts(decideIn({}, zone, record(), [0], [2, 1, 0]))).toEqual(["192.0.2.4"]);
  });

  it("goes to the next nearest when the nearest are out", () => {
    const health = healthOf({ "192.0.2.2": DOWN, "192.0.2.3": DOWN });
    expect(texts(decideIn({ health }, zone, record(), [0], inEurope))).toEqual(["192.0.2.1"]);
  });

  it("fills an answer with the next nearest, values of no datacenter last", () => {
    const four = decideIn({}, zone, record({ answers: 4 }), [0], inEurope);
    expect(texts(four)).toEqual(["192.0.2.2", "192.0.2.3", "192.0.2.1", "192.0.2.4"]);
    expect(shares(four)).toMatchObject({ "192.0.2.3": 0.75, "192.0.2.1": 0, "192.0.2.4": 0 });
    const all = decideIn({}, zone, record({ answers: 9 }), [0], inEurope);
    expect(texts(all).at(-1)).toBe("192.0.2.9");
  });

  it("keeps to the written order of datacenters where nobody knows the distance", () => {
    expect(texts(decideIn({}, zone, record(), [0], undefined))).toEqual(["192.0.2.1"]);
    const health = healthOf({ "192.0.2.1": DOWN });
    expect(texts(decideIn({ health }, zone, record(), [0], undefined))).toEqual([
      "192.0.2.2",
      "192.0.2.3",
    ]);
  });
});

describe("pools among the values of a pool", () => {
  const inner = pool("inner", ["192.0.2.11", "192.0.2.12", "192.0.2.13"]);
  const outer = (changes: Partial<Pool>, ...members: NestedPool[]): Pool => ({
    ...pool("outer", ["192.0.2.1"], changes),
    nested: members,
  });

  it("share the weight of their place exactly", () => {
    const weighted = {
      ...inner,
      values: inner.values.map((value, i) => ({ ...value, weight: i + 1 })),
    };
    const decision = decide(
      zoneOf([outer({}, nested(1, { weight: 2 })), weighted]),
      record(),
      [0],
      healthOf({}),
    );
    expect(shares(decision)).toEqual({
      "192.0.2.11": 2 / 18,
      "192.0.2.12": 4 / 18,
      "192.0.2.13": 6 / 18,
      "192.0.2.1": 6 / 18,
    });
    expect(decision).toMatchObject({ answers: 1, rotate: true });
  });

  it("stand where they are written", () => {
    const zone = zoneOf([outer({}, nested(1, { position: 1 })), inner]);
    expect(texts(decide(zone, record(), [0], healthOf({})))[0]).toBe("192.0.2.1");
  });

  it("give their share to those of their values that are in service, and none if they are out", () => {
    const zone = zoneOf([outer({}, nested(1)), inner]);
    const one = decide(zone, record(), [0], healthOf({ "192.0.2.12": DOWN }));
    expect(shares(one)).toEqual({ "192.0.2.11": 0.25, "192.0.2.13": 0.25, "192.0.2.1": 0.5 });
    const strict = { ...inner, minHealthy: { count: 3 } };
    const out = zoneOf([outer({}, nested(1)), strict]);
    expect(texts(decide(out, record(), [0], healthOf({ "192.0.2.12": DOWN })))).toEqual([
      "192.0.2.1",
    ]);
  });

  it("count as one value for min_healthy", () => {
    const backup = pool("backup", ["192.0.2.99"]);
    const zone = (count: number) =>
      zoneOf([outer({ minHealthy: { count }, fallback: 2 }, nested(1)), inner, backup]);
    expect(texts(decide(zone(2), record(), [0], healthOf({})))).toHaveLength(4);
    expect(texts(decide(zone(3), record(), [0], healthOf({})))).toEqual(["192.0.2.99"]);
    const health = healthOf({ "192.0.2.11": DOWN, "192.0.2.12": DOWN, "192.0.2.13": DOWN });
    expect(texts(decide(zone(2), record(), [0], health))).toEqual(["192.0.2.99"]);
  });

  it("contribute their first value with failover", () => {
    const zone = zoneOf([outer({}, nested(1)), { ...inner, policy: "failover" as const }]);
    expect(shares(decide(zone, record(), [0], healthOf({ "192.0.2.11": DOWN })))).toEqual({
      "192.0.2.12": 0.5,
      "192.0.2.1": 0.5,
    });
  });

  it("answer in their own manner when they are first of a pool with failover", () => {
    const zone = zoneOf([outer({ policy: "failover" }, nested(1)), inner]);
    const decision = decide(zone, record(), [0], healthOf({}));
    expect(decision).toMatchObject({ policy: "rotate", rotate: true });
    expect(texts(decision)).toEqual(["192.0.2.11", "192.0.2.12", "192.0.2.13"]);
    const health = healthOf({ "192.0.2.11": DOWN, "192.0.2.12": DOWN, "192.0.2.13": DOWN });
    expect(texts(decide(zone, record(), [0], health))).toEqual(["192.0.2.1"]);
  });

  it("ask for their own number of records when they are first of a pool with failover", () => {
    const two = { ...inner, answers: 2 };
    const zone = zoneOf([outer({ policy: "failover", answers: 1 }, nested(1)), two]);
    const trace = createTrace();
    const clientClass = { pools: [0], rules: [0], near: undefined };
    const world = { health: healthOf({}), overrides: NO_OVERRIDES, memory: NO_MEMORY };
    expect(steer(zone, record(), clientClass, world, trace)).toMatchObject({ answers: 2 });
    expect(trace.steps).toContainEqual({
      topic: "answers",
      rule: "A8",
      text: "2 records per answer: pool inner asks for 2",
    });
    expect(trace.pools[0]?.values.map(({ value, within, kept }) => [value, within, kept])).toEqual([
      ["192.0.2.11", "inner", true],
      ["192.0.2.12", "inner", true],
      ["192.0.2.13", "inner", true],
      ["192.0.2.1", undefined, false],
    ]);
  });

  it("are left out with weight 0 as long as anything else is left", () => {
    const zone = zoneOf([outer({}, nested(1, { weight: 0 })), inner]);
    expect(texts(decide(zone, record(), [0], healthOf({})))).toEqual(["192.0.2.1"]);
    expect(texts(decide(zone, record(), [0], healthOf({ "192.0.2.1": DOWN })))).toHaveLength(3);
  });

  it("are never answered with status down, and always with status up", () => {
    const off = zoneOf([outer({}, nested(1, { status: "down" })), inner]);
    expect(texts(decide(off, record(), [0], healthOf({ "192.0.2.1": DOWN })))).toEqual([
      "192.0.2.1",
    ]);
    const health = healthOf({ "192.0.2.11": DOWN, "192.0.2.12": DOWN, "192.0.2.13": DOWN });
    const on = zoneOf([outer({}, nested(1, { status: "up" })), inner]);
    expect(texts(decide(on, record(), [0], health))).toHaveLength(4);
  });

  it("that lack the type are not there", () => {
    const zone = zoneOf([outer({ minHealthy: { percent: 100 } }, nested(1)), inner]);
    const six = { ...pool("outer", ["2001:db8::1"]), nested: [nested(1)] };
    expect(texts(decide(zoneOf([six, inner]), record({ type: AAAA }), [0], healthOf({})))).toEqual([
      "2001:db8::1",
    ]);
    expect(texts(decide(zone, record({ type: A }), [0], healthOf({})))).toHaveLength(4);
  });

  it("cut the TTL when one of their values is down", () => {
    const zone = zoneOf([outer({}, nested(1)), inner]);
    expect(decide(zone, record(), [0], healthOf({ "192.0.2.12": DOWN }))).toMatchObject({
      ttl: 15,
    });
  });
});

describe("slow_start", () => {
  it("scales the weight of a value, so that its share of the answers is exact", () => {
    const memory = {
      ...NO_MEMORY,
      share: (_: unknown, __: unknown, { text }: PoolValue) => (text === "192.0.2.1" ? 0.5 : 1),
    };
    const zone = zoneOf([pool("eu", ["192.0.2.1", "192.0.2.2"])]);
    const decision = decideIn({ memory }, zone, record(), [0]);
    expect(shares(decision)).toEqual({ "192.0.2.1": 1 / 3, "192.0.2.2": 2 / 3 });
    expect(decision).toMatchObject({ answers: 1 });
  });
});

describe("all_down", () => {
  const eu = pool("eu", ["192.0.2.1", "192.0.2.2"], { fallback: 1 });
  const na = pool("na", ["192.0.2.3"]);
  const health = healthOf({ "192.0.2.1": DOWN, "192.0.2.2": DOWN, "192.0.2.3": DOWN });
  const zone = zoneOf([eu, na]);

  it("closed has no data, servfail has no answer", () => {
    expect(decide(zone, record({ allDown: { kind: "closed" } }), [0], health)).toEqual({
      kind: "nodata",
      mode: "all-down-closed",
    });
    expect(decide(zone, record({ allDown: { kind: "servfail" } }), [0], health)).toEqual({
      kind: "servfail",
      mode: "all-down-servfail",
    });
  });

  it("of the rule's first pool wins over the record's", () => {
    const closed = zoneOf([{ ...eu, allDown: { kind: "closed" } }, na]);
    const rrset = record({ allDown: { kind: "servfail" } });
    expect(decide(closed, rrset, [0], health)).toMatchObject({ mode: "all-down-closed" });
    expect(decide(closed, rrset, [1, 0], health)).toMatchObject({ mode: "all-down-servfail" });
  });

  it("with values has their own TTL, never above the record's, and only those of the type", () => {
    const allDown = (ttl: number) => ({
      kind: "values" as const,
      rdata: [octetsOf("203.0.113.1"), octetsOf("2001:db8::1")],
      ttl,
    });
    const decision = decide(zone, record({ allDown: allDown(10) }), [0], health);
    expect(decision).toMatchObject({ mode: "last-resort", ttl: 10 });
    expect(texts(decision)).toEqual(["203.0.113.1"]);
    const long = decide(zone, record({ allDown: allDown(100) }), [0], health);
    expect(long).toMatchObject({ ttl: 30 });
  });

  it("of the first pool is the record's for a type that it has no value of, else open", () => {
    const six = { kind: "values" as const, rdata: [octetsOf("2001:db8::1")], ttl: undefined };
    const four = { ...six, rdata: [octetsOf("203.0.113.1")] };
    const mixed = zoneOf([{ ...eu, allDown: six }, na]);
    const trace = createTrace();
    const own = decide(mixed, record({ allDown: four }), [0], health, trace);
    expect(own).toMatchObject({ mode: "last-resort" });
    expect(texts(own)).toEqual(["203.0.113.1"]);
    expect(trace.steps[0]?.text).toContain("the record's own values answer");
    const closed = decide(mixed, record({ allDown: { kind: "closed" } }), [0], health);
    expect(closed).toMatchObject({ mode: "all-down-closed" });
    const open = decide(mixed, record({ allDown: six }), [0], health);
    expect(open).toMatchObject({ mode: "all-down-open" });
  });

  it.each(["closed", "servfail", "open"] as const)(
    "%s of a pool without an enabled value leaves the record its own values",
    (kind) => {
      const off = (each: Pool): Pool => ({
        ...each,
        values: each.values.map((value) => ({ ...value, status: "down" })),
        allDown: { kind },
      });
      const own = {
        kind: "values" as const,
        rdata: [octetsOf("203.0.113.1")],
        ttl: undefined,
      };
      const rrset = record({ allDown: own });
      const decision = decide(zoneOf([off(eu), off(na)]), rrset, [0], health);
      expect(decision).toMatchObject({ mode: "last-resort" });
      expect(texts(decision)).toEqual(["203.0.113.1"]);
    },
  );

  describe("last", () => {
    const rrset = record({ allDown: { kind: "last" } });
    const healthy = { pool: "eu", values: ["192.0.2.2"] };
    const memory = { ...NO_MEMORY, past: () => ({ pool: "eu", healthy }) };

    it("answers what was healthy last, with the short TTL", () => {
      const decision = decideIn({ health, memory }, zone, rrset, [0]);
      expect(decision).toMatchObject({ mode: "all-down-last", ttl: 5, pool: "eu" });
      expect(texts(decision)).toEqual(["192.0.2.2"]);
    });

    it("opens where nothing was healthy before, or none of it may be answered any more", () => {
      expect(decideIn({ health }, zone, rrset, [0])).toMatchObject({ mode: "all-down-open" });
      const drained = {
        find: (_: unknown, __: unknown, { text }: PoolValue) =>
          text === "192.0.2.2"
            ? ({ action: "drain", order: 0, by: "a test", reason: undefined } as const)
            : undefined,
      };
      const decision = decideIn({ health, memory, overrides: drained }, zone, rrset, [0]);
      expect(decision).toMatchObject({ mode: "all-down-open" });
      expect(texts(decision)).toEqual(["192.0.2.1"]);
    });
  });
});

describe("overrides", () => {
  /** By value or pool, in the order they are given. */
  const overrides = (actions: Readonly<Record<string, "drain" | "down" | "up">>) => ({
    find: (_: unknown, { name }: Pool, { text }: PoolValue) => {
      const names = Object.keys(actions);
      const order = names.findLastIndex((each) => each === text || each === name);
      const action = actions[names[order] ?? ""];
      return action && { action, order, by: "a test", reason: undefined };
    },
  });
  const values = ["192.0.2.1", "192.0.2.2"];

  it.each(["drain", "down"] as const)("%s takes a value out of every answer", (action) => {
    const zone = zoneOf([pool("eu", values)]);
    const world = { overrides: overrides({ "192.0.2.1": action }) };
    expect(texts(decideIn(world, zone, record(), [0]))).toEqual(["192.0.2.2"]);
    const down = { ...world, health: healthOf({ "192.0.2.2": DOWN }) };
    const open = decideIn(down, zone, record(), [0]);
    expect(open).toMatchObject({ mode: "all-down-open" });
    expect(texts(open)).toEqual(["192.0.2.2"]);
    const all = { overrides: overrides({ eu: action }) };
    expect(decideIn(all, zone, record(), [0])).toEqual({ kind: "nodata", mode: "nodata" });
  });

  it("up keeps a value in service whatever its checks and its status say, at the full TTL", () => {
    const eu = pool("eu", values);
    const zone = zoneOf([
      { ...eu, values: [{ ...eu.values[0]!, status: "down" as const }, eu.values[1]!] },
    ]);
    const world = {
      overrides: overrides({ eu: "up" }),
      health: healthOf({ "192.0.2.2": DOWN }),
    };
    const decision = decideIn(world, zone, record(), [0]);
    expect(decision).toMatchObject({ mode: "normal", ttl: 30 });
    expect(texts(decision)).toEqual(values);
  });

  it("of a pool hold for the values of pools in it; the last that is given counts", () => {
    const inner = pool("inner", ["192.0.2.11", "192.0.2.12"]);
    const zone = zoneOf([{ ...pool("outer", values), nested: [nested(1)] }, inner]);
    const answered = (actions: Parameters<typeof overrides>[0]): string[] =>
      texts(decideIn({ overrides: overrides(actions) }, zone, record(), [0]));
    expect(answered({ outer: "drain", "192.0.2.12": "up" })).toEqual(["192.0.2.12"]);
    expect(answered({ "192.0.2.12": "up", outer: "drain" })).toEqual([]);
    expect(answered({ inner: "drain", outer: "up" })).toHaveLength(4);
    expect(answered({ outer: "up", inner: "drain" })).toEqual(values);
  });

  it("of a nested pool hold where it is nested, and of an outer pool only there", () => {
    const inner = pool("inner", ["192.0.2.11", "192.0.2.12"]);
    const zone = zoneOf([{ ...pool("outer", []), nested: [nested(1)] }, inner]);
    const world = { overrides: overrides({ inner: "drain", outer: "up" }) };
    expect(texts(decideIn(world, zone, record(), [0]))).toHaveLength(2);
    expect(texts(decideIn(world, zone, record(), [1]))).toEqual([]);
  });
});

describe("failback", () => {
  const zone = zoneOf([pool("eu", ["192.0.2.1"], { fallback: 1 }), pool("na", ["192.0.2.2"])]);
  const heldBack = (_: unknown, { name }: Pool) =>
    name === "eu" ? ("manual" as const) : undefined;

  it("keeps clients away from a pool that is held back while another is in service", () => {
    const memory = { ...NO_MEMORY, heldBack };
    expect(texts(decideIn({ memory }, zone, record(), [0]))).toEqual(["192.0.2.2"]);
    const health = healthOf({ "192.0.2.2": DOWN });
    const decision = decideIn({ memory, health }, zone, record(), [0]);
    expect(decision).toMatchObject({ mode: "normal", pool: "eu" });
  });

  it("does not take a pool from clients who are with it", () => {
    const past = () => ({ pool: "eu", healthy: undefined });
    const memory = { ...NO_MEMORY, heldBack, past };
    expect(texts(decideIn({ memory }, zone, record(), [0]))).toEqual(["192.0.2.1"]);
  });
});
