import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { HealthSnapshot, TargetState } from "../health/snapshot.ts";
import type { AllDown, CheckTarget, Pool, PoolValue, SteeredRRset, Zone } from "../zone/model.ts";
import type { ClientClass } from "./classes.ts";
import type { Mode } from "./decision.ts";
import { findChain } from "./pool-choice.ts";
import { listNested } from "./pool-content.ts";
import { steer } from "./steer.ts";
import { createTrace } from "./trace.ts";
import { NO_MEMORY, type Override, type Overrides, type World } from "./world.ts";

const A = 1;
const AAAA = 28;
const DATACENTERS = ["fra", "iad", "sin"];

describe("steer() for any zone, class and world", () => {
  it("answers something unless nothing is enabled, or all_down says so", () =>
    fc.assert(
      fc.property(cases, ({ zone, rrset, clientClass, world }) => {
        const decision = steer(zone, rrset, clientClass, world);
        const all = findChain(zone, clientClass.pools).flatMap(({ pool }) =>
          listNested(zone, pool).flatMap(({ values }) =>
            values.filter(({ type }) => type === rrset.type),
          ),
        );
        const hasEnabled = findChain(zone, clientClass.pools).some(
          ({ pool }) => listEnabled(zone, pool, rrset, world.overrides).length > 0,
        );
        expect(modesOf(zone, rrset, clientClass, all.length > 0, hasEnabled)).toContain(
          decision.mode,
        );
        if (decision.kind === "answer") expect(decision.values).not.toHaveLength(0);
      }),
    ));

  it("answers enabled values of one pool, or the record's own", () =>
    fc.assert(
      fc.property(cases, ({ zone, rrset, clientClass, world }) => {
        const decision = steer(zone, rrset, clientClass, world);
        if (decision.kind !== "answer") return;
        const answered = decision.values.map(({ rdata }) => rdata);
        expect(new Set(answered).size).toBe(answered.length);
        const sets = findChain(zone, clientClass.pools).map(({ pool }) =>
          listEnabled(zone, pool, rrset, world.overrides).map(({ rdata }) => rdata),
        );
        if (decision.mode === "last-resort") {
          const hasEnabled = sets.some((set) => set.length > 0);
          expect(answered).toEqual(lastResortOf(zone, rrset, clientClass, hasEnabled));
        } else {
          expect(sets.some((set) => answered.every((rdata) => set.includes(rdata)))).toBe(true);
        }
      }),
    ));

  it("never answers a value that is down while a pool is in service", () =>
    fc.assert(
      fc.property(cases, ({ zone, rrset, clientClass, world }) => {
        const decision = steer(zone, rrset, clientClass, world);
        if (decision.kind !== "answer" || decision.mode !== "normal") return;
        // A pool that is in service whatever the checks say has to answer with something.
        const forced = new Set(
          zone.pools
            .flatMap(({ nested }) => nested.filter(({ status }) => status === "up"))
            .flatMap((each) => listNested(zone, zone.pools[each.pool]!)),
        );
        const obeying = zone.pools.filter((pool) => !forced.has(pool));
        const out = obeying.flatMap((pool) =>
          pool.values.filter(
            (value) =>
              value.status === "obey" &&
              world.overrides.find(zone, pool, value) === undefined &&
              value.targets.some(({ key }) => {
                const known = world.health.targets.get(key);
                return known?.verdict === "down" && !known.held;
              }),
          ),
        );
        for (const { rdata } of decision.values) {
          expect(out.map((value) => value.rdata)).not.toContain(rdata);
        }
      }),
    ));

  it("keeps numbers within their bounds", () =>
    fc.assert(
      fc.property(cases, ({ zone, rrset, clientClass, world }) => {
        const decision = steer(zone, rrset, clientClass, world);
        if (decision.kind !== "answer") return;
        expect(decision.ttl).toBeGreaterThanOrEqual(1);
        expect(decision.ttl).toBeLessThanOrEqual(rrset.ttl);
        expect(decision.answers).toBeGreaterThanOrEqual(1);
        expect(decision.answers).toBeLessThanOrEqual(decision.values.length);
        for (const { weight } of decision.values) expect(weight).toBeGreaterThanOrEqual(0);
        expect(decision.values[0]?.weight).toBeGreaterThanOrEqual(1);
        // Those who lead come first: the cycle of leaders is over them alone.
        const leads = decision.values.map(({ weight }) => weight > 0);
        expect(leads).toEqual([...leads].sort((a, b) => Number(b) - Number(a)));
        expect(decision.rotate).toBe(
          decision.sticky === undefined && leads.filter(Boolean).length > 1,
        );
      }),
    ));

  it("depends on its arguments alone, and not on being traced", () =>
    fc.assert(
      fc.property(cases, ({ zone, rrset, clientClass, world }) => {
        const before = structuredClone({ zone, rrset, clientClass, health: world.health });
        const trace = createTrace();
        const traced = steer(zone, rrset, clientClass, { ...world }, trace);
        expect(steer(zone, rrset, clientClass, { ...world })).toEqual(traced);
        expect({ zone, rrset, clientClass, health: world.health }).toEqual(before);
        const kept = trace.pools.flatMap(({ values }) => values.filter((value) => value.kept));
        const answered =
          traced.kind === "answer" && traced.mode !== "last-resort" ? traced.values : [];
        expect(kept.map(({ value }) => value).sort()).toEqual(
          answered.map(({ text }) => text).sort(),
        );
        for (const { effectiveWeight } of kept) expect(effectiveWeight).toBeGreaterThan(0);
      }),
    ));
});

