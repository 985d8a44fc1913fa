import type { IssueList, Place } from "../config/issue-list.ts";
import { quote } from "../config/tree.ts";
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

/** Pools that no rule leads to. Only meaningful if all rules could be read. */
export function checkUnusedPools(pools: PoolTable, issues: IssueList): void {
  for (const definition of pools.definitions()) {
    if (pools.isUsed(definition)) continue;
    issues.warn(
      definition.place,
      `the pool ${quote(definition.label)} is used by no rule and no fallback of one`,
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
