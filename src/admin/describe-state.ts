/**
 * The state of the server as it goes over the wire.
 */
import { renderIssues } from "../config/issue.ts";
import type { SteeringInForce } from "../control/control-plane.ts";
import type { Match } from "../control/find-matches.ts";
import type { StoredOverride } from "../control/overrides.ts";
import type { NameShares } from "../control/shares.ts";
import type { HealthReport, TargetReport } from "../health/report.ts";
import type { LoadedZone, ZoneProblem } from "../loader/resolve-zones.ts";
import { isServing, judgePool, type ValueStanding } from "../steering/pool-standing.ts";
import type { Override, World } from "../steering/world.ts";
import { formatName } from "../wire/name.ts";
import { formatType } from "../wire/rr-types.ts";
import type { Pool, Zone } from "../zone/model.ts";
import type {
  NameReport,
  PoolReport,
  ProblemReport,
  StateReport,
  ValueReport,
  ZoneReport,
} from "./api.ts";
import { describeOverride, toIso } from "./describe-override.ts";

/** Where the state is read from, at the moment of asking. */
export interface StateSources {
  readonly version: string;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly isReady: boolean;
  readonly zones: readonly LoadedZone[];
  readonly problems: readonly ZoneProblem[];
  readonly steering: readonly SteeringInForce[];
  readonly shares: readonly NameShares[];
  readonly world: World;
  readonly health: HealthReport;
  readonly overrides: readonly StoredOverride[];
  readonly findMatches: (override: StoredOverride) => readonly Match[];
  /** Monotonic milliseconds, and what the wall clock says at that moment. */
  readonly now: number;
  readonly wallNow: number;
}

export function describeState(sources: StateSources): StateReport {
  const { version, startedAt, wallNow, isReady, health, zones, overrides } = sources;
  const targets = new Map(health.targets.map((target) => [target.key, target]));
  // There may be tens of thousands of zones: nothing below looks through all of them for each.
  const names = groupBy(sources.steering, ({ zone }) => formatName(zone.apex));
  const shares = groupBy(sources.shares, ({ zone }) => zone);
  return {
    version,
    startedAt: toIso(startedAt),
    now: toIso(wallNow),
    ready: isReady,
    blind: health.blind,
    zones: zones.map((zone) =>
      describeZone(
        zone,
        { names: names.get(zone.name) ?? [], shares: shares.get(zone.name) ?? [] },
        sources,
        targets,
      ),
    ),
    overrides: overrides.map((one) => describeOverride(one, sources.findMatches(one).length)),
    problems: sources.problems.map(describeProblem),
  };
}

export function describeProblem({ file, zone, kind, issues }: ZoneProblem): ProblemReport {
  return { file, zone: zone ?? null, kind, text: renderIssues(issues) };
}

interface OfZone {
  readonly names: readonly SteeringInForce[];
  readonly shares: readonly NameShares[];
}

function describeZone(
  { name, file, origin, prepared }: LoadedZone,
  ofZone: OfZone,
  sources: StateSources,
  targets: ReadonlyMap<string, TargetReport>,
): ZoneReport {
  const { zone, compiled } = prepared;
  const shares = new Map(ofZone.shares.map((one) => [`${one.name} ${one.type}`, one]));
  return {
    name,
    serial: zone.serial,
    records: compiled.records,
    file,
    origin,
    names: ofZone.names.flatMap((one) => describeNames(one, shares)),
    pools: zone.pools.map((pool) => describePool(zone, pool, sources, targets)),
  };
}

function describeNames(
  { plan, names, modes }: SteeringInForce,
  shares: ReadonlyMap<string, NameShares>,
): NameReport[] {
  const { type } = plan.rrset;
  return names.map(({ owner }) => {
    const name = formatName(owner);
    const share = shares.get(`${name} ${type}`);
    return {
      name,
      type: formatType(type),
      modes: [...new Set(modes)],
      answers: share?.answers ?? 0,
      shares: (share?.values ?? []).map((value) => ({
        pool: value.pool ?? null,
        value: value.value,
        answers: value.answers,
        share: value.share,
        configured: value.configuredShare,
      })),
    };
  });
}

function describePool(
  zone: Zone,
  pool: Pool,
  sources: StateSources,
  targets: ReadonlyMap<string, TargetReport>,
): PoolReport {
  const types = [...new Set(pool.values.map(({ type }) => type))];
  const standings = types.flatMap((type) =>
    judgePool(zone, pool, type, sources.world).members.flatMap((member) =>
      member.kind === "value" ? [member] : [],
    ),
  );
  const waiting = [
    ...new Set(types.map((type) => sources.world.memory.heldBack(zone, pool, type))),
  ];
  return {
    name: pool.name,
    policy: pool.policy,
    heldBack: waiting.find((why) => why !== undefined) ?? null,
    values: standings.map((standing) => describeValue(standing, sources, targets)),
  };
}

function describeValue(
  { value, state, weight, share, override, lastError }: ValueStanding,
  { now, wallNow, overrides }: StateSources,
  targets: ReadonlyMap<string, TargetReport>,
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

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}
