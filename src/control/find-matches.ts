import { listNested } from "../steering/pool-content.ts";
import type { Pool, PoolValue, Zone } from "../zone/model.ts";
import type { Selector } from "./selector.ts";

/** A value that a selector means, in the pool that it is written in. */
export interface Match {
  readonly zone: Zone;
  readonly pool: Pool;
  readonly value: PoolValue;
}

/**
 * The values that a selector means, each once, in the order of zones, pools and values: those of a pool that it names,
 * and those of the pools in that.
 */
export function findMatches(zones: Iterable<Zone>, selector: Selector): Match[] {
  const found: Match[] = [];
  for (const zone of zones) {
    for (const pool of zone.pools) {
      for (const value of pool.values) {
        const match = { zone, pool, value };
        if (isMeant(match, selector)) found.push(match);
      }
    }
  }
  return found;
}

/** Whether a selector means a value, by its own pool or by one that this stands in. */
export function isMeant({ zone, pool, value }: Match, selector: Selector): boolean {
  return findHolders(zone, pool).some((each) => selector.matches(zone, each, value));
}

/** A pool, and those that it stands in as a value, at whatever depth. */
export function findHolders(zone: Zone, pool: Pool): readonly Pool[] {
  let holders = known.get(zone);
  if (holders === undefined) {
    holders = indexHolders(zone);
    known.set(zone, holders);
  }
  return holders.get(pool) ?? [pool];
}

/** Overrides are looked through far more often than zones are read. */
const known = new WeakMap<Zone, ReadonlyMap<Pool, readonly Pool[]>>();

/** By pool; without those that stand in no other. */
function indexHolders(zone: Zone): ReadonlyMap<Pool, readonly Pool[]> {
  const holders = new Map<Pool, Pool[]>();
  for (const outer of zone.pools) {
    if (outer.nested.length === 0) continue;
    for (const inner of listNested(zone, outer)) {
      if (inner === outer) continue;
      const sofar = holders.get(inner);
      if (sofar === undefined) holders.set(inner, [inner, outer]);
      else sofar.push(outer);
    }
  }
  return holders;
}
