/**
 * The guard against a file that is valid and a mistake all the same: half written by a tool that failed, generated from
 * an empty inventory, an older copy. What is found here is served only if an operator says so.
 */
import { findDroppedNames } from "../image/find-dropped-names.ts";
import { listNested, listTried } from "../steering/pool-content.ts";
import { formatName } from "../wire/name.ts";
import { formatType } from "../wire/rr-types.ts";
import { isNewerSerial } from "../wire/serial.ts";
import type { Pool, Zone } from "../zone/model.ts";
import type { PreparedZone } from "./prepare-zone.ts";

/** The share of a zone's names that may go at once. */
const MAX_DROPPED = 0.5;
/** Names that a message lists. */
const MAX_LISTED = 3;

/** The names that a zone has and would have no more. */
export interface LostNames {
  /** All that it has. */
  readonly of: number;
  readonly count: number;
  /** Some of them, in presentation form, if they are too many. */
  readonly examples: readonly string[];
}

/**
 * What one zone file would lose another, one line each; empty for an everyday change.
 *
 * @param lost of the first, if somebody has already found it out: it takes as long as the zone is large
 */
export function findMassChanges(
  before: PreparedZone,
  after: PreparedZone,
  lost?: LostNames,
): string[] {
  // What such a file says is where the records are; it has none to lose or to win.
  if (before.zone.secondary !== undefined || after.zone.secondary !== undefined) return [];
  return [
    ...explainLostNames(lost ?? findLostNames(before.compiled.segment, after.compiled.segment)),
    ...findEmptiedPools(before.zone, after.zone),
    ...findSerialBack(before.zone.serial, after.zone.serial),
  ];
}

/** Compares two segments of a zone: half a second for a million names. */
export function findLostNames(before: SharedArrayBuffer, after: SharedArrayBuffer): LostNames {
  const { names, dropped } = findDroppedNames(before, after);
  const isMass = dropped.length > names * MAX_DROPPED;
  const examples = isMass ? dropped.map(formatName).sort().slice(0, MAX_LISTED) : [];
  return { of: names, count: dropped.length, examples };
}

function explainLostNames({ of, count, examples }: LostNames): string[] {
  if (examples.length === 0) return [];
  const more = count > examples.length ? `, and ${count - examples.length} more` : "";
  return [`${count} of ${of} names would go: ${examples.join(", ")}${more}`];
}

/** A pool that loses its values while a name that used it stays; values that moved to another pool are not lost. */
function findEmptiedPools(before: Zone, after: Zone): string[] {
  const kept = new Set(after.pools.flatMap((pool) => listEnabled(pool).map(([, key]) => key)));
  const poolsAfter = new Map(after.pools.map((pool) => [pool.name, pool]));
  const stays = new Set(after.steered.map(({ owner, type }) => `${formatName(owner)} ${type}`));
  const emptied = new Map<string, string>();
  for (const rrset of before.steered) {
    const name = formatName(rrset.owner);
    if (!stays.has(`${name} ${rrset.type}`)) continue;
    for (const pool of listUsed(
      before,
      rrset.type,
      rrset.rules.flatMap(({ pools }) => pools),
    )) {
      const key = `${pool.name} ${rrset.type}`;
      if (emptied.has(key)) continue;
      const values = listEnabled(pool).filter(([type]) => type === rrset.type);
      const left = listEnabled(poolsAfter.get(pool.name)).filter(([type]) => type === rrset.type);
      if (values.length === 0 || left.length > 0 || values.some(([, value]) => kept.has(value))) {
        continue;
      }
      const type = formatType(rrset.type);
      emptied.set(key, `pool ${pool.name} would lose all its ${type} values, and ${name} uses it`);
    }
  }
  return [...emptied.values()];
}

function findSerialBack(before: number, after: number): string[] {
  return isNewerSerial(before, after)
    ? [`the serial would go back from ${before} to ${after}`]
    : [];
}

function listUsed(zone: Zone, type: number, pools: readonly number[]): Set<Pool> {
  const tried = pools.flatMap((pool) => listTried(zone, [pool], type));
  return new Set(tried.flatMap((index) => listNested(zone, zone.pools[index]!)));
}

/** The values that the file has not turned off: their types, and what is equal for equal ones. */
function listEnabled(pool: Pool | undefined): [type: number, key: string][] {
  return (pool?.values ?? [])
    .filter(({ status }) => status !== "down")
    .map(({ type, rdata }) => [type, `${type} ${Buffer.from(rdata).toString("hex")}`]);
}
