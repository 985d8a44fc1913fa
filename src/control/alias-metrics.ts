import type { TargetTable } from "../resolver/target-table.ts";
import { counter, gauge, type MetricFamily, single } from "./metric-family.ts";

/** How the targets of ALIAS records outside of this server are getting on; A and AAAA are two of them. */
export function collectAliasMetrics({
  counts,
  sizes,
}: Pick<TargetTable, "counts" | "sizes">): MetricFamily[] {
  return [
    gauge(
      "rondo_alias_targets",
      "Names and types that a resolver is asked for, because ALIAS records lead there.",
      single(sizes.targets),
    ),
    gauge(
      "rondo_alias_targets_failing",
      "Of these, those that no resolver could tell when it was asked last: what was known stays.",
      single(sizes.failing),
    ),
    gauge(
      "rondo_alias_targets_unknown",
      "Of these, those that nothing is known of yet: their ALIAS records fail.",
      single(sizes.unknown),
    ),
    counter(
      "rondo_alias_lookups_total",
      "Lookups of these by result.",
      (["records", "none", "failed"] as const).map((result) => ({
        labels: { result },
        value: counts[result],
      })),
    ),
  ];
}
