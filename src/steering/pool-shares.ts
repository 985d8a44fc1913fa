/**
 * The shares that the values of a pool have in its answers: which of its members are good enough, in whose order, and how
 * the weight of a pool among them is divided.
 */
import type { Pool } from "../zone/model.ts";
import { divideWeights } from "./divide-weights.ts";
import {
  isEnabled,
  isServing,
  type Member,
  type PoolStanding,
  type ValueStanding,
} from "./pool-standing.ts";

/** Which values of a pool are good enough: those in service, also those held back for flapping, or all enabled ones. */
export interface Standard {
  readonly states: "serving" | "held" | "enabled";
  /** Only values with these texts; undefined: whichever. */
  readonly only: ReadonlySet<string> | undefined;
}

export interface Share {
  readonly standing: ValueStanding;
  /** Relative to the others, a whole number above 0. */
  readonly weight: number;
  /** Its weight as it counts at the moment, in terms of the file. */
  readonly effective: number;
}

/** The values that may be answered, in the order in which they follow each other. */
export interface Arrangement {
  /** Whose policy it is: the pool's, or that of the one that stands first in it. */
  readonly pool: Pool;
  readonly shares: readonly Share[];
  /** How many of the first ones take turns in leading. */
  readonly leaders: number;
}

/** Where a value stands by distance from the client: the lower the nearer. */
export type Ranking = (value: ValueStanding) => number;

/** The values of a pool that are good enough, never empty if one of its members is. */
export function arrangeShares(
  standing: PoolStanding,
  standard: Standard,
  rank: Ranking,
): Arrangement {
  const { pool } = standing;
  const members = keepMembers(standing, standard);
  if (pool.policy === "failover") {
    const [first] = members;
    // A pool that is first answers in its own manner.
    if (first?.kind === "pool")
      return arrangeShares(first.standing, innerOf(first, standard), rank);
    return { pool, shares: listShares(members, standard, rank), leaders: 1 };
  }
  const shares = listShares(members, standard, rank);
  if (pool.policy !== "nearest") return { pool, shares, leaders: shares.length };
  const ranked = shares
    .map((share) => ({ share, rank: rank(share.standing) }))
    .sort((a, b) => compare(a.rank, b.rank));
  const nearest = ranked.filter((each) => each.rank === ranked[0]!.rank);
  return { pool, shares: ranked.map(({ share }) => share), leaders: nearest.length };
}

/** Whether a member may be answered by this standard. */
export function isGoodEnough(member: Member, standard: Standard): boolean {
  const { states, only } = standard;
  const { state } = member;
  if (!isEnabled(state)) return false;
  if (states !== "enabled" && !isServing(state) && !(states === "held" && state === "held")) {
    return false;
  }
  if (only === undefined) return true;
  if (member.kind === "value") return only.has(member.value.text);
  return member.standing.members.some((each) => isGoodEnough(each, innerOf(member, standard)));
}

/** Members that are good enough; those of weight 0 only if there are no others. */
function keepMembers(standing: PoolStanding, standard: Standard): Member[] {
  const good = standing.members.filter((member) => isGoodEnough(member, standard));
  const weighted = good.filter(({ weight }) => weight > 0);
  return weighted.length > 0 ? weighted : good;
}

/** What values of a pool that stands among others must be for it to be answered. */
function innerOf(member: Extract<Member, { kind: "pool" }>, standard: Standard): Standard {
  const { state, standing } = member;
  if (standard.states === "enabled") return standard;
  // Forced up without anything in service: as when all are down.
  if (state === "forced-up" && standing.serving === 0) return { ...standard, states: "enabled" };
  return state === "held" ? standard : { ...standard, states: "serving" };
}

/** The values of the members in written order; those of a pool among them share its weight. */
function listShares(members: readonly Member[], standard: Standard, rank: Ranking): Share[] {
  const groups = members.map((member) => {
    // Where only weights of 0 are left, they share equally.
    const weight = Math.max(1, member.weight);
    if (member.kind === "value") {
      const effective = weight * member.share;
      return { weight, scale: member.share, shares: [{ standing: member, weight: 1, effective }] };
    }
    const inner = arrangeShares(member.standing, innerOf(member, standard), rank);
    const leading = inner.shares.slice(0, inner.leaders);
    const sum = leading.reduce((total, { effective }) => total + effective, 0);
    const shares = leading.map((share) => ({
      ...share,
      effective: (weight * share.effective) / sum,
    }));
    return { weight, scale: 1, shares };
  });
  const weights = divideWeights(
    groups.map(({ weight, scale, shares }) => ({
      weight,
      scale,
      parts: shares.map((share) => share.weight),
    })),
  );
  return groups.flatMap(({ shares }, i) =>
    shares.map((share, j) => ({ ...share, weight: weights[i]![j]! })),
  );
}

/** Subtracting would make NaN of two that are both infinitely far. */
function compare(a: number, b: number): number {
  return a === b ? 0 : a < b ? -1 : 1;
}
