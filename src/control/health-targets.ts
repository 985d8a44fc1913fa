import type { HealthGroup } from "../health/velocity.ts";
import { formatName } from "../wire/name.ts";
import type { CheckTarget, PoolValue, Zone } from "../zone/model.ts";

/** What the zones want checked. */
export interface HealthTargets {
  /** Each target once, in however many pools it stands. */
  readonly targets: readonly CheckTarget[];
  /** Values that stand in for each other: one group per pool and type, of those that follow their checks. */
  readonly groups: readonly HealthGroup[];
}

export function collectHealthTargets(zones: readonly Zone[]): HealthTargets {
  const targets = new Map<string, CheckTarget>();
  const groups: HealthGroup[] = [];
  for (const { apex, pools } of zones) {
    for (const pool of pools) {
      for (const [type, values] of groupByType(pool.values)) {
        for (const value of values) {
          for (const target of value.targets) targets.set(target.key, target);
        }
        groups.push({
          name: `${formatName(apex)} ${pool.name} ${type}`,
          values: values.map((value) => ({ targets: value.targets.map(({ key }) => key) })),
        });
      }
    }
  }
  return { targets: [...targets.values()], groups };
}

/** A value that is forced up or down is not checked, whatever is written beside it. */
function groupByType(values: readonly PoolValue[]): Map<number, PoolValue[]> {
  const byType = new Map<number, PoolValue[]>();
  for (const value of values) {
    if (value.status !== "obey") continue;
    const group = byType.get(value.type);
    if (group === undefined) byType.set(value.type, [value]);
    else group.push(value);
  }
  return byType;
}
