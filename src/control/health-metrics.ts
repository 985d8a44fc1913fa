import { DURATION_BOUNDS_S, type ProbeCounts } from "./health-stats.ts";
import { counter, gauge, type MetricFamily, type MetricSample, single } from "./metric-family.ts";
import type { MetricsSources } from "./metrics.ts";

/** What the checks have seen. */
export function collectHealthMetrics({ health }: Pick<MetricsSources, "health">): MetricFamily[] {
  const checks = [...health.stats.probes].sort(([a], [b]) => (a < b ? -1 : 1));
  return [
    counter(
      "rondo_probes_total",
      "Probes that ended, by check and result; an inconclusive one says nothing about its target.",
      checks.flatMap(([check, { results }]) =>
        (["success", "failure", "inconclusive"] as const).map((result) => ({
          labels: { check, result },
          value: results[result],
        })),
      ),
    ),
    {
      name: "rondo_probe_duration_seconds",
      help: "Duration of conclusive probes by check.",
      type: "histogram",
      samples: checks.flatMap(([check, counts]) => listBuckets(check, counts)),
    },
    gauge(
      "rondo_health_blind",
      "Whether checks fail and nothing proves that our own network works: nothing goes down then.",
      single(health.report().blind ? 1 : 0),
    ),
  ];
}

function listBuckets(check: string, { durations, durationSumS }: ProbeCounts): MetricSample[] {
  let total = 0;
  const buckets = durations.map((count, i): MetricSample => {
    total += count;
    const bound = DURATION_BOUNDS_S[i];
    const le = bound === undefined ? "+Inf" : String(bound);
    return { suffix: "_bucket", labels: { check, le }, value: total };
  });
  return [
    ...buckets,
    { suffix: "_sum", labels: { check }, value: durationSumS },
    { suffix: "_count", labels: { check }, value: total },
  ];
}
