import type { TransferCounts } from "../transfer/transfer-counts.ts";
import { counter, type MetricFamily } from "./metric-family.ts";

/** What other name servers were given and told. */
export function collectTransferMetrics(counts: TransferCounts): MetricFamily[] {
  const { whole, incremental, refused, broken, notify } = counts;
  return [
    counter(
      "rondo_transfers_total",
      "Requests for zones by what came of them: whole or what had changed, refused, or broken off by the client.",
      Object.entries({ whole, incremental, refused, broken }).map(([kind, value]) => ({
        labels: { kind },
        value,
      })),
    ),
    counter(
      "rondo_notifies_total",
      "Changes that secondaries were told of, by what they said.",
      Object.entries(notify).map(([result, value]) => ({ labels: { result }, value })),
    ),
  ];
}
