import type { Pool, PoolValue, Zone } from "../zone/model.ts";
import { findChain } from "./pool-choice.ts";

/** A pool and those that stand among its values, to the bottom; each once. */
export function listNested(zone: Zone, pool: Pool): Pool[] {
  // A set that is walked takes up what is added meanwhile.
  const found = new Set([pool]);
  for (const { nested } of found) {
    for (const { pool: index } of nested) {
      const inner = zone.pools[index];
      if (inner !== undefined) found.add(inner);
    }
  }
  return [...found];
}

/** The values of a type that a pool and the pools in it may answer with: those that the file has not turned off. */
export function listUsable(zone: Zone, pool: Pool, type: number): PoolValue[] {
  return listNested(zone, pool).flatMap(({ values }) =>
    values.filter((value) => value.type === type && value.status !== "down"),
  );
}

/**
 * The pools that are tried, by index: those of the list and the fallbacks, without those that lack the type.
 *
 * @param last whose fallbacks follow, as in `ClientClass`
 */
export function listTried(
  zone: Zone,
  pools: readonly number[],
  type: number,
  last?: number,
): number[] {
  return findChain(zone, pools, last)
    .filter(({ pool }) =>
      listNested(zone, pool).some(({ values }) => values.some((value) => value.type === type)),
    )
    .map(({ index }) => index);
}
