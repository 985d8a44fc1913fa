import { startOf } from "../config/decode.ts";
import { formatDuration } from "../config/duration.ts";
import type { IssueList } from "../config/issue-list.ts";
import { formatType, parseType } from "../wire/rr-types.ts";
import type { BuildContext } from "./build-context.ts";
import { explainStickyAnswers, isLocated } from "./check-pool-contents.ts";
import { DEFAULT_STEERED_TTL } from "./default-ttls.ts";
import type { SteeredDraft } from "./draft.ts";
import type { CheckTarget, HealthCheck, Pool, PoolValue } from "./model.ts";
import { showName } from "./names.ts";
import { findReachedPools } from "./pool-members.ts";

/** What cannot work as written, though every word of it is right: steered names as a whole. */
export function checkSteering(
  steered: readonly SteeredDraft[],
  pools: readonly Pool[],
  located: ReadonlySet<string>,
  context: BuildContext,
): void {
  for (const draft of steered) {
    // What it answers is nobody's settings here.
    if (draft.rrset.alias !== undefined) continue;
    if (!context.knowsAsns) checkAsns(draft, context.issues);
    const { rules } = draft.rrset;
    const reached = findReachedPools(
      rules.flatMap((rule) => rule.pools),
      pools,
    );
    checkTtl(draft, reached, context.issues);
    checkEnabled(draft, pools, context.issues);
    checkAnswers(draft, pools, context.issues);
    checkNearest(draft, pools, located, context.issues);
  }
  if (!context.references) checkWitnesses(steered, pools, context.issues);
}

/** A dead address lives on in caches for the TTL: finding out sooner is then of no use. */
function checkTtl(
  { rrset, ttlPlace }: SteeredDraft,
  reached: ReadonlySet<Pool>,
  issues: IssueList,
): void {
  let slowest = 0;
  for (const pool of reached) {
    for (const { targets } of pool.values) {
      for (const { check } of targets) slowest = Math.max(slowest, detectionTime(check));
    }
  }
  if (slowest === 0 || rrset.ttl <= DEFAULT_STEERED_TTL || rrset.ttl * 1000 <= slowest) return;
  issues.warn(
    ttlPlace,
    `a TTL of ${rrset.ttl} keeps clients at a dead address for up to ${formatDuration(rrset.ttl * 1000)}, though its failure is seen within ${formatDuration(slowest)}`,
  );
}

/** Milliseconds from a failure to its being seen, at most: jitter and the publishing tick included. */
function detectionTime(check: HealthCheck): number {
  return 1.1 * check.interval + (check.fall - 1) * check.fast + check.timeout + 100;
}

/** Rules all of whose values are switched off, or of another type: what is left of the name for their clients is nothing. */
function checkEnabled(
  { rrset, settings, place }: SteeredDraft,
  pools: readonly Pool[],
  issues: IssueList,
): void {
  const name = `${showName(rrset.owner)} ${formatType(rrset.type)}`;
  const statuses = rrset.rules.map((rule) => listStatuses(rule.pools, rrset.type, pools));
  if (statuses.every((list) => list.length === 0)) {
    const types = settings.type.value;
    const written = types.find(({ value }) => parseType(value) === rrset.type) ?? settings.type;
    issues.warn(
      written.place,
      `no pool of ${name} has a value of this type: the answer is always empty`,
    );
    return;
  }
  if (rrset.allDown.kind === "values") return;
  for (const [i, list] of statuses.entries()) {
    if (list.length === 0 || list.some((status) => status !== "down")) continue;
    const rule = settings.dynamic?.value.rules.value[i];
    issues.warn(
      rule === undefined || rrset.rules.length === 1 ? place : startOf(rule),
      `all values of ${name} ${rrset.rules.length === 1 ? "" : "for this rule "}have status: down: the answer will be empty`,
    );
  }
}

/** The status of each value of a type that a rule's list of pools, and the fallbacks of its last one, lead to. */
function listStatuses(
  start: readonly number[],
  type: number,
  pools: readonly Pool[],
): PoolValue["status"][] {
  const chain = new Set(start);
  // What is added on the way is visited too.
  let last = start.at(-1);
  for (const index of chain) {
    if (index !== last) continue;
    last = pools[index]?.fallback;
    if (last !== undefined) chain.add(last);
  }
  return [...chain].flatMap((index) => {
    const pool = pools[index];
    return pool === undefined ? [] : listPoolStatuses(pool, type, pools);
  });
}

function listPoolStatuses(pool: Pool, type: number, pools: readonly Pool[]): PoolValue["status"][] {
  const own = pool.values.filter((value) => value.type === type).map(({ status }) => status);
  const nested = pool.nested.flatMap(({ pool: index, status }) => {
    const inner = pools[index];
    const statuses = inner === undefined ? [] : listPoolStatuses(inner, type, pools);
    return status === "down" ? statuses.map(() => "down" as const) : statuses;
  });
  return [...own, ...nested];
}

/** The number of a record holds for each of its pools that has none of its own. */
function checkAnswers(
  { rrset, settings }: SteeredDraft,
  pools: readonly Pool[],
  issues: IssueList,
): void {
  const { answers } = settings;
  if (answers === undefined || answers.value < 2) return;
  const chosen = rrset.rules.flatMap((rule) => rule.pools.map((index) => pools[index]));
  if (chosen.some((pool) => pool?.policy === "sticky" && pool.answers === undefined)) {
    issues.warn(answers.place, explainStickyAnswers(answers.value));
  }
}

/** Distance orders the pools of a list by their datacenters. */
function checkNearest(
  { rrset, settings }: SteeredDraft,
  pools: readonly Pool[],
  located: ReadonlySet<string>,
  issues: IssueList,
): void {
  const policy = settings.dynamic?.value.policy;
  if (rrset.policy !== "nearest" || policy === undefined) return;
  const lists = rrset.rules.map((rule) => rule.pools).filter((list) => list.length > 1);
  if (lists.length === 0) {
    issues.warn(
      policy.place,
      "policy nearest has no effect: it orders the pools of a list, and no rule has more than one",
    );
    return;
  }
  const listed = lists.flat().flatMap((index) => pools[index] ?? []);
  if (listed.some((pool) => isLocated(pool, pools, located))) return;
  issues.warn(
    policy.place,
    "policy nearest has no effect: no value of the pools has a dc with coords",
  );
}

/** Without anything that knows an autonomous system, nobody is in one. */
function checkAsns({ settings }: SteeredDraft, issues: IssueList): void {
  for (const { value: rule } of settings.dynamic?.value.rules.value ?? []) {
    if (rule.asns === undefined) continue;
    issues.warn(
      rule.asns.place,
      "asns match nobody: neither a database of the server nor networks here say which autonomous system a client is in; give networks an asn, or name an ASN database in geo.databases of the server file",
    );
  }
}

/** A failure is believed only if something else answers meanwhile: with one address there is nothing else. */
function checkWitnesses(
  steered: readonly SteeredDraft[],
  pools: readonly Pool[],
  issues: IssueList,
): void {
  const addresses = new Map<string, CheckTarget>();
  for (const pool of pools) {
    for (const { targets } of pool.values) {
      for (const target of targets) addresses.set(target.address, target);
    }
  }
  const [first] = steered;
  const [address] = addresses.keys();
  if (addresses.size !== 1 || first === undefined) return;
  issues.warn(
    first.place,
    `${address} is all this zone checks: its silence is never believed unless something else answers meanwhile; name a witness in health.references of the server file`,
  );
}
