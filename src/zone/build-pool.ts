import type { PoolSettings } from "../config/zone-settings.ts";
import { buildAllDown } from "./build-all-down.ts";
import { buildValues, type ValueContext } from "./build-values.ts";
import type { Pool } from "./model.ts";

/** A pool without values, and with the defaults of everything else. */
export function createEmptyPool(name: string): Pool {
  return {
    name,
    policy: "rotate",
    values: [],
    nested: [],
    fallback: undefined,
    answers: undefined,
    minHealthy: { count: 1 },
    allDown: undefined,
    failback: { delayMs: 0, manual: false },
    slowStartMs: 0,
    stickyPrefix: { v4: 24, v6: 56 },
  };
}

/** Gives the settings of a pool their meaning. */
export function buildPool(name: string, settings: PoolSettings, context: ValueContext): Pool {
  const { apex, kind, issues } = context;
  const empty = createEmptyPool(name);
  const { stickyPrefix } = empty;
  if (settings.policy?.value !== "sticky") {
    for (const key of ["prefix_v4", "prefix_v6"] as const) {
      const written = settings[key];
      if (written) issues.warn(written.place, `${key} has no effect: the policy is not sticky`);
    }
  }
  return {
    ...empty,
    ...buildValues(settings, context),
    policy: settings.policy?.value ?? empty.policy,
    fallback: settings.fallback === undefined ? undefined : context.indexOf(settings.fallback),
    answers: settings.answers?.value,
    minHealthy: settings.min_healthy?.value ?? empty.minHealthy,
    allDown:
      settings.all_down === undefined || kind === undefined
        ? undefined
        : buildAllDown(settings.all_down, kind, undefined, { apex, issues }),
    failback: {
      delayMs: settings.failback?.value.delay?.value ?? 0,
      manual: settings.failback?.value.manual?.value ?? false,
    },
    slowStartMs: settings.slow_start?.value ?? 0,
    stickyPrefix: {
      v4: settings.prefix_v4?.value ?? stickyPrefix.v4,
      v6: settings.prefix_v6?.value ?? stickyPrefix.v6,
    },
  };
}
