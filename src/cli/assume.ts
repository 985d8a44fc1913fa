import { formatAddress, parseAddress } from "../address/parse.ts";
import { matchGlob } from "../control/match-glob.ts";
import type { HealthSnapshot, TargetState, Verdict } from "../health/snapshot.ts";
import { createTcpCheck } from "../health/tcp-check.ts";
import type { CheckTarget, Pool, PoolValue, Zone } from "../zone/model.ts";

/** One `--assume MEMBER=STATE`. */
export interface Assumption {
  /** As written. */
  readonly text: string;
  readonly verdict: Verdict;
  readonly matches: (pool: Pool, value: PoolValue) => boolean;
}

/** What is supposed of the world: zones and the health that goes with them. */
export interface Supposed {
  readonly zones: readonly Zone[];
  readonly health: HealthSnapshot;
  /** Assumptions that no value of any zone matches. */
  readonly unmatched: readonly Assumption[];
}

/**
 * Reads `MEMBER=down` or `MEMBER=up`, where MEMBER is a value, `POOL/VALUE`, `dc=NAME` or `pool=NAME`, with `*` and `?`
 * as in file names. Returns what is wrong as one line if it is none.
 */
export function parseAssumption(text: string): Assumption | string {
  const equals = text.lastIndexOf("=");
  const member = text.slice(0, Math.max(0, equals));
  const verdict = text.slice(equals + 1);
  if (member === "" || (verdict !== "down" && verdict !== "up")) {
    return `--assume ${text}: expected MEMBER=down or MEMBER=up`;
  }
  return { text, verdict, matches: compileMember(member) };
}

/**
 * Applies the assumptions in their order, so that the last one that matches wins.
 *
 * @param health of all else; no verdict yet if left out
 */
export function suppose(
  zones: readonly Zone[],
  assumptions: readonly Assumption[],
  health: HealthSnapshot = { targets: new Map() },
): Supposed {
  const targets = new Map<string, TargetState>(health.targets);
  const matched = new Set<Assumption>();
  const supposeValue = (pool: Pool, value: PoolValue): PoolValue => {
    const fitting = assumptions.filter(({ matches }) => matches(pool, value));
    for (const assumption of fitting) matched.add(assumption);
    const last = fitting.at(-1);
    if (last === undefined) return value;
    const target = createTarget(`assumed ${targets.size}`, value);
    targets.set(target.key, createState(last));
    // Its own target instead of the checks: they may be shared with values of which nothing is assumed.
    return { ...value, targets: [target] };
  };
  const supposed = zones.map((zone) => ({
    ...zone,
    pools: zone.pools.map((pool) => ({
      ...pool,
      values: pool.values.map((value) => supposeValue(pool, value)),
    })),
  }));
  const unmatched = assumptions.filter((assumption) => !matched.has(assumption));
  return { zones: supposed, health: { targets }, unmatched };
}

function compileMember(member: string): Assumption["matches"] {
  const [, key, name] = /^(dc|pool)=(.+)$/.exec(member) ?? [];
  if (key !== undefined && name !== undefined) {
    const fits = compileGlob(name);
    return key === "dc"
      ? (_, value) => value.datacenter !== undefined && fits(value.datacenter)
      : (pool) => fits(pool.name);
  }
  const fitsValue = compileValue(member);
  // The name of a record's own pool holds a slash itself: the last one separates.
  const slash = member.lastIndexOf("/");
  const fitsPool = compileGlob(member.slice(0, Math.max(0, slash)));
  const fitsInPool = compileValue(member.slice(slash + 1));
  return (pool, value) =>
    fitsValue(value.text) || (slash > 0 && fitsPool(pool.name) && fitsInPool(value.text));
}

/** Addresses match in whatever form they are written. */
function compileValue(pattern: string): (text: string) => boolean {
  const address = parseAddress(pattern);
  return compileGlob(address === undefined ? pattern : formatAddress(address));
}

function compileGlob(pattern: string): (text: string) => boolean {
  return (text) => matchGlob(pattern, text);
}

function createState({ text, verdict }: Assumption): TargetState {
  return {
    verdict,
    suspect: false,
    held: false,
    blind: false,
    stale: false,
    since: 0,
    lastError: verdict === "down" ? `assumed by --assume ${text}` : undefined,
  };
}

/** Only the key is ever looked at. */
function createTarget(key: string, value: PoolValue): CheckTarget {
  return {
    key,
    address: value.text,
    port: 0,
    check: createTcpCheck(key),
  };
}
