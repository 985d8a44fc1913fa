import type { StateReport, ValueReport } from "../admin/api.ts";
import { parseSelector } from "../control/selector.ts";
import type { TargetState } from "../health/snapshot.ts";
import type { PreparedZone } from "../loader/prepare-zone.ts";
import { NO_MEMORY, NO_OVERRIDES, type Overrides, type World } from "../steering/world.ts";
import { formatName } from "../wire/name.ts";
import { formatType } from "../wire/rr-types.ts";

/**
 * The world of a running server as far as its state report tells: the verdicts on values and the overrides. What the
 * checks say of a value that an operator holds is not reported, and counts as healthy.
 *
 * @param zones those that the server serves
 * @param state undefined: everything is healthy, nobody has said anything
 */
export function rebuildWorld(
  zones: readonly PreparedZone[],
  state: StateReport | undefined,
): World {
  if (state === undefined) {
    return { health: { targets: new Map() }, overrides: NO_OVERRIDES, memory: NO_MEMORY };
  }
  const reports = new Map<string, ValueReport>(
    state.zones.flatMap(({ name: zone, pools }) =>
      pools.flatMap(({ name: pool, values }) =>
        values.map((value) => [`${zone} ${pool} ${value.type} ${value.value}`, value] as const),
      ),
    ),
  );
  const targets = new Map<string, TargetState>();
  for (const { zone } of zones) {
    const apex = formatName(zone.apex);
    for (const { name, values } of zone.pools) {
      for (const value of values) {
        const key = `${apex} ${name} ${formatType(value.type)} ${value.text}`;
        const report = reports.get(key);
        if (report === undefined) continue;
        for (const target of value.targets) targets.set(target.key, toState(report));
      }
    }
  }
  return { health: { targets }, overrides: rebuildOverrides(state), memory: NO_MEMORY };
}

function toState({ state, lastError }: ValueReport): TargetState {
  return {
    verdict: state === "down" || state === "held" ? "down" : "up",
    suspect: state === "suspect",
    held: state === "held",
    blind: state === "blind",
    stale: false,
    since: 0,
    lastError: lastError ?? undefined,
  };
}

function rebuildOverrides({ overrides }: StateReport): Overrides {
  const list = overrides.flatMap(({ selector, action, by, reason }, order) => {
    const parsed = parseSelector(selector);
    if (typeof parsed === "string") return [];
    return [{ matches: parsed.matches, action, order, by, reason: reason ?? undefined }];
  });
  return { find: (zone, pool, value) => list.findLast((one) => one.matches(zone, pool, value)) };
}
