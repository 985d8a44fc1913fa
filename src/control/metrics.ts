/**
 * What this server has to say to a monitor, collected when it is asked: docs/metrics.md lists every family. All series
 * follow from the configuration: a query moves numbers, it cannot add a series.
 */

import type { GeoSource } from "../geo/geo-table.ts";
import type { HealthReport } from "../health/report.ts";
import type { PreparedZone } from "../loader/prepare-zone.ts";
import type { ReloadCounts } from "../loader/reload-counts.ts";
import type { TargetTable } from "../resolver/target-table.ts";
import type { RefreshReport } from "../secondary/refresh-report.ts";
import type { World } from "../steering/world.ts";
import type { TransferCounts } from "../transfer/transfer-counts.ts";
import { RCODES } from "../wire/format-rcode.ts";
import { formatName } from "../wire/name.ts";
import { collectAliasMetrics } from "./alias-metrics.ts";
import type { SteeringInForce } from "./control-plane.ts";
import { collectHealthMetrics } from "./health-metrics.ts";
import type { HealthStats } from "./health-stats.ts";
import {
  counter,
  gauge,
  type MetricFamily,
  type MetricsSnapshot,
  single,
} from "./metric-family.ts";
import { collectProcessMetrics } from "./process-metrics.ts";
import type { ProcessSample } from "./process-stats.ts";
import { collectSecondaryMetrics } from "./secondary-metrics.ts";
import type { NameShares } from "./shares.ts";
import { collectSteeringMetrics } from "./steering-metrics.ts";
import { collectTransferMetrics } from "./transfer-metrics.ts";

/** Where the numbers come from; all of it is read at the moment of asking. */
export interface MetricsSources {
  readonly version: string;
  readonly dns: () => DnsTotals;
  readonly transport: () => TransportTotals;
  /** In use for TLS; its end in milliseconds since 1970. */
  readonly certificate: () => { readonly expiresAt: number } | undefined;
  readonly zones: () => readonly PreparedZone[];
  readonly steering: () => readonly SteeringInForce[];
  readonly world: () => World;
  readonly shares: () => readonly NameShares[];
  readonly health: { readonly stats: HealthStats; report(): Pick<HealthReport, "blind"> };
  /** Overrides in force. */
  readonly overrides: () => readonly { readonly action: "drain" | "up" | "down" }[];
  readonly reloads: () => ReloadCounts;
  readonly aliases: () => Pick<TargetTable, "counts" | "sizes">;
  readonly secondaries: () => readonly RefreshReport[];
  readonly transfers: () => TransferCounts;
  readonly geo: () => readonly GeoSource[];
  readonly process: () => ProcessSample;
}

/** Sums over all threads since the start. */
export interface DnsTotals {
  readonly queriesUdp: number;
  readonly queriesTcp: number;
  readonly queriesTls: number;
  readonly queriesHttps: number;
  readonly silent: number;
  readonly truncated: number;
  readonly withEdns: number;
  readonly withSubnet: number;
  /** Queries with a cookie, by what it says of the client. */
  readonly cookies: Readonly<Record<"fresh" | "bad" | "good", number>>;
  /** Responses beyond their rate, by kind: sent short, and not sent. */
  readonly limited: Readonly<
    Record<string, { readonly slipped: number; readonly dropped: number }>
  >;
  /** By RCODE, from 0 on. */
  readonly rcodes: readonly number[];
}

export interface TransportTotals {
  readonly udp: {
    readonly sendFailed: number;
    readonly receiveFailed: number;
    readonly faulted: number;
    /** By thread: batches by how many datagrams they had. */
    readonly batches: readonly Readonly<Record<string, number>>[];
  };
  readonly tcp: {
    readonly connections: number;
    readonly accepted: number;
    readonly evicted: number;
    readonly handshakesFailed: number;
  };
  readonly restarts: number;
}

/** Collects everything, in an order that stays. */
export function collectMetrics(sources: MetricsSources): MetricsSnapshot {
  const { version } = sources;
  const node = process.version;
  return [
    gauge("rondo_build_info", "Constant 1; what runs.", [{ labels: { version, node }, value: 1 }]),
    ...collectDnsMetrics(sources.dns()),
    ...collectTransportMetrics(sources.transport()),
    collectCertificateEnd(sources.certificate()),
    ...collectSteeringMetrics(sources),
    ...collectHealthMetrics(sources),
    ...collectZoneMetrics(sources.zones(), sources.reloads()),
    ...collectAliasMetrics(sources.aliases()),
    ...collectSecondaryMetrics(sources.secondaries()),
    ...collectTransferMetrics(sources.transfers()),
    collectGeoAge(sources.geo()),
    ...collectProcessMetrics(sources.process()),
  ];
}

/** 16 in a response with EDNS is BADVERS (RFC 6891 §9). */
const EXTENDED_RCODES = [
  [16, "BADVERS"],
  [23, "BADCOOKIE"],
] as const;

