import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { HealthSnapshot, TargetState } from "../health/snapshot.ts";
import type { CheckTarget, Pool, PoolValue, SteeredRRset, Zone } from "../zone/model.ts";
import type { Decision } from "./decision.ts";
import { findChain } from "./pool-choice.ts";
import { steer } from "./steer.ts";
import { createTrace, type Trace } from "./trace.ts";
import { NO_MEMORY, NO_OVERRIDES } from "./world.ts";

const A = 1;
const AAAA = 28;

describe("steer() for any zone and health", () => {
  it("answers something unless nothing is enabled", () =>
    fc.assert(
      fc.property(cases, ({ zone, rrset, list, health }) => {
        const decision = decide(zone, rrset, list, health);
        const values = reachable(zone, rrset, list);
        const enabled = values.some(({ status }) => status !== "down");
        const own = values.length > 0 && ownValues(rrset).length > 0;
        expect(decision.kind).toBe(enabled || own ? "answer" : "nodata");
        if (decision.kind === "answer") expect(decision.values).not.toHaveLength(0);
      }),
    ));

  it("answers enabled values of one pool, or the record's own", () =>
    fc.assert(
      fc.property(cases, ({ zone, rrset, list, health }) => {
        const decision = decide(zone, rrset, list, health);
        if (decision.kind !== "answer") return;
        const answered = decision.values.map(({ rdata }) => rdata);
        const sets = findChain(zone, list).map(({ pool }) =>
          pool.values
            .filter(({ type, status }) => type === rrset.type && status !== "down")
            .map(({ rdata }) => rdata),
        );
        if (decision.mode === "last-resort") expect(answered).toEqual(ownValues(rrset));
        else expect(sets.some((set) => answered.every((rdata) => set.includes(rdata)))).toBe(true);
      }),
    ));

  it("never answers a value that is down while a pool is in service", () =>
    fc.assert(
      fc.property(cases, ({ zone, rrset, list, health }) => {
        const decision = decide(zone, rrset, list, health);
        if (decision.kind !== "answer" || decision.mode !== "normal") return;
        const out = reachable(zone, rrset, list).filter(
          ({ status, targets }) =>
            status === "obey" &&
            targets.some(({ key }) => {
              const state = health.targets.get(key);
              return state?.verdict === "down" && !state.held;
            }),
        );
        for (const { rdata } of decision.values) {
          expect(out.map((value) => value.rdata)).not.toContain(rdata);
        }
      }),
    ));

  it("keeps numbers within their bounds", () =>
    fc.assert(
      fc.property(cases, ({ zone, rrset, list, health }) => {
        const decision = decide(zone, rrset, list, health);
        if (decision.kind !== "answer") return;
        expect(decision.ttl).toBeGreaterThanOrEqual(1);
        expect(decision.ttl).toBeLessThanOrEqual(rrset.ttl);
        expect(decision.answers).toBeGreaterThanOrEqual(1);
        expect(decision.answers).toBeLessThanOrEqual(decision.values.length);
        for (const { weight } of decision.values) expect(weight).toBeGreaterThanOrEqual(0);
        expect(decision.values[0]?.weight).toBeGreaterThanOrEqual(1);
      }),
    ));

  it("depends on its arguments alone, and not on being traced", () =>
    fc.assert(
      fc.property(cases, ({ zone, rrset, list, health }) => {
        const before = structuredClone({ zone, rrset, list, health });
        const trace = createTrace();
        const traced = decide(zone, rrset, list, health, trace);
        expect(decide(zone, rrset, list, health)).toEqual(traced);
        expect({ zone, rrset, list, health }).toEqual(before);
        const kept = trace.pools.flatMap(({ values }) => values.filter((value) => value.kept));
        if (traced.kind === "answer" && traced.mode !== "last-resort") {
          expect(kept.map(({ value }) => value)).toEqual(traced.values.map(({ text }) => text));
        } else expect(kept).toEqual([]);
      }),
    ));
});