/** What may be answered of a pool at all, whatever the checks say. */
function listEnabled(
  zone: Zone,
  pool: Pool,
  rrset: SteeredRRset,
  overrides: Overrides,
): readonly PoolValue[] {
  const own = pool.values.filter((value) => {
    const { action } = overrides.find(zone, pool, value) ?? {};
    const isOn = action === undefined ? value.status !== "down" : action === "up";
    return value.type === rrset.type && isOn;
  });
  const nested = pool.nested
    .filter(({ status }) => status !== "down")
    .flatMap((each) => listEnabled(zone, zone.pools[each.pool]!, rrset, overrides));
  return [...own, ...nested];
}

function allDownOf(zone: Zone, rrset: SteeredRRset, { pools }: ClientClass): AllDown {
  return zone.pools[pools[0]!]!.allDown ?? rrset.allDown;
}

/** Of the record while nothing is enabled, if it has some. */
function lastResortOf(
  zone: Zone,
  rrset: SteeredRRset,
  clientClass: ClientClass,
  hasEnabled: boolean,
): readonly Uint8Array[] {
  const values = ownValues(allDownOf(zone, rrset, clientClass));
  return values.length > 0 || hasEnabled ? values : ownValues(rrset.allDown);
}

function modesOf(
  zone: Zone,
  rrset: SteeredRRset,
  clientClass: ClientClass,
  hasValues: boolean,
  hasEnabled: boolean,
): Mode[] {
  if (!hasValues) return ["nodata"];
  const allDown = allDownOf(zone, rrset, clientClass);
  if (lastResortOf(zone, rrset, clientClass, hasEnabled).length > 0) {
    return ["normal", "last-resort"];
  }
  if (allDown.kind === "servfail") return ["normal", "all-down-servfail"];
  if (!hasEnabled) return ["nodata"];
  return ["normal", allDown.kind === "closed" ? "all-down-closed" : "all-down-open"];
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
  datacenter: fc.constantFrom(undefined, ...DATACENTERS),
  keys: fc.uniqueArray(fc.constantFrom(...KEYS), { maxLength: 2 }),
});

