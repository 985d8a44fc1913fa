import type { StoredOverride } from "../control/overrides.ts";
import type { SavedFailback } from "../control/saved-failback.ts";
import type { TargetReport } from "../health/report.ts";
import { listNested } from "../steering/pool-content.ts";
import {
  isServing,
  judgePool,
  type NestedStanding,
  type ValueStanding,
} from "../steering/pool-standing.ts";
import type { Override, World } from "../steering/world.ts";
import { formatName } from "../wire/name.ts";
import { formatType } from "../wire/rr-types.ts";
import type { Pool, Zone } from "../zone/model.ts";
import type { NestedReport, PoolReport, ValueReport } from "./api.ts";
import { toIso } from "./describe-override.ts";

/** What the standing of a pool is told by. */
export interface PoolSources {
  readonly world: World;
  readonly overrides: readonly StoredOverride[];
  /** By key. */
  readonly targets: ReadonlyMap<string, TargetReport>;
  /** By zone and pool: in how many milliseconds clients may return to it, at the earliest. */
  readonly delays: ReadonlyMap<string, number>;
  /** Monotonic milliseconds, and what the wall clock says at that moment. */
  readonly now: number;
  readonly wallNow: number;
}

/** @param left pools that have been left and not been taken again, as of now */
export function indexDelays(left: readonly SavedFailback[]): ReadonlyMap<string, number> {
  const delays = new Map<string, number>();
  for (const { zone, pool, manual, delayMs, serviceAgeMs } of left) {
    if (manual || serviceAgeMs === null) continue;
    const key = `${zone} ${pool}`;
    const wait = Math.max(0, delayMs - serviceAgeMs);
    delays.set(key, Math.min(wait, delays.get(key) ?? wait));
  }
  return delays;
}

/** A pool with what stands in it, for all types that it has values of. */
export function describePool(zone: Zone, pool: Pool, sources: PoolSources): PoolReport {
  const { world, delays, wallNow } = sources;
  const types = listTypes(zone, pool);
  const standings = types.map((type) => judgePool(zone, pool, type, world));
  const members = standings.flatMap((standing) => standing.members);
  const reached = standings.flatMap((standing) => standing.values);
  const waiting = new Set(types.map((type) => world.memory.heldBack(zone, pool, type)));
  const heldBack = [...waiting].find((why) => why !== undefined) ?? null;
  const delay = delays.get(`${formatName(zone.apex)} ${pool.name}`);
  return {
    name: pool.name,
    policy: pool.policy,
    inService: reached.filter(({ state }) => isServing(state)).length,
    total: reached.length,
    heldBack,
    heldBackUntil: heldBack === "delay" && delay !== undefined ? toIso(wallNow + delay) : null,
    values: members.flatMap((member) =>
      member.kind === "value" ? [describeValue(member, sources)] : [],
    ),
    nested: members.flatMap((member) => (member.kind === "pool" ? [describeNested(member)] : [])),
  };
}

function describeNested({ standing, state, weight }: NestedStanding): NestedReport {
  const { pool, values } = standing;
  return {
    pool: pool.name,
    type: formatType(values[0]!.value.type),
    weight,
    state,
    inService: values.filter((value) => isServing(value.state)).length,
    total: values.length,
  };
}

function describeValue(
  { value, state, weight, share, override, lastError }: ValueStanding,
  { now, wallNow, overrides, targets }: PoolSources,
): ValueReport {
  const wall = (at: number): string => toIso(wallNow + at - now);
  const stored = findStored(override, overrides);
  const { since, nextChange } = isChecked(state)
    ? findTimes(value.targets.flatMap(({ key }) => targets.get(key) ?? []))
    : { since: undefined, nextChange: undefined };
  return {
    value: value.text,
    type: formatType(value.type),
    datacenter: value.datacenter ?? null,
    weight,
    effectiveWeight: weight * share,
    state,
    inService: isServing(state),
    lastError: lastError ?? null,
    since: stored !== undefined ? toIso(stored.since) : since === undefined ? null : wall(since),
    nextChange:
      stored?.until !== undefined
        ? toIso(stored.until)
        : nextChange === undefined
          ? null
          : wall(Math.max(now, nextChange)),
    override: stored?.id ?? null,
  };
}

/** The store's own objects are what steering is told of. */
function findStored(
  override: Override | undefined,
  overrides: readonly StoredOverride[],
): StoredOverride | undefined {
  return overrides.find((one) => one === override);
}

function isChecked(state: ValueStanding["state"]): boolean {
  return !["drained", "forced-down", "forced-up", "disabled", "unchecked"].includes(state);
}

/** Of a value with several checks: it is down since the first of them is, and up since the last of them is. */
function findTimes(targets: readonly TargetReport[]): {
  readonly since: number | undefined;
  readonly nextChange: number | undefined;
} {
  const down = targets.filter(({ state }) => state.verdict === "down");
  if (down.length > 0) {
    return {
      since: Math.min(...down.map(({ state }) => state.since)),
      nextChange: Math.max(...down.map(({ nextChangeAt }) => nextChangeAt)),
    };
  }
  if (targets.length === 0) return { since: undefined, nextChange: undefined };
  return {
    since: Math.max(...targets.map(({ state }) => state.since)),
    nextChange: Math.min(...targets.map(({ nextChangeAt }) => nextChangeAt)),
  };
}

function listTypes(zone: Zone, pool: Pool): number[] {
  const values = listNested(zone, pool).flatMap((each) => each.values);
  return [...new Set(values.map(({ type }) => type))];
}
