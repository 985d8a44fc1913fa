/**
 * Classes of clients: the clients for whom the same pools are tried in the same order, and to whom datacenters are near
 * in the same order where that matters. Rules and places that lead to the same make one class, so that everybody who
 * gets the same shares an answer set, its rotation and its ECS scope.
 */
import type { GeoTable } from "../geo/geo-table.ts";
import type { Rule, SteeredRRset, Zone } from "../zone/model.ts";
import { listNested, listTried, listUsable } from "./pool-content.ts";
import { NO_RANKINGS, type Rankings, rankDatacenters, toRanks } from "./rankings.ts";

/** Plain data: survives structured cloning between threads. */
export interface ClientClass {
  /** Indexes into `Zone.pools` in the order of trying, nearest first where the record says so: what `steer()` takes. */
  readonly pools: readonly number[];
  /** The one of `pools` whose fallbacks follow, where that is not the last one: nearest first, it may stand anywhere. */
  readonly last?: number;
  /** Indexes into `SteeredRRset.rules`, ascending. */
  readonly rules: readonly number[];
  /**
   * Rank by distance of each of `Zone.datacenters`: 0 is nearest, equal distances have equal ranks, and those that do not
   * matter here or whose place nobody knows share the last one. Undefined where distance decides nothing or nobody knows
   * where the client is: then the written order holds.
   */
  readonly near: readonly number[] | undefined;
  /** Of an RRset that follows others: the class under each of `listHintSources()`. */
  readonly parts?: readonly ClientClass[];
}

export interface Classes {
  /** In the order of their first rules. */
  readonly classes: readonly ClientClass[];
}

/** The classes, and which clients belong to each. */
export interface ClassTable extends Classes {
  /** By rule of the RRset, then by number of ranking: index of the class. */
  readonly outcomes: readonly (readonly number[])[];
  readonly rankings: Rankings;
  /** Those that are ranked, as indexes into `Zone.datacenters`. */
  readonly datacenters: readonly number[];
}

/** Rather than more classes than this beside one per rule, only the nearest few datacenters are told apart. */
const MAX_CLASSES = 1024;
/** How many of the nearest datacenters to tell apart, if all are too many. */
const DEPTHS = [Number.POSITIVE_INFINITY, 8, 6, 5, 4, 3, 2, 1];

/** The classes of clients of a steered RRset. */
export function classesOf(zone: Zone, rrset: SteeredRRset, geo: GeoTable): ClassTable {
  const needs = rrset.rules.map((rule) => findNeeds(zone, rrset, rule));
  const names = new Set(needs.flatMap(({ pools, values }) => [...pools, ...values]));
  const indexes = zone.datacenters.flatMap(({ name }, index) => (names.has(name) ? [index] : []));
  if (indexes.length === 0) return findClasses(zone, rrset, needs, [], NO_RANKINGS);
  for (const depth of DEPTHS) {
    if (depth !== DEPTHS[0] && depth >= indexes.length) continue;
    const rankings = rankDatacenters(zone, indexes, depth, geo);
    const table = findClasses(zone, rrset, needs, indexes, rankings);
    if (table.classes.length <= rrset.rules.length + MAX_CLASSES || depth === 1) return table;
  }
  throw new Error("The last depth is 1");
}

/** Names of the datacenters whose distance decides something for the clients of a rule. */
interface Needs {
  /** The order of pools. */
  readonly pools: ReadonlySet<string>;
  /** The order of values in a pool. */
  readonly values: ReadonlySet<string>;
}

function findNeeds(zone: Zone, { policy, type }: SteeredRRset, rule: Rule): Needs {
  const namesOf = (pools: readonly number[]): Set<string> =>
    new Set(
      pools.flatMap((index) =>
        listUsable(zone, zone.pools[index]!, type).flatMap(({ datacenter }) => datacenter ?? []),
      ),
    );
  const isOrdered = policy === "nearest" && rule.pools.length > 1;
  const byDistance = listTried(zone, rule.pools, type).filter((index) =>
    listNested(zone, zone.pools[index]!).some((pool) => pool.policy === "nearest"),
  );
  return { pools: namesOf(isOrdered ? rule.pools : []), values: namesOf(byDistance) };
}

/** @param indexes into `Zone.datacenters`, of those that are ranked */
function findClasses(
  zone: Zone,
  rrset: SteeredRRset,
  needs: readonly Needs[],
  indexes: readonly number[],
  rankings: Rankings,
): ClassTable {
  const classes: (Omit<ClientClass, "rules"> & { rules: number[] })[] = [];
  const byKey = new Map<string, number>();
  const outcomes = rrset.rules.map((rule, number) => {
    const { pools: forPools, values: forValues } = needs[number]!;
    const known = new Map<string, number>();
    return rankings.ranks.map((ranks) => {
      const order = ranks && spread(zone, indexes, ranks, forPools);
      const distances = ranks && spread(zone, indexes, ranks, forValues);
      const near = distances && toRanks(distances);
      // Most rules look at few of the datacenters, if any: one class serves many rankings.
      const seen = `${order}|${near}`;
      let index = known.get(seen);
      if (index !== undefined) return index;
      const pools = order === undefined ? rule.pools : orderPools(zone, rrset, rule.pools, order);
      const written = rule.pools.at(-1);
      const last = written === undefined || written === pools.at(-1) ? {} : { last: written };
      // Fallbacks count and pools without a value of the type do not: only what is tried can make a difference.
      const key = `${listTried(zone, pools, rrset.type, written)}|${near}`;
      index = byKey.get(key) ?? classes.push({ pools, ...last, rules: [], near }) - 1;
      byKey.set(key, index);
      const { rules } = classes[index]!;
      if (rules.at(-1) !== number) rules.push(number);
      known.set(seen, index);
      return index;
    });
  });
  return { classes, outcomes, rankings, datacenters: indexes };
}

/** What is known of all datacenters: those that are not named are infinitely far. Undefined if none is named. */
function spread(
  zone: Zone,
  indexes: readonly number[],
  ranks: readonly number[],
  names: ReadonlySet<string>,
): number[] | undefined {
  if (names.size === 0) return undefined;
  const all = new Array<number>(zone.datacenters.length).fill(Number.POSITIVE_INFINITY);
  indexes.forEach((index, i) => {
    if (names.has(zone.datacenters[index]!.name)) all[index] = ranks[i]!;
  });
  return all;
}

/** Pools by the distance of their nearest usable value; equal ones as written, and those of no known place last. */
function orderPools(
  zone: Zone,
  { type }: SteeredRRset,
  pools: readonly number[],
  order: readonly number[],
): number[] {
  const rankOf = new Map(zone.datacenters.map(({ name }, i) => [name, order[i]!]));
  const entries = pools.map((index) => {
    const ranks = listUsable(zone, zone.pools[index]!, type).flatMap(({ datacenter }) =>
      datacenter === undefined ? [] : (rankOf.get(datacenter) ?? []),
    );
    return { index, rank: Math.min(Number.MAX_SAFE_INTEGER, ...ranks) };
  });
  return entries.sort((a, b) => a.rank - b.rank).map(({ index }) => index);
}
