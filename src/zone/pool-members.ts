import type { Pool, PoolValue } from "./model.ts";

/** A value, and the pools from the outermost to the one that it stands in. */
export interface PoolMember {
  readonly value: PoolValue;
  readonly path: readonly Pool[];
}

/**
 * The values of a pool and of the pools in it.
 *
 * @param pools by index; no pool may be part of itself
 */
export function* listMembers(
  pool: Pool,
  pools: readonly Pool[],
  above: readonly Pool[] = [],
): Generator<PoolMember> {
  const path = [...above, pool];
  for (const value of pool.values) yield { value, path };
  for (const nested of pool.nested) {
    const inner = pools[nested.pool];
    if (inner !== undefined) yield* listMembers(inner, pools, path);
  }
}

/** All pools that some lead to: as fallback, or as part of one. */
export function findReachedPools(start: readonly number[], pools: readonly Pool[]): Set<Pool> {
  const reached = new Set<Pool>();
  const open = [...start];
  for (let index = open.pop(); index !== undefined; index = open.pop()) {
    const pool = pools[index];
    if (pool === undefined || reached.has(pool)) continue;
    reached.add(pool);
    if (pool.fallback !== undefined) open.push(pool.fallback);
    open.push(...pool.nested.map((nested) => nested.pool));
  }
  return reached;
}