function collectDnsMetrics(dns: DnsTotals): MetricFamily[] {
  return [
    counter("rondo_dns_requests_total", "Queries received.", [
      { labels: { proto: "udp" }, value: dns.queriesUdp },
      { labels: { proto: "tcp" }, value: dns.queriesTcp },
      { labels: { proto: "tls" }, value: dns.queriesTls },
      { labels: { proto: "https" }, value: dns.queriesHttps },
    ]),
    counter(
      "rondo_dns_responses_total",
      "Responses by RCODE.",
      [...RCODES.entries(), ...EXTENDED_RCODES].map(([number, rcode]) => ({
        labels: { rcode },
        value: dns.rcodes[number] ?? 0,
      })),
    ),
    counter(
      "rondo_dns_truncated_responses_total",
      "Responses over UDP with TC set, to be asked again over TCP.",
      single(dns.truncated),
    ),
    counter(
      "rondo_dns_silent_total",
      "Messages that got no response: too short, or responses themselves.",
      single(dns.silent),
    ),
    counter("rondo_dns_edns_requests_total", "Queries with EDNS.", single(dns.withEdns)),
    counter(
      "rondo_dns_ecs_requests_total",
      "Queries with an EDNS Client Subnet option.",
      single(dns.withSubnet),
    ),
    counter(
      "rondo_dns_cookie_requests_total",
      "Queries with a DNS cookie: without a server cookie, with a bad one, with a good one.",
      (["fresh", "bad", "good"] as const).map((cookie) => ({
        labels: { cookie },
        value: dns.cookies[cookie],
      })),
    ),
    counter(
      "rondo_rrl_limited_total",
      "Responses beyond their rate: sent short, or dropped.",
      Object.entries(dns.limited).flatMap(([kind, { slipped, dropped }]) => [
        { labels: { kind, action: "slip" }, value: slipped },
        { labels: { kind, action: "drop" }, value: dropped },
      ]),
    ),
  ];
}

function collectTransportMetrics({ udp, tcp, restarts }: TransportTotals): MetricFamily[] {
  return [
    counter(
      "rondo_udp_send_failures_total",
      "Answers that the kernel refused to send.",
      single(udp.sendFailed),
    ),
    counter(
      "rondo_udp_receive_failures_total",
      "Failures to receive from a UDP socket.",
      single(udp.receiveFailed),
    ),
    counter(
      "rondo_udp_batches_total",
      "Batches of datagrams received at once, by thread and by how many there were.",
      udp.batches.flatMap((batches, thread) =>
        Object.entries(batches).map(([datagrams, value]) => ({
          labels: { thread: String(thread), datagrams },
          value,
        })),
      ),
    ),
    counter(
      "rondo_dns_faults_total",
      "Queries answered SERVFAIL because of a bug of the server.",
      single(udp.faulted),
    ),
    gauge(
      "rondo_tcp_connections",
      "Connections at the moment, with TLS or without.",
      single(tcp.connections),
    ),
    counter("rondo_tcp_accepted_total", "Connections accepted.", single(tcp.accepted)),
    counter(
      "rondo_tcp_evicted_total",
      "Connections closed for a newer one because a limit was reached.",
      single(tcp.evicted),
    ),
    counter(
      "rondo_tls_handshakes_failed_total",
      "Connections on which no TLS handshake came to an end.",
      single(tcp.handshakesFailed),
    ),
    counter(
      "rondo_worker_restarts_total",
      "Threads of the data plane that died and were replaced.",
      single(restarts),
    ),
  ];
}

function collectCertificateEnd(
  certificate: { readonly expiresAt: number } | undefined,
): MetricFamily {
  return gauge(
    "rondo_certificate_expiry_timestamp_seconds",
    "When the certificate of TLS and HTTPS expires; absent without one.",
    certificate === undefined ? [] : single(certificate.expiresAt / 1000),
  );
}

function collectZoneMetrics(zones: readonly PreparedZone[], reloads: ReloadCounts): MetricFamily[] {
  const named = zones.map((zone) => ({ zone: formatName(zone.zone.apex), prepared: zone }));
  return [
    gauge(
      "rondo_zone_serial",
      "Serial of the zone's SOA record.",
      named.map(({ zone, prepared }) => ({ labels: { zone }, value: prepared.zone.serial })),
    ),
    gauge(
      "rondo_zone_records",
      "Records of the zone, steered values included.",
      named.map(({ zone, prepared }) => ({ labels: { zone }, value: prepared.compiled.records })),
    ),
    counter(
      "rondo_reload_failures_total",
      "Reloads that left a zone file out of service: the last good state stays.",
      single(reloads.failures),
    ),
    gauge(
      "rondo_config_last_reload_successful",
      "Whether all zone files are served as they are now.",
      single(reloads.lastSuccessful ? 1 : 0),
    ),
  ];
}

function collectGeoAge(sources: readonly GeoSource[]): MetricFamily {
  return gauge(
    "rondo_geo_database_build_timestamp_seconds",
    "When the data of a geo database was made; absent if it does not say.",
    sources.flatMap(({ name, built }) => {
      const seconds = built === undefined ? Number.NaN : Date.parse(built) / 1000;
      return Number.isNaN(seconds) ? [] : [{ labels: { database: name }, value: seconds }];
    }),
  );
}
