import { startOf } from "../config/decode.ts";
import { formatDuration } from "../config/duration.ts";
import type { IssueList, Place } from "../config/issue-list.ts";
import type { PoolSettings } from "../config/zone-settings.ts";
import { formatType } from "../wire/rr-types.ts";
import { findOversize } from "./check-sizes.ts";
import { MAX_POOL_VALUES } from "./limits.ts";
import type { Pool } from "./model.ts";
import { keyOf } from "./names.ts";
import { listMembers } from "./pool-members.ts";
import type { PoolTable } from "./pool-table.ts";

const HOUR = 3_600_000;

/**
 * What cannot work, or means nothing, in pools of which every word is right.
 *
 * @param located names of the datacenters with coordinates
 */
export function checkPoolContents(
  used: readonly Pool[],
  pools: PoolTable,
  located: ReadonlySet<string>,
  issues: IssueList,
): void {
  for (const [index, pool] of used.entries()) {
    const settings = pools.originOf(index)?.settings;
    if (settings === undefined) continue;
    const place = startOf(settings.values);
    checkWeights(pool, place, issues);
    // Only then is it sure that the members are few.
    if (checkMembers(pool, used, place, issues)) {
      checkPolicy(pool, settings, used, located, issues);
    }
    const { slow_start } = settings;
    if (slow_start !== undefined && slow_start.value > HOUR) {
      issues.warn(
        slow_start.place,
        `slow_start of ${formatDuration(slow_start.value)}: a value that returns gets less than its share for longer than an hour`,
      );
    }
  }
}

/** Whether the values of a pool and of those in it are few enough, and each there once. */
function checkMembers(pool: Pool, used: readonly Pool[], place: Place, issues: IssueList): boolean {
  const counts = new Map<number, number>();
  const octets = new Map<number, Uint8Array[]>();
  const paths = new Map<string, string>();
  for (const { value, path } of listMembers(pool, used)) {
    const key = `${value.type} ${keyOf(value.rdata)}`;
    const label = path.map(({ name }) => name).join(" → ");
    const first = paths.get(key);
    if (first !== undefined) {
      issues.error(
        place,
        `${value.text} is in the pool ${pool.name} twice: as ${first} and as ${label}`,
      );
      return false;
    }
    paths.set(key, label);
    const count = (counts.get(value.type) ?? 0) + 1;
    counts.set(value.type, count);
    if (count > MAX_POOL_VALUES) {
      issues.error(
        place,
        `the pool has more than ${MAX_POOL_VALUES} values of ${formatType(value.type)} with those of the pools in it: at most ${MAX_POOL_VALUES} are allowed`,
      );
      return false;
    }
    octets.set(value.type, [...(octets.get(value.type) ?? []), value.rdata]);
  }
  for (const [type, rdata] of octets) {
    const problem = findOversize(rdata);
    if (problem !== undefined)
      issues.error(place, `the ${formatType(type)} values of the pool take ${problem}`);
  }
  return true;
}

function checkWeights(pool: Pool, place: Place, issues: IssueList): void {
  const members = [...pool.values, ...pool.nested].filter(({ status }) => status !== "down");
  if (members.length === 0 || members.some(({ weight }) => weight > 0)) return;
  issues.warn(
    place,
    "every value has weight 0, which is for those that answer when nothing else is left: they all answer",
  );
}

function checkPolicy(
  pool: Pool,
  { policy, answers }: PoolSettings,
  used: readonly Pool[],
  located: ReadonlySet<string>,
  issues: IssueList,
): void {
  if (pool.policy === "sticky" && answers !== undefined && answers.value > 1) {
    issues.warn(answers.place, explainStickyAnswers(answers.value));
  }
  if (pool.policy !== "nearest" || policy === undefined) return;
  if (isLocated(pool, used, located)) return;
  issues.warn(
    policy.place,
    "policy nearest has no effect: no value of the pool has a dc with coords",
  );
}

/** Whether the distance to any value of a pool is known. */
export function isLocated(
  pool: Pool,
  pools: readonly Pool[],
  located: ReadonlySet<string>,
): boolean {
  for (const { value } of listMembers(pool, pools)) {
    if (value.datacenter !== undefined && located.has(value.datacenter)) return true;
  }
  return false;
}

/** An order is a promise for one record only: whoever receives several may try any of them first. */
export function explainStickyAnswers(answers: number): string {
  return `answers: ${answers} with policy sticky: resolvers and clients reorder what they get, so that only a single answer sticks`;
}
