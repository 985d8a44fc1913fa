import { isServing, judgePool } from "../steering/pool-standing.ts";
import { formatName } from "../wire/name.ts";
import { formatType } from "../wire/rr-types.ts";
import type { Pool } from "../zone/model.ts";
import {
  counter,
  gauge,
  type Labels,
  type MetricFamily,
  type MetricSample,
} from "./metric-family.ts";
import type { MetricsSources } from "./metrics.ts";

/** What is answered, and with which values in service. */
export function collectSteeringMetrics(sources: MetricsSources): MetricFamily[] {
  const world = sources.world();
  const values: MetricSample[] = [];
  const transitions: MetricSample[] = [];
  const healthy: MetricSample[] = [];
  for (const { zone } of sources.zones()) {
    const apex = formatName(zone.apex);
    for (const pool of zone.pools) {
      const seen = new Set<string>();
      for (const type of typesOf(pool)) {
        const standing = judgePool(zone, pool, type, world);
        healthy.push({
          labels: { zone: apex, pool: pool.name, type: formatType(type) },
          value: standing.values.filter(({ state }) => isServing(state)).length,
        });
        for (const { value, state, pool: home } of standing.values) {
          // The values of a nested pool are listed with that; equal texts of two types are one value.
          if (home !== pool || seen.has(value.text)) continue;
          seen.add(value.text);
          const labels = labelsOf(apex, pool.name, value.text, value.datacenter);
          values.push({ labels, value: isServing(state) ? 1 : 0 });
          for (const to of ["up", "down"] as const) {
            const changes = value.targets.map(({ key }) => sources.health.stats.changesOf(key)[to]);
            transitions.push({
              labels: { ...labels, to },
              value: changes.reduce((sum, count) => sum + count, 0),
            });
          }
        }
      }
    }
  }
  return [
    ...collectShares(sources),
    gauge(
      "rondo_value_up",
      "Whether a value is in service: by its checks, its status and what operators say.",
      values,
    ),
    counter(
      "rondo_value_transitions_total",
      "Changes of the verdict on a value's checks; their first verdict is none.",
      transitions,
    ),
    gauge(
      "rondo_pool_healthy_values",
      "Values in service of a pool, nested ones included.",
      healthy,
    ),
    collectFailOpen(sources),
    collectOverrides(sources),
  ];
}

function collectShares(sources: MetricsSources): MetricFamily[] {
  const led: MetricSample[] = [];
  const due: MetricSample[] = [];
  for (const { zone, name, type, answers, values } of sources.shares()) {
    for (const { pool, value, datacenter, ...share } of values) {
      const { zone: _, ...rest } = labelsOf(zone, pool, value, datacenter);
      const labels = { zone, name, type: formatType(type), ...rest };
      led.push({ labels, value: share.answers });
      due.push({ labels, value: share.configuredShare * answers });
    }
  }
  return [
    counter("rondo_answers_total", "Answers of a steered name that a value led.", led),
    counter(
      "rondo_answers_configured_total",
      "Answers that a value would have led by its weight among the values in service.",
      due,
    ),
  ];
}

/** One series per steered name. */
function collectFailOpen(sources: MetricsSources): MetricFamily {
  return gauge(
    "rondo_failopen_active",
    "Whether some clients of a name get what all_down says because no pool of theirs is in service.",
    sources.steering().flatMap(({ zone, plan, names, modes }) => {
      const isOpen = modes.some((mode) => mode !== "normal" && mode !== "nodata");
      return names.map(({ owner }) => ({
        labels: {
          zone: formatName(zone.apex),
          name: formatName(owner),
          type: formatType(plan.rrset.type),
        },
        value: isOpen ? 1 : 0,
      }));
    }),
  );
}

function collectOverrides(sources: MetricsSources): MetricFamily {
  const overrides = sources.overrides();
  return gauge(
    "rondo_override_active",
    "Overrides in force, by what they do.",
    (["drain", "down", "up"] as const).map((action) => ({
      labels: { action },
      value: overrides.filter((override) => override.action === action).length,
    })),
  );
}

function typesOf(pool: Pool): number[] {
  return [...new Set(pool.values.map(({ type }) => type))];
}

function labelsOf(
  zone: string,
  pool: string,
  value: string,
  datacenter: string | undefined,
): Labels {
  return { zone, pool, value, dc: datacenter ?? "" };
}