const allDown: fc.Arbitrary<AllDown["kind"]> = fc.constantFrom(
  "open",
  "closed",
  "servfail",
  "last",
  "values",
);

const pools = fc.array(
  fc.record({
    values: fc.array(value, { maxLength: 5 }),
    policy: fc.constantFrom("rotate", "failover", "sticky", "nearest"),
    nested: fc.option(
      fc.record({
        weight: fc.constantFrom(0, 1, 3),
        position: fc.nat(5),
        status: fc.constantFrom("up", "down", "obey", "obey"),
      }),
    ),
    fallback: fc.option(fc.nat(3), { nil: undefined }),
    answers: fc.option(fc.integer({ min: 1, max: 4 }), { nil: undefined }),
    minHealthy: fc.oneof(
      fc.record({ count: fc.integer({ min: 1, max: 4 }) }),
      fc.record({ percent: fc.integer({ min: 1, max: 100 }) }),
    ),
    allDown: fc.option(allDown, { nil: undefined }),
  }),
  { minLength: 4, maxLength: 4 },
);

const actions = fc.dictionary(
  fc.constantFrom("0.0", "0.1", "1.0", "2.0", "2.1", "3.0"),
  fc.constantFrom<Override["action"]>("drain", "down", "up"),
);

const cases = fc
  .record({
    pools,
    health,
    actions,
    list: fc.array(fc.nat(3), { minLength: 1, maxLength: 3 }),
    near: fc.option(fc.tuple(fc.nat(2), fc.nat(2), fc.nat(2)), { nil: undefined }),
    type: fc.constantFrom(A, AAAA),
    ttl: fc.integer({ min: 1, max: 60 }),
    answers: fc.option(fc.integer({ min: 1, max: 4 }), { nil: undefined }),
    ofRecord: allDown,
    share: fc.constantFrom(1, 1, 0.01, 0.35),
    held: fc.nat(3),
  })
  .map(
    ({ pools: drawn, health: states, actions: said, list, near, type, ttl, answers, ...rest }) => {
      const toAllDown = (kind: AllDown["kind"]): AllDown =>
        kind === "values"
          ? { kind, rdata: [1, 2].map((i) => new Uint8Array(type === A ? 4 : 16).fill(i)), ttl: 90 }
          : { kind };
      const zone: Zone = {
        apex: Uint8Array.of(0),
        rrsets: [],
        steered: [],
        pools: drawn.map(
          ({ nested, allDown: kind, ...pool }, p): Pool => ({
            ...pool,
            name: `p${p}`,
            nested: nested === null || p === 3 ? [] : [{ ...nested, pool: p + 1 }],
            allDown: kind && toAllDown(kind),
            failback: { delayMs: 0, manual: false },
            slowStartMs: 0,
            stickyPrefix: { v4: 24, v6: 56 },
            values: pool.values.map((each, v) => ({
              ...each,
              text: `${p}.${v}`,
              rdata: Uint8Array.of(p, v),
              targets: each.keys.map((key) => ({ key }) as CheckTarget),
            })),
          }),
        ),
        datacenters: DATACENTERS.map((name) => ({
          name,
          geo: undefined,
          coords: undefined,
          bias: 0,
        })),
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
        allDown: toAllDown(rest.ofRecord),
        label: "www",
      };
      const world: World = {
        health: states,
        overrides: {
          find: (_, __, { text }) => {
            const action = said[text];
            return action && { action, order: 0, by: "a test", reason: undefined };
          },
        },
        memory: {
          ...NO_MEMORY,
          share: (_, __, { text }) => (text.endsWith(".0") ? rest.share : 1),
          heldBack: (_, { name }) => (name === `p${rest.held}` ? "delay" : undefined),
        },
      };
      return { zone, rrset, clientClass: { pools: list, rules: [0], near }, world };
    },
  );

function ownValues(choice: AllDown): readonly Uint8Array[] {
  return choice.kind === "values" ? choice.rdata : [];
}