function reachable(zone: Zone, rrset: SteeredRRset, list: readonly number[]): PoolValue[] {
  return findChain(zone, list).flatMap(({ pool }) =>
    pool.values.filter(({ type }) => type === rrset.type),
  );
}

const state: fc.Arbitrary<TargetState> = fc.record({
  verdict: fc.constantFrom("init", "up", "down"),
  suspect: fc.boolean(),
  held: fc.boolean(),
  blind: fc.boolean(),
  stale: fc.boolean(),
  since: fc.constant(0),
  lastError: fc.constant(undefined),
});

const KEYS = ["k0", "k1", "k2", "k3", "k4", "k5"];

const health: fc.Arbitrary<HealthSnapshot> = fc
  .dictionary(fc.constantFrom(...KEYS), state)
  .map((states) => ({ targets: new Map(Object.entries(states)) }));

const value = fc.record({
  type: fc.constantFrom(A, AAAA),
  weight: fc.constantFrom(0, 1, 1, 3),
  status: fc.constantFrom("up", "down", "obey", "obey"),
  keys: fc.uniqueArray(fc.constantFrom(...KEYS), { maxLength: 2 }),
});

const pools = fc.array(
  fc.record({
    values: fc.array(value, { maxLength: 5 }),
    policy: fc.constantFrom("rotate", "failover"),
    fallback: fc.option(fc.nat(3), { nil: undefined }),
    answers: fc.option(fc.integer({ min: 1, max: 4 }), { nil: undefined }),
    minHealthy: fc.oneof(
      fc.record({ count: fc.integer({ min: 1, max: 4 }) }),
      fc.record({ percent: fc.integer({ min: 1, max: 100 }) }),
    ),
  }),
  { minLength: 4, maxLength: 4 },
);

const cases = fc
  .record({
    pools,
    health,
    list: fc.array(fc.nat(3), { minLength: 1, maxLength: 3 }),
    type: fc.constantFrom(A, AAAA),
    ttl: fc.integer({ min: 1, max: 60 }),
    answers: fc.option(fc.integer({ min: 1, max: 4 }), { nil: undefined }),
    lastResort: fc.option(fc.nat(2), { nil: undefined }),
  })
  .map(({ pools, health, list, type, ttl, answers, lastResort }) => {
    const zone: Zone = {
      apex: Uint8Array.of(0),
      rrsets: [],
      steered: [],
      pools: pools.map(
        (pool, p): Pool => ({
          ...pool,
          name: `p${p}`,
          nested: [],
          allDown: undefined,
          failback: { delayMs: 0, manual: false },
          slowStartMs: 0,
          stickyPrefix: { v4: 24, v6: 56 },
          values: pool.values.map((value, v) => ({
            ...value,
            text: `${p}.${v}`,
            rdata: Uint8Array.of(p, v),
            datacenter: undefined,
            targets: value.keys.map((key) => ({ key }) as CheckTarget),
          })),
        }),
      ),
      datacenters: [],
      networks: [],
      serial: 1,
      negativeTtl: 60,
    };
    const rrset: SteeredRRset = {
      owner: Uint8Array.of(0),
      type,
      ttl,
      ttlMin: 5,
      answers,
      rules: [],
      policy: "failover",
      allDown:
        lastResort === undefined
          ? { kind: "open" }
          : {
              kind: "values",
              ttl: undefined,
              rdata: Array.from({ length: lastResort }, (_, i) =>
                new Uint8Array(type === A ? 4 : 16).fill(i),
              ),
            },
      label: "www",
    };
    return { zone, rrset, list, health };
  });

function ownValues(rrset: SteeredRRset): readonly Uint8Array[] {
  return rrset.allDown.kind === "values" ? rrset.allDown.rdata : [];
}

function decide(
  zone: Zone,
  rrset: SteeredRRset,
  pools: readonly number[],
  health: HealthSnapshot,
  trace?: Trace,
): Decision {
  const world = { health, overrides: NO_OVERRIDES, memory: NO_MEMORY };
  return steer(zone, rrset, { pools, rules: [0], near: undefined }, world, trace);
}
