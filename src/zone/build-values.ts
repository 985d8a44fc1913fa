import type { Located } from "../config/decode.ts";
import type { IssueList, Place } from "../config/issue-list.ts";
import { explainUnknown } from "../config/suggest.ts";
import type { PoolSettings, ValueSettings } from "../config/zone-settings.ts";
import { formatType } from "../wire/rr-types.ts";
import { buildTargets } from "./build-targets.ts";
import type { BuiltCheck } from "./check-table.ts";
import { MAX_POOL_VALUES } from "./limits.ts";
import type { Name, NestedPool, PoolValue } from "./model.ts";
import { keyOf } from "./names.ts";
import { readPoolValue, type ValueKind } from "./read-pool-value.ts";

/** What the values of a pool are read with. */
export interface ValueContext {
  /** Undefined where no record says what the values are: then only what stands beside them is read. */
  readonly kind: ValueKind | undefined;
  readonly apex: Name;
  readonly datacenters: ReadonlySet<string>;
  readonly issues: IssueList;
  /** The checks of a value: its own, the pool's, or the record's. */
  checksOf(value: ValueSettings): readonly BuiltCheck[];
  /** The index of a pool among the values; undefined if there is none. */
  indexOf(name: Located<string>): number | undefined;
}

export interface BuiltValues {
  readonly values: readonly PoolValue[];
  readonly nested: readonly NestedPool[];
}

/** The values of a pool, and the pools among them. */
export function buildValues(pool: PoolSettings, context: ValueContext): BuiltValues {
  const { issues } = context;
  const values: PoolValue[] = [];
  const nested: NestedPool[] = [];
  const lines = new Map<string, number>();
  for (const { value: settings, place } of pool.values.value) {
    const weight = settings.weight?.value ?? 1;
    const status = settings.status?.value ?? "obey";
    if (settings.kind === "pool") {
      const index = context.indexOf(settings.pool);
      if (index === undefined) continue;
      nested.push({ pool: index, weight, status, position: values.length });
      continue;
    }
    checkDatacenter(settings.dc, context);
    const checks = context.checksOf(settings);
    if (context.kind === undefined) continue;
    const read = readPoolValue(settings.value.value, context.kind, context.apex, issues);
    if (read === undefined) continue;
    const key = `${read.type} ${keyOf(read.rdata)}`;
    const first = lines.get(key);
    if (first !== undefined) {
      issues.error(
        settings.value.place,
        `${read.text} is in the pool twice, first in line ${first}: give it a weight instead`,
      );
      continue;
    }
    lines.set(key, issues.lineOf(place.start));
    const { text, type, rdata, address } = read;
    const checked = { type, address, place: settings.value.place, probe: settings.probe };
    values.push({
      text,
      type,
      rdata,
      weight,
      datacenter: settings.dc?.value,
      status,
      targets: buildTargets(checked, checks, issues),
    });
  }
  checkCounts(pool, { values, nested }, issues);
  return { values, nested };
}

function checkDatacenter(
  dc: Located<string> | undefined,
  { datacenters, issues }: ValueContext,
): void {
  if (dc === undefined || datacenters.has(dc.value)) return;
  issues.error(dc.place, () => explainUnknown("datacenter", dc.value, [...datacenters]));
}

function checkCounts(pool: PoolSettings, built: BuiltValues, issues: IssueList): void {
  const needed = pool.min_healthy;
  for (const type of new Set(built.values.map((value) => value.type))) {
    const ofType = built.values.filter((value) => value.type === type);
    if (ofType.length > MAX_POOL_VALUES) {
      issues.error(
        keyOfValues(pool.values.place),
        `the pool has ${ofType.length} values of ${formatType(type)}: at most ${MAX_POOL_VALUES} are allowed`,
      );
    }
    const enabled = ofType.filter((value) => value.status !== "down").length;
    // Pools among the values count for more than themselves.
    if (built.nested.length > 0 || needed === undefined || !("count" in needed.value)) continue;
    if (enabled > 0 && needed.value.count > enabled) {
      issues.warn(
        needed.place,
        `min_healthy ${needed.value.count} is more than the ${enabled} enabled values of ${formatType(type)}: the pool is never in service for them`,
      );
    }
  }
}

function keyOfValues(place: Place): Place {
  return { start: place.start, end: place.start + 1 };
}
