/**
 * Classes of clients: the clients for whom the same pools are tried in the same order. Rules that lead to the same
 * order make one class, so that everybody who gets the same shares an answer set, its rotation and its ECS scope.
 */
import type { SteeredRRset, Zone } from "../zone/model.ts";
import { findChain } from "./pool-choice.ts";

export interface ClientClass {
  /** Indexes into `Zone.pools` in the order of trying, nearest first where the record says so: what `steer()` takes. */
  readonly pools: readonly number[];
  /** Indexes into `SteeredRRset.rules`, ascending. */
  readonly rules: readonly number[];
  /**
   * Rank by distance of each of `Zone.datacenters`: 0 is nearest, equal distances have equal ranks, and those that do not
   * matter here or whose place nobody knows share the last one. Undefined where distance decides nothing or nobody knows
   * where the client is: then the written order holds.
   */
  readonly near: readonly number[] | undefined;
}

export interface Classes {
  /** In the order of their first rules. */
  readonly classes: readonly ClientClass[];
  /** For each rule of the RRset the index of its class. */
  readonly outcomeOfRule: readonly number[];
}

/** The classes of clients of a steered RRset. */
export function classesOf(zone: Zone, rrset: SteeredRRset): Classes {
  const classes: { pools: readonly number[]; rules: number[]; near: undefined }[] = [];
  const byOrder = new Map<string, number>();
  const outcomeOfRule = rrset.rules.map(({ pools }, rule) => {
    // Fallbacks count and pools without a value of the type do not: only what is tried can make a difference.
    const key = findChain(zone, pools)
      .filter(({ pool }) => pool.values.some((value) => value.type === rrset.type))
      .map(({ index }) => index)
      .join();
    const known = byOrder.get(key);
    if (known !== undefined) {
      classes[known]?.rules.push(rule);
      return known;
    }
    byOrder.set(key, classes.length);
    classes.push({ pools, rules: [rule], near: undefined });
    return classes.length - 1;
  });
  return { classes, outcomeOfRule };
}
