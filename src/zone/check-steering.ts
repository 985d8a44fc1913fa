import { formatDuration } from "../config/duration.ts";
import type { IssueList } from "../config/issue-list.ts";
import { formatType } from "../wire/rr-types.ts";
import type { BuildContext } from "./build-context.ts";
import { DEFAULT_STEERED_TTL } from "./default-ttls.ts";
import type { SteeredDraft } from "./draft.ts";
import type { CheckTarget, HealthCheck, Pool } from "./model.ts";
import { showName } from "./names.ts";
import type { PoolTable } from "./pool-table.ts";

/** What cannot work as written, though every word of it is right: steered names as a whole. */
export function checkSteering(
  steered: readonly SteeredDraft[],
  pools: PoolTable,
  context: BuildContext,
): void {
  for (const draft of steered) {
    const reached = findReached(draft, pools);
    checkTtl(draft, reached, context.issues);
    checkEnabled(draft, reached, context.issues);
  }
  if (!context.references) checkWitnesses(steered, pools, context.issues);
}

/** All pools that the rules of a record lead to. */
function findReached({ rrset }: SteeredDraft, pools: PoolTable): Set<Pool> {
  const reached = new Set<Pool>();
  const open = rrset.rules.flatMap((rule) => rule.pools);
  for (let index = open.pop(); index !== undefined; index = open.pop()) {
    const pool = pools.at(index);
    if (pool === undefined || reached.has(pool)) continue;
    reached.add(pool);
    if (pool.fallback !== undefined) open.push(pool.fallback);
  }
  return reached;
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

function checkEnabled(
  { rrset, place }: SteeredDraft,
  reached: ReadonlySet<Pool>,
  issues: IssueList,
): void {
  const values = [...reached].flatMap((pool) =>
    pool.values.filter((value) => value.type === rrset.type),
  );
  if (values.length === 0 || rrset.allDown.kind !== "open") return;
  if (values.some((value) => value.status !== "down")) return;
  issues.warn(
    place,
    `all values of ${showName(rrset.owner)} ${formatType(rrset.type)} have status: down: the name will have no address`,
  );
}

/** A failure is believed only if something else answers meanwhile: with one address there is nothing else. */
function checkWitnesses(
  steered: readonly SteeredDraft[],
  pools: PoolTable,
  issues: IssueList,
): void {
  const addresses = new Map<string, CheckTarget>();
  for (const pool of pools.list()) {
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
