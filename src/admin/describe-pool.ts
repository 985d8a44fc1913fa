import type { StoredOverride } from "../control/overrides.ts";
import type { HealthReport, TargetReport } from "../health/report.ts";
import { listNested } from "../steering/pool-content.ts";
import {
  isServing,
  judgePool,
  type NestedStanding,
  type ValueStanding,
} from "../steering/pool-standing.ts";
import type { Override, World } from "../steering/world.ts";
import { formatType } from "../wire/rr-types.ts";
import type { Pool, Zone } from "../zone/model.ts";
import type { NestedReport, PoolReport, ValueReport } from "./api.ts";
import { toIso } from "./describe-override.ts";

/** What the standing of a pool is told by. */
export interface PoolSources {
  readonly world: World;
  readonly overrides: readonly StoredOverride[];
  /** Monotonic milliseconds, and what the wall clock says at that moment. */
  readonly now: number;
  readonly wallNow: number;
}

export type Targets = ReadonlyMap<string, TargetReport>;

/** By key. */
export function indexTargets({ targets }: HealthReport): Targets {
  return new Map(targets.map((target) => [target.key, target]));
}

/** A pool with what stands in it, for all types that it has values of. */
export function describePool(
  zone: Zone,
  pool: Pool,
  sources: PoolSources,
  targets: Targets,
): PoolReport {
  const { world } = sources;
  const types = listTypes(zone, pool);
  const standings = types.map((type) => judgePool(zone, pool, type, world));
  const members = standings.flatMap((standing) => standing.members);
  const reached = standings.flatMap((standing) => standing.values);
  const waiting = new Set(types.map((type) => world.memory.heldBack(zone, pool, type)));
  return {
    name: pool.name,
    policy: pool.policy,
    inService: reached.filter(({ state }) => isServing(state)).length,
    total: reached.length,
    heldBack: [...waiting].find((why) => why !== undefined) ?? null,
    values: members.flatMap((member) =>
      member.kind === "value" ? [describeValue(member, sources, targets)] : [],
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
  { now, wallNow, overrides }: PoolSources,
  targets: Targets,
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
