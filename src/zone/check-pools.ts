import type { IssueList, Place } from "../config/issue-list.ts";
import { quote } from "../config/tree.ts";
import { MAX_NESTING } from "./limits.ts";
import type { PoolDefinition, PoolTable } from "./pool-table.ts";

/** Fallbacks that go round in circles. */
export function checkFallbacks(pools: PoolTable, issues: IssueList): void {
  const done = new Set<PoolDefinition>();
  for (const start of pools.definitions()) {
    const chain: PoolDefinition[] = [];
    let next: PoolDefinition | undefined = start;
    while (next !== undefined && !done.has(next)) {
      done.add(next);
      chain.push(next);
      next = pools.fallbackOf(next);
    }
    const from = next === undefined ? -1 : chain.indexOf(next);
    if (from >= 0) reportCircle(chain.slice(from), issues);
  }
}

/** Pools among the values of pools: how deep they go, and whether they end. */
export function checkNesting(pools: PoolTable, issues: IssueList): void {
  const heights = new Map<PoolDefinition, number>();
  for (const definition of pools.definitions()) {
    measureHeight(definition, [], pools, heights, issues);
  }
}

/** Levels of pools below a definition; those of a circle, and all above what is too deep, count as none. */
function measureHeight(
  definition: PoolDefinition,
  above: readonly PoolDefinition[],
  pools: PoolTable,
  heights: Map<PoolDefinition, number>,
  issues: IssueList,
): number {
  const known = heights.get(definition);
  if (known !== undefined) return known;
  const path = [...above, definition];
  let height = 0;
  for (const nested of pools.nestedOf(definition)) {
    const from = path.indexOf(nested.definition);
    const labels = [...path, nested.definition].map(({ label }) => label);
    if (from >= 0) {
      issues.error(
        nested.place,
        `pools within pools go round in a circle: ${labels.slice(from).join(" → ")}`,
      );
    } else if (path.length > MAX_NESTING) {
      issues.error(
        nested.place,
        `pools within pools more than ${MAX_NESTING} levels deep: ${labels.join(" → ")}`,
      );
    } else {
      const below = 1 + measureHeight(nested.definition, path, pools, heights, issues);
      // What was measured from elsewhere may be too deep from here.
      if (path.length - 1 + below > MAX_NESTING) {
        issues.error(
          nested.place,
          `pools within pools more than ${MAX_NESTING} levels deep: ${labels.join(" → ")} and ${below - 1} more`,
        );
      } else {
        height = Math.max(height, below);
      }
    }
  }
  heights.set(definition, height);
  return height;
}

/** Pools that no rule leads to. Only meaningful if all rules could be read. */
export function checkUnusedPools(pools: PoolTable, issues: IssueList): void {
  for (const definition of pools.definitions()) {
    if (pools.isUsed(definition)) continue;
    issues.warn(
      definition.place,
      `the pool ${quote(definition.label)} is used by no rule, and by no pool that is`,
    );
  }
}

/**
 * Two pools that stand in for each other are what two sites want, and end: every pool is tried once. Longer circles are
 * mistakes more often than not.
 */
function reportCircle(circle: readonly PoolDefinition[], issues: IssueList): void {
  const [first] = circle;
  if (first === undefined || circle.length === 2) return;
  const place: Place = first.settings?.fallback?.place ?? first.place;
  const labels = [...circle, first].map(({ label }) => label).join(" → ");
  issues.error(place, `the fallbacks go round in a circle: ${labels}`);
}
