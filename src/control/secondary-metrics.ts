import type { RefreshReport } from "../secondary/refresh-report.ts";
import { counter, gauge, type MetricFamily, type MetricSample } from "./metric-family.ts";

/** How the zones are getting on that are transferred from elsewhere. */
export function collectSecondaryMetrics(zones: readonly RefreshReport[]): MetricFamily[] {
  return [
    gauge(
      "rondo_secondary_available",
      "Whether the secondary zone is served: it has come, and it has not expired.",
      zones.map(({ zone, state }) => ({ labels: { zone }, value: state === "current" ? 1 : 0 })),
    ),
    gauge(
      "rondo_secondary_serial",
      "Serial of what was transferred last, expired or not; absent if the zone has never come.",
      zones.flatMap(({ zone, serial }) => sample(zone, serial)),
    ),
    gauge(
      "rondo_secondary_confirmed_timestamp_seconds",
      "When a primary said last that it has what we have.",
      zones.flatMap(({ zone, confirmedAt }) => sample(zone, confirmedAt && confirmedAt / 1000)),
    ),
    gauge(
      "rondo_secondary_expire_timestamp_seconds",
      "When the secondary zone expires unless a primary confirms it before.",
      zones.flatMap(({ zone, expiresAt }) => sample(zone, expiresAt && expiresAt / 1000)),
    ),
    counter(
      "rondo_secondary_transfers_total",
      "Transfers taken into service, of the whole zone or of the changes to it.",
      zones.flatMap(({ zone, transfers: { whole, incremental } }) => [
        { labels: { zone, kind: "whole" }, value: whole },
        { labels: { zone, kind: "incremental" }, value: incremental },
      ]),
    ),
    counter(
      "rondo_secondary_refresh_failures_total",
      "Times that no primary could say or send what it has.",
      zones.map(({ zone, failures }) => ({ labels: { zone }, value: failures })),
    ),
  ];
}

function sample(zone: string, value: number | undefined): MetricSample[] {
  return value === undefined ? [] : [{ labels: { zone }, value }];
}
