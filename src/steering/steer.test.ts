import { describe, expect, it } from "vitest";
import {
  AAAA,
  DOWN,
  decide,
  HELD,
  healthOf,
  INIT,
  makeValue,
  octetsOf,
  pool,
  record,
  targetOf,
  texts,
  valuesOf,
  zoneOf,
} from "../../test/support/steering-model.ts";
import { createTrace } from "./trace.ts";

const CNAME = 5;

describe("steer()", () => {
  it("answers the values in service of the first pool in service, in written order", () => {
    const zone = zoneOf([pool("eu", ["192.0.2.1", "192.0.2.2"]), pool("na", ["192.0.2.3"])]);
    expect(texts(decide(zone, record(), [0, 1], healthOf({})))).toEqual(["192.0.2.1", "192.0.2.2"]);
    const decision = decide(zone, record(), [0, 1], healthOf({ "192.0.2.1": DOWN }));
    expect(texts(decision)).toEqual(["192.0.2.2"]);
  });

  it("goes through the list and then the fallback chain of its last pool", () => {
    const zone = zoneOf([
      pool("a", ["192.0.2.1"], { fallback: 3 }),
      pool("b", ["192.0.2.2"], { fallback: 2 }),
      pool("c", ["192.0.2.3"]),
      pool("d", ["192.0.2.4"]),
    ]);
    const health = healthOf({ "192.0.2.1": DOWN, "192.0.2.2": DOWN });
    expect(texts(decide(zone, record(), [0, 1], health))).toEqual(["192.0.2.3"]);
  });

  it("ends although fallbacks go round in a circle", () => {
    const zone = zoneOf([
      pool("eu", ["192.0.2.1"], { fallback: 1 }),
      pool("na", ["192.0.2.2"], { fallback: 0 }),
    ]);
    const health = healthOf({ "192.0.2.1": DOWN, "192.0.2.2": DOWN });
    expect(decide(zone, record(), [0], health)).toMatchObject({
      mode: "all-down-open",
      values: [{ text: "192.0.2.1" }],
    });
  });

  it("skips pools without a value of the type, and has no data if there is no other", () => {
    const zone = zoneOf([pool("v4", ["192.0.2.1"]), pool("both", ["192.0.2.2", "2001:db8::2"])]);
    const rrset = record({ type: AAAA });
    expect(texts(decide(zone, rrset, [0, 1], healthOf({})))).toEqual(["2001:db8::2"]);
    const lastResort = [octetsOf("2001:db8::9")];
    expect(decide(zone, { ...rrset, allDown: valuesOf(lastResort) }, [0], healthOf({}))).toEqual({
      kind: "nodata",
      mode: "nodata",
    });
  });

  it("judges a pool for each type by the values of that type", () => {
    const zone = zoneOf([
      pool("eu", ["192.0.2.1", "2001:db8::1"], { fallback: 1 }),
      pool("na", ["192.0.2.2", "2001:db8::2"]),
    ]);
    const health = healthOf({ "192.0.2.1": DOWN });
    expect(texts(decide(zone, record(), [0], health))).toEqual(["192.0.2.2"]);
    expect(texts(decide(zone, record({ type: AAAA }), [0], health))).toEqual(["2001:db8::1"]);
  });

  it("takes a value out when one of several targets is down", () => {
    const value = { ...makeValue("192.0.2.1"), targets: [targetOf("one"), targetOf("two")] };
    const zone = zoneOf([
      { ...pool("eu", ["192.0.2.2"]), values: [value, makeValue("192.0.2.2")] },
    ]);
    expect(texts(decide(zone, record(), [0], healthOf({ two: DOWN })))).toEqual(["192.0.2.2"]);
  });

  it("counts a value without a verdict as up", () => {
    const zone = zoneOf([pool("eu", ["192.0.2.1", "192.0.2.2"])]);
    const decision = decide(zone, record(), [0], healthOf({ "192.0.2.1": INIT }));
    expect(decision).toMatchObject({ ttl: 30, values: [{}, {}] });
  });

  describe("min_healthy", () => {
    const values = ["192.0.2.1", "192.0.2.2", "192.0.2.3"];
    const health = healthOf({ "192.0.2.1": DOWN });
    const backup = pool("na", ["192.0.2.9"]);

    it("puts a pool out of service below a count", () => {
      const eu = (count: number) => pool("eu", values, { minHealthy: { count }, fallback: 1 });
      expect(texts(decide(zoneOf([eu(2), backup]), record(), [0], health))).toHaveLength(2);
      const out = decide(zoneOf([eu(3), backup]), record(), [0], health);
      expect(texts(out)).toEqual(["192.0.2.9"]);
    });

    it("rounds a percentage of the enabled values up", () => {
      const eu = (percent: number) => pool("eu", values, { minHealthy: { percent }, fallback: 1 });
      // 2 of 3 are 66.7 %: enough for 66 % (2 of 3), not for 67 % (rounded up to 3).
      expect(texts(decide(zoneOf([eu(66), backup]), record(), [0], health))).toHaveLength(2);
      const out = decide(zoneOf([eu(67), backup]), record(), [0], health);
      expect(texts(out)).toEqual(["192.0.2.9"]);
    });

    it("leaves disabled values out of a percentage", () => {
      const eu = pool("eu", values, { minHealthy: { percent: 100 }, fallback: 1 });
      const disabled = {
        ...eu,
        values: [{ ...eu.values[0]!, status: "down" as const }, ...eu.values.slice(1)],
      };
      const decision = decide(zoneOf([disabled, backup]), record(), [0], health);
      expect(texts(decision)).toEqual(["192.0.2.2", "192.0.2.3"]);
    });

    it("serves held values if they lift a pool over its line and no pool is in service", () => {
      const eu = pool("eu", values, { minHealthy: { count: 2 }, fallback: 1 });
      const states = { "192.0.2.1": DOWN, "192.0.2.2": HELD };
      const served = decide(zoneOf([eu, backup]), record(), [0], healthOf(states));
      expect(texts(served)).toEqual(["192.0.2.9"]);
      const held = decide(
        zoneOf([eu, backup]),
        record(),
        [0],
        healthOf({ ...states, "192.0.2.9": DOWN }),
      );
      expect(held).toMatchObject({ mode: "normal", ttl: 15 });
      expect(texts(held)).toEqual(["192.0.2.2", "192.0.2.3"]);
    });
  });

  describe("all down", () => {
    const eu = pool("eu", ["192.0.2.1", "192.0.2.2"], { fallback: 1 });
    const na = pool("na", ["192.0.2.3"]);
    const health = healthOf({ "192.0.2.1": DOWN, "192.0.2.2": DOWN, "192.0.2.3": DOWN });

    it("opens the first pool with the short TTL", () => {
      const decision = decide(zoneOf([eu, na]), record(), [0], health);
      expect(decision).toMatchObject({ mode: "all-down-open", ttl: 5, answers: 2 });
      expect(texts(decision)).toEqual(["192.0.2.1", "192.0.2.2"]);
    });

    it("keeps the short TTL below the record's own", () => {
      const decision = decide(zoneOf([eu, na]), record({ ttl: 3 }), [0], health);
      expect(decision).toMatchObject({ mode: "all-down-open", ttl: 3 });
    });

    it("does not open values whose status is down", () => {
      const half = {
        ...eu,
        values: [eu.values[0]!, { ...eu.values[1]!, status: "down" as const }],
      };
      expect(texts(decide(zoneOf([half, na]), record(), [0], health))).toEqual(["192.0.2.1"]);
    });

    it("answers the record's own values if it has any of the type", () => {
      const lastResort = [octetsOf("203.0.113.1"), octetsOf("203.0.113.2")];
      const decision = decide(
        zoneOf([eu, na]),
        record({ allDown: valuesOf(lastResort) }),
        [0],
        health,
      );
      expect(decision).toMatchObject({ mode: "last-resort", ttl: 5, answers: 2, rotate: true });
      expect(texts(decision)).toEqual(["203.0.113.1", "203.0.113.2"]);
      const open = decide(zoneOf([eu, na]), record({ allDown: valuesOf([]) }), [0], health);
      expect(open).toMatchObject({ mode: "all-down-open" });
    });
  });

  describe("status", () => {
    it("keeps a value with status up in service while its checks fail, at the full TTL", () => {
      const forced = { ...makeValue("192.0.2.1"), status: "up" as const };
      const zone = zoneOf([{ ...pool("eu", []), values: [forced] }]);
      const decision = decide(zone, record(), [0], healthOf({ "192.0.2.1": DOWN }));
      expect(decision).toMatchObject({ mode: "normal", ttl: 30, values: [{ text: "192.0.2.1" }] });
    });

    it("leaves a name without an enabled value with the record's own, or no data", () => {
      const disabled = { ...makeValue("192.0.2.1"), status: "down" as const };
      const zone = zoneOf([{ ...pool("eu", []), values: [disabled] }]);
      expect(decide(zone, record(), [0], healthOf({}))).toEqual({ kind: "nodata", mode: "nodata" });
      const lastResort = [octetsOf("203.0.113.1")];
      const decision = decide(zone, record({ allDown: valuesOf(lastResort) }), [0], healthOf({}));
      expect(decision).toMatchObject({ mode: "last-resort", values: [{ text: "203.0.113.1" }] });
    });
  });

  describe("weight", () => {
    const weighted = (...weights: number[]) =>
      zoneOf([
        {
          ...pool("eu", []),
          values: weights.map((weight, i) => ({ ...makeValue(`192.0.2.${i + 1}`), weight })),
        },
      ]);

    it("0 is answered only when every value above 0 is out, and then in equal shares", () => {
      const zone = weighted(2, 0, 0);
      expect(texts(decide(zone, record(), [0], healthOf({})))).toEqual(["192.0.2.1"]);
      const decision = decide(zone, record(), [0], healthOf({ "192.0.2.1": DOWN }));
      expect(decision).toMatchObject({
        mode: "normal",
        values: [
          { text: "192.0.2.2", weight: 1 },
          { text: "192.0.2.3", weight: 1 },
        ],
      });
    });

    it("unequal gives one record per answer, equal gives all, at most eight", () => {
      const answers = (...weights: number[]) =>
        decide(weighted(...weights), record(), [0], healthOf({}));
      expect(answers(3, 1)).toMatchObject({ answers: 1, rotate: true });
      expect(answers(2, 2)).toMatchObject({ answers: 2, rotate: true });
      expect(answers(...new Array<number>(12).fill(1))).toMatchObject({ answers: 8 });
    });
  });

  describe("answers", () => {
    const values = ["192.0.2.1", "192.0.2.2", "192.0.2.3"];

    it("of the pool win over those of the record", () => {
      const zone = zoneOf([pool("eu", values, { answers: 2 }), pool("na", values)]);
      const rrset = record({ answers: 3 });
      expect(decide(zone, rrset, [0], healthOf({}))).toMatchObject({ answers: 2 });
      expect(decide(zone, rrset, [1], healthOf({}))).toMatchObject({ answers: 3 });
    });

    it("are never more than there are values", () => {
      const zone = zoneOf([pool("eu", values, { answers: 5 })]);
      expect(decide(zone, record(), [0], healthOf({}))).toMatchObject({ answers: 3 });
    });

    it("default to one with failover, which does not rotate", () => {
      const zone = zoneOf([pool("eu", values, { policy: "failover" })]);
      expect(decide(zone, record(), [0], healthOf({}))).toMatchObject({
        answers: 1,
        rotate: false,
        policy: "failover",
      });
    });

    it("are one for a CNAME whatever is written", () => {
      const target = { ...makeValue("192.0.2.1"), type: CNAME, rdata: Uint8Array.of(1, 97, 0) };
      const zone = zoneOf([
        { ...pool("eu", [], { answers: 2 }), values: [target, { ...target, text: "b." }] },
      ]);
      const decision = decide(zone, record({ type: CNAME, answers: 2 }), [0], healthOf({}));
      expect(decision).toMatchObject({ answers: 1, rotate: true });
    });
  });

  describe("TTL", () => {
    const zone = zoneOf([
      pool("eu", ["192.0.2.1", "192.0.2.2"], { fallback: 1 }),
      pool("na", ["192.0.2.3"]),
    ]);

    it.each([
      ["suspect", { verdict: "up", suspect: true }],
      ["blind", { verdict: "up", blind: true }],
      ["down", { verdict: "down" }],
      ["held", { verdict: "down", held: true }],
    ] as const)("is half while a value is %s", (_, state) => {
      const health = healthOf({ "192.0.2.1": state });
      expect(decide(zone, record({ ttl: 31 }), [0], health)).toMatchObject({ ttl: 15 });
    });

    it("is not cut below five seconds, nor raised above the record's", () => {
      const health = healthOf({ "192.0.2.1": DOWN });
      expect(decide(zone, record({ ttl: 8 }), [0], health)).toMatchObject({ ttl: 5 });
      expect(decide(zone, record({ ttl: 4 }), [0], health)).toMatchObject({ ttl: 4 });
    });

    it("is not cut for a pool that was not asked", () => {
      const health = healthOf({ "192.0.2.3": DOWN });
      expect(decide(zone, record(), [0], health)).toMatchObject({ ttl: 30 });
    });
  });

  it("traces every pool and value with the reason and the rule that decided", () => {
    const weightless = { ...makeValue("192.0.2.5"), weight: 0 };
    const disabled = { ...makeValue("192.0.2.6"), status: "down" as const };
    const na = pool("na", ["192.0.2.3"], { fallback: 3 });
    const zone = zoneOf([
      pool("v6", ["2001:db8::1"]),
      pool("eu", ["192.0.2.1"], { fallback: 2 }),
      { ...na, values: [...na.values, weightless, disabled] },
      pool("ap", ["192.0.2.4"]),
    ]);
    const trace = createTrace();
    decide(zone, record(), [0, 1], healthOf({ "192.0.2.1": DOWN }), trace);
    expect(
      trace.pools.map(({ name, from, tried, inService, answers, rule, reason, values }) => ({
        pool: [name, from, tried, inService, answers, rule, reason],
        values: values.map((value) => [
          value.value,
          value.state,
          value.kept,
          value.rule,
          value.reason,
        ]),
      })),
    ).toEqual([
      { pool: ["v6", "rule", true, false, false, "A1", "skipped: it has no A value"], values: [] },
      {
        pool: ["eu", "rule", true, false, false, "A4", "0 of 1 enabled value in service, 1 needed"],
        values: [["192.0.2.1", "down", false, "B4", "fails its checks"]],
      },
      {
        pool: [
          "na",
          "fallback",
          true,
          true,
          true,
          "A4",
          "2 of 2 enabled values in service, 1 needed",
        ],
        values: [
          ["192.0.2.3", "init", true, "B8", "not checked yet, which counts as up"],
          [
            "192.0.2.5",
            "init",
            false,
            "A7",
            "weight 0, answered only when nothing else in the pool is left",
          ],
          ["192.0.2.6", "disabled", false, "A7", "status down, never answered"],
        ],
      },
      {
        pool: ["ap", "fallback", false, true, false, "A4", "not tried: pool na answers"],
        values: [["192.0.2.4", "init", false, "A4", "its pool is not tried"]],
      },
    ]);
    expect(trace.steps).toEqual([
      { topic: "pool", rule: "A4", text: "na is the first pool in service" },
      { topic: "order", rule: "A6", text: "one value, it leads every answer" },
      {
        topic: "answers",
        rule: "A8",
        text: "1 record per answer: the default is all values, at most 8",
      },
      {
        topic: "ttl",
        rule: "A13",
        text: "15 s: half of the record's 30 s, at least 5, because 192.0.2.1 is down",
      },
    ]);
  });
});
