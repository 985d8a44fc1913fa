/** Pools and zones in the few words that tests of steering need. */
import { parseAddress } from "../../src/address/parse.ts";
import type { HealthSnapshot, TargetState } from "../../src/health/snapshot.ts";
import type { Decision } from "../../src/steering/decision.ts";
import { steer } from "../../src/steering/steer.ts";
import type { Trace } from "../../src/steering/trace.ts";
import { NO_MEMORY, NO_OVERRIDES, type World } from "../../src/steering/world.ts";
import type {
  AllDown,
  CheckTarget,
  Pool,
  PoolValue,
  SteeredRRset,
  Zone,
} from "../../src/zone/model.ts";

export const A = 1;
export const AAAA = 28;

export const INIT: Partial<TargetState> = { verdict: "init" };
export const DOWN: Partial<TargetState> = { verdict: "down" };
export const HELD: Partial<TargetState> = { verdict: "down", held: true };

/** Values are checked by a target whose key is the value itself. */
export function healthOf(states: Readonly<Record<string, Partial<TargetState>>>): HealthSnapshot {
  const well = { verdict: "up", suspect: false, held: false, blind: false, stale: false } as const;
  return {
    targets: new Map(
      Object.entries(states).map(([key, state]) => [
        key,
        { ...well, since: 0, lastError: undefined, ...state },
      ]),
    ),
  };
}

export function texts(decision: Decision): string[] {
  return decision.kind === "answer" ? decision.values.map(({ text }) => text) : [];
}

export function zoneOf(pools: readonly Pool[]): Zone {
  return {
    apex: Uint8Array.of(0),
    rrsets: [],
    steered: [],
    pools,
    datacenters: [],
    networks: [],
    serial: 1,
    negativeTtl: 60,
  };
}

export function record(changes: Partial<SteeredRRset> = {}): SteeredRRset {
  return {
    owner: Uint8Array.of(0),
    type: A,
    ttl: 30,
    ttlMin: 5,
    answers: undefined,
    rules: [],
    policy: "failover",
    allDown: { kind: "open" },
    label: "www",
    ...changes,
  };
}

export function pool(name: string, values: readonly string[], changes: Partial<Pool> = {}): Pool {
  return {
    name,
    policy: "rotate",
    values: values.map(makeValue),
    fallback: undefined,
    answers: undefined,
    minHealthy: { count: 1 },
    nested: [],
    allDown: undefined,
    failback: { delayMs: 0, manual: false },
    slowStartMs: 0,
    stickyPrefix: { v4: 24, v6: 56 },
    ...changes,
  };
}

export function makeValue(text: string): PoolValue {
  return {
    text,
    type: text.includes(":") ? AAAA : A,
    rdata: octetsOf(text),
    weight: 1,
    datacenter: undefined,
    status: "obey",
    targets: [targetOf(text)],
  };
}

export function octetsOf(text: string): Uint8Array {
  return parseAddress(text)!.octets;
}

export function targetOf(key: string): CheckTarget {
  return {
    key,
    address: "127.0.0.1",
    port: 80,
    check: {
      name: "web",
      protocol: "TCP",
      host: undefined,
      path: "/",
      method: "GET",
      headers: {},
      expect: [[200, 299]],
      body: undefined,
      tls: { verify: true, ca: undefined },
      interval: 5000,
      timeout: 2000,
      fast: 1000,
      rise: 2,
      fall: 3,
    },
  };
}

export function valuesOf(rdata: readonly Uint8Array[]): AllDown {
  return { kind: "values", rdata, ttl: undefined };
}

export function decide(
  zone: Zone,
  rrset: SteeredRRset,
  pools: readonly number[],
  health: HealthSnapshot,
  trace?: Trace,
): Decision {
  return decideIn({ health }, zone, rrset, pools, undefined, trace);
}

/** As `decide()`, in a world with operators or a past, for clients who know how near datacenters are. */
export function decideIn(
  world: Partial<World>,
  zone: Zone,
  rrset: SteeredRRset,
  pools: readonly number[],
  near?: readonly number[],
  trace?: Trace,
): Decision {
  const whole: World = {
    health: { targets: new Map() },
    overrides: NO_OVERRIDES,
    memory: NO_MEMORY,
    ...world,
  };
  return steer(zone, rrset, { pools, rules: [0], near }, whole, trace);
}
