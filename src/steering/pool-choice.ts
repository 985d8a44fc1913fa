/**
 * Which pool of a rule answers, and which of its values are good enough for it.
 */
import type { Pool, PoolValue, SteeredRRset, Zone } from "../zone/model.ts";
import { isServing, judgePool, type PoolStanding, type ValueState } from "./pool-standing.ts";
import type { World } from "./world.ts";

/** `normal`: values in service. The other two: no pool of the rule has enough of them. */
export type Mode = "normal" | "all-down-open" | "last-resort";

/** A pool in the order of trying. */
export interface ChainEntry {
  /** Into `Zone.pools`. */
  readonly index: number;
  readonly pool: Pool;
  readonly from: "rule" | "fallback";
}

/** Where in the order of pools a standing comes from. */
export interface Link extends PoolStanding {
  readonly from: "rule" | "fallback";
}

/** What was chosen of a pool, and how far the search went. */
export interface Choice {
  /** Undefined: the record's own values answer. */
  readonly link: Link | undefined;
  readonly mode: Mode;
  /** The values of the pool that make the answer, in written order; empty without a pool. */
  readonly kept: readonly PoolValue[];
  /** How many links were looked at. */
  readonly tried: number;
}

/** The pools of a rule's list and the fallback chain of the last one, in the order they are tried, as they stand. */
export function findLinks(
  zone: Zone,
  pools: readonly number[],
  type: number,
  world: World,
): Link[] {
  return findChain(zone, pools).map(({ pool, from }) => ({
    ...judgePool(pool, type, world.health),
    from,
  }));
}

/** The pool that answers for this record; undefined: there is nothing to answer (NODATA). */
export function choosePool(rrset: SteeredRRset, links: readonly Link[]): Choice | undefined {
  if (links.every((link) => link.values.length === 0)) return undefined;

  const ready = links.find((link) => link.serving >= link.needed);
  if (ready !== undefined) {
    const kept = keepValues(ready, isServing);
    return { link: ready, mode: "normal", kept, tried: links.indexOf(ready) + 1 };
  }
  const lifted = links.find((link) => link.held > 0 && link.serving + link.held >= link.needed);
  if (lifted !== undefined) {
    const kept = keepValues(lifted, isServingOrHeld);
    return { link: lifted, mode: "normal", kept, tried: links.length };
  }
  if (rrset.allDown.kind === "values" && rrset.allDown.rdata.length > 0) {
    return { link: undefined, mode: "last-resort", kept: [], tried: links.length };
  }
  const first = links.find((link) => link.enabled > 0);
  if (first === undefined) return undefined;
  const kept = keepValues(first, isEnabled);
  return { link: first, mode: "all-down-open", kept, tried: links.length };
}

/** The rule's pools, then the fallbacks of the last one; each pool once. */
export function findChain(zone: Zone, pools: readonly number[]): ChainEntry[] {
  const order = new Map<number, "rule" | "fallback">();
  for (const index of pools) if (!order.has(index)) order.set(index, "rule");
  let next = zone.pools[pools.at(-1) ?? -1]?.fallback;
  const followed = new Set<number>();
  while (next !== undefined && !followed.has(next)) {
    followed.add(next);
    if (!order.has(next)) order.set(next, "fallback");
    next = zone.pools[next]?.fallback;
  }
  return [...order].flatMap(([index, from]) => {
    const pool = zone.pools[index];
    return pool === undefined ? [] : [{ index, pool, from }];
  });
}

/** The values in acceptable states; those of weight 0 only if there are no others. */
function keepValues(link: Link, accepts: (state: ValueState) => boolean): PoolValue[] {
  const accepted = link.values.filter(({ state }) => accepts(state)).map(({ value }) => value);
  const weighted = accepted.filter(({ weight }) => weight > 0);
  return weighted.length > 0 ? weighted : accepted;
}

function isServingOrHeld(state: ValueState): boolean {
  return isServing(state) || state === "held";
}

function isEnabled(state: ValueState): boolean {
  return state !== "disabled";
}
