import { readFile } from "node:fs/promises";
import { expect, it } from "vitest";
import { renderMetrics } from "../../src/admin/metrics.ts";
import { COUNTER } from "../../src/answer/counters.ts";
import { HealthStats } from "../../src/control/health-stats.ts";
import { collectHealthTargets } from "../../src/control/health-targets.ts";
import {
  collectMetrics,
  type MetricsSources,
  type TransportTotals,
} from "../../src/control/metrics.ts";
import { Shares } from "../../src/control/shares.ts";
import type { RefreshReport } from "../../src/secondary/refresh-report.ts";
import { readDnsCounts } from "../../src/server/dns-counts.ts";
import type { ServerCounters } from "../../src/server/start-server.ts";
import { createTransferCounts } from "../../src/transfer/transfer-counts.ts";
import { type InProcess, serveInProcess } from "../support/in-process.ts";
import { readMessage } from "../support/message.ts";
import { query } from "../support/packet.ts";
import { keyOfSeries, parseMetrics } from "../support/prometheus.ts";
import { Random } from "../support/random.ts";

const FILE = `
zone: example.com.
soa: { mname: ns1.example.net., rname: hostmaster.example.com., serial: 7 }
datacenters: { fra: {}, iad: {} }
healthchecks: { "we\\"b": { protocol: TCP, port: 1 } }
pools:
  europe:
    healthcheck: "we\\"b"
    fallback: america
    values: [{ value: 192.0.2.1, dc: fra, weight: 3 }, { value: 192.0.2.2, dc: fra }]
  america: { healthcheck: "we\\"b", values: [{ value: 192.0.2.3, dc: iad }] }
  idle: { policy: sticky, values: [{ value: 192.0.2.7 }, { value: 192.0.2.8, status: down }] }
records:
  "": { type: NS, values: [ns1.example.net.] }
  www: { type: A, ttl: 30, dynamic: { rules: [{ pool: europe }] } }
  alone: { type: A, ttl: 30, dynamic: { rules: [{ pool: idle }] } }
`;

interface Monitored {
  readonly server: InProcess;
  readonly stats: HealthStats;
  readonly shares: Shares;
  readonly families: ReadonlySet<string>;
  read(): Map<string, number>;
}

const TRANSPORT: TransportTotals & Pick<ServerCounters, "tcp"> = {
  udp: {
    sendFailed: 1,
    receiveFailed: 2,
    faulted: 3,
    batches: [
      { "1": 12, "64": 13 },
      { "1": 0, "64": 14 },
    ],
  },
  tcp: {
    connections: 4,
    accepted: 5,
    evicted: 6,
    handshakesFailed: 8,
    queriesTcp: 40,
    queriesTls: 30,
    queriesHttps: 20,
  },
  restarts: 7,
};

const SECONDARIES: readonly RefreshReport[] = [
  {
    zone: "example.net.",
    primaries: [],
    serial: 7,
    state: "current",
    askedAt: 1_000_000,
    confirmedAt: 1_000_000,
    confirmedBy: undefined,
    expiresAt: 2_000_000,
    nextAt: undefined,
    lastError: undefined,
    lastTransfer: undefined,
    transfers: { whole: 1, incremental: 2 },
    failures: 3,
  },
  {
    zone: "example.org.",
    primaries: [],
    serial: undefined,
    state: "missing",
    askedAt: undefined,
    confirmedAt: undefined,
    confirmedBy: undefined,
    expiresAt: undefined,
    nextAt: undefined,
    lastError: "no",
    lastTransfer: undefined,
    transfers: { whole: 0, incremental: 0 },
    failures: 9,
  },
];

function monitor(): Monitored {
  const server = serveInProcess({ "example.com.yaml": FILE });
  const { plane, context } = server;
  const shares = new Shares(() => [{ counters: context.rotation, start: 0 }]);
  shares.follow(plane.steering);
  const stats = new HealthStats();
  stats.keepOnly(collectHealthTargets(plane.zones.map(({ zone }) => zone)).targets);
  const sources: MetricsSources = {
    version: "1.2.3",
    dns: () => {
      const queriesTcp = context.counters[COUNTER.queriesStream]!;
      return readDnsCounts({
        answers: [...context.counters],
        tcp: { ...TRANSPORT.tcp, queriesTcp },
      });
    },
    transport: () => TRANSPORT,
    certificate: () => ({ expiresAt: 1_780_272_000_500 }),
    zones: () => plane.zones,
    steering: () => plane.steering,
    world: () => plane.world,
    shares: () => shares.list(),
    health: { stats, report: () => ({ blind: true }) },
    overrides: () => [{ action: "drain" }, { action: "drain" }, { action: "up" }],
    reloads: () => ({ failures: 8, lastSuccessful: false }),
    aliases: () => ({
      sizes: { targets: 4, failing: 2, unknown: 1 },
      counts: { records: 10, none: 20, failed: 30 },
    }),
    secondaries: () => SECONDARIES,
    transfers: () => ({ ...createTransferCounts(), whole: 3, refused: 1 }),
    geo: () => [
      { name: "dbip-country", built: "2026-06-01", attribution: undefined },
      { name: "geoip-lite", built: undefined, attribution: undefined },
    ],
    process: () => ({
      cpuSeconds: 1,
      residentOctets: 2,
      heapUsedOctets: 3,
      heapTotalOctets: 4,
      startedAt: 5,
      openDescriptors: undefined,
      lagP99Seconds: 0.001,
      collections: new Map([["minor", { count: 1, seconds: 0.5 }]]),
    }),
  };
  const read = (): Map<string, number> =>
    new Map(
      parseMetrics(renderMetrics(collectMetrics(sources))).flatMap(({ series }) =>
        series.map((one) => [keyOfSeries(one), one.value] as const),
      ),
    );
  const families = new Set(collectMetrics(sources).map(({ name }) => name));
  return { server, stats, shares, families, read };
}

function ask({ server }: Monitored, name: string, times = 1): void {
  for (let i = 0; i < times; i++) server.ask(query({ name }), "udp");
}

function key(name: string, labels: Readonly<Record<string, string>> = {}): string {
  return keyOfSeries({ name, labels: new Map(Object.entries(labels)), value: 0 });
}

it("transfers and notifies are counted by what came of them", () => {
  const values = monitor().read();
  expect(values.get(key("rondo_transfers_total", { kind: "whole" }))).toBe(3);
  expect(values.get(key("rondo_transfers_total", { kind: "refused" }))).toBe(1);
  expect(values.get(key("rondo_notifies_total", { result: "unanswered" }))).toBe(0);
});

it("targets of ALIAS records are counted, and what was said of them", () => {
  const values = monitor().read();
  expect(values.get(key("rondo_alias_targets"))).toBe(4);
  expect(values.get(key("rondo_alias_targets_failing"))).toBe(2);
  expect(values.get(key("rondo_alias_targets_unknown"))).toBe(1);
  expect(values.get(key("rondo_alias_lookups_total", { result: "none" }))).toBe(20);
});

it("secondary zones tell whether they are served, what they have, and how they came", () => {
  const values = monitor().read();
  const read = (name: string, labels: Readonly<Record<string, string>>): number | undefined =>
    values.get(key(`rondo_secondary_${name}`, labels));
  const [current, missing] = [{ zone: "example.net." }, { zone: "example.org." }];
  expect(read("available", current)).toBe(1);
  expect(read("serial", current)).toBe(7);
  expect(read("confirmed_timestamp_seconds", current)).toBe(1000);
  expect(read("expire_timestamp_seconds", current)).toBe(2000);
  expect(read("transfers_total", { ...current, kind: "whole" })).toBe(1);
  expect(read("transfers_total", { ...current, kind: "incremental" })).toBe(2);
  expect(read("refresh_failures_total", current)).toBe(3);
  expect(read("available", missing)).toBe(0);
  expect(read("serial", missing)).toBeUndefined();
  expect(read("refresh_failures_total", missing)).toBe(9);
});

const WWW = { zone: "example.com.", name: "www.example.com.", type: "A" };
const FIRST = { zone: "example.com.", pool: "europe", value: "192.0.2.1", dc: "fra" };

it("answers are counted for the value that led them, as the responses have it", () => {
  const monitored = monitor();
  const led = new Map<string, number>();
  for (let i = 0; i < 400; i++) {
    const response = monitored.server.ask(query({ name: "www.example.com" }), "udp")!;
    const { rdata: data } = readMessage(response).answer[0]!;
    led.set(data, (led.get(data) ?? 0) + 1);
  }
  const metrics = monitored.read();
  expect(led).toEqual(
    new Map([
      ["192.0.2.1", 300],
      ["192.0.2.2", 100],
    ]),
  );
  for (const [value, answers] of led) {
    expect(metrics.get(key("rondo_answers_total", { ...WWW, ...FIRST, value }))).toBe(answers);
    expect(metrics.get(key("rondo_answers_configured_total", { ...WWW, ...FIRST, value }))).toBe(
      answers,
    );
  }
  expect(metrics.get(key("rondo_dns_requests_total", { proto: "udp" }))).toBe(400);
  expect(metrics.get(key("rondo_dns_responses_total", { rcode: "NOERROR" }))).toBe(400);
});

it("a sticky name's answers are counted for the value its clients stick to", () => {
  const monitored = monitor();
  ask(monitored, "alone.example.com", 5);
  const labels = {
    zone: "example.com.",
    name: "alone.example.com.",
    type: "A",
    pool: "idle",
    dc: "",
  };
  const metrics = monitored.read();
  expect(metrics.get(key("rondo_answers_total", { ...labels, value: "192.0.2.7" }))).toBe(5);
  expect(metrics.get(key("rondo_answers_total", { ...labels, value: "192.0.2.8" }))).toBe(0);
});

it("values that go down are seen, and what is answered instead", () => {
  const monitored = monitor();
  const { server, shares, stats } = monitored;
  const up = key("rondo_value_up", FIRST);
  const open = key("rondo_failopen_active", WWW);
  const healthy = key("rondo_pool_healthy_values", {
    zone: "example.com.",
    pool: "europe",
    type: "A",
  });
  const before = monitored.read();
  expect([before.get(up), before.get(healthy), before.get(open)]).toEqual([1, 2, 0]);
  ask(monitored, "www.example.com", 4);
  server.mark({ "192.0.2.1": "down", "192.0.2.2": "down" });
  shares.follow(server.plane.steering);
  const [target] = server.plane.zones[0]!.zone.pools[0]!.values[0]!.targets;
  stats.noteVerdict({
    target: target!,
    isReference: false,
    from: "up",
    to: "down",
    at: 0,
    detail: "",
  });
  ask(monitored, "www.example.com", 4);
  const after = monitored.read();
  expect([after.get(up), after.get(healthy), after.get(open)]).toEqual([0, 0, 0]);
  expect(after.get(key("rondo_value_transitions_total", { ...FIRST, to: "down" }))).toBe(1);
  expect(after.get(key("rondo_answers_total", { ...WWW, ...FIRST }))).toBe(3);
  const third = { zone: "example.com.", pool: "america", value: "192.0.2.3", dc: "iad" };
  expect(after.get(key("rondo_answers_total", { ...WWW, ...third }))).toBe(4);
  server.mark({ "192.0.2.1": "down", "192.0.2.2": "down", "192.0.2.3": "down" });
  expect(monitored.read().get(open)).toBe(1);
});

it("everything else is passed on", () => {
  const { read, stats, server } = monitor();
  const [target] = server.plane.zones[0]!.zone.pools[0]!.values[0]!.targets;
  stats.noteProbe(target!, { kind: "success" }, 30);
  const metrics = read();
  const expected: [string, Record<string, string>, number][] = [
    ["rondo_build_info", { version: "1.2.3", node: process.version }, 1],
    ["rondo_udp_send_failures_total", {}, 1],
    ["rondo_udp_receive_failures_total", {}, 2],
    ["rondo_udp_batches_total", { thread: "0", datagrams: "64" }, 13],
    ["rondo_udp_batches_total", { thread: "1", datagrams: "64" }, 14],
    ["rondo_dns_faults_total", {}, 3],
    ["rondo_tcp_connections", {}, 4],
    ["rondo_tcp_accepted_total", {}, 5],
    ["rondo_tcp_evicted_total", {}, 6],
    ["rondo_dns_requests_total", { proto: "tls" }, 30],
    ["rondo_dns_requests_total", { proto: "https" }, 20],
    ["rondo_tls_handshakes_failed_total", {}, 8],
    ["rondo_worker_restarts_total", {}, 7],
    ["rondo_certificate_expiry_timestamp_seconds", {}, 1_780_272_000.5],
    ["rondo_reload_failures_total", {}, 8],
    ["rondo_config_last_reload_successful", {}, 0],
    ["rondo_health_blind", {}, 1],
    ["rondo_override_active", { action: "drain" }, 2],
    ["rondo_override_active", { action: "down" }, 0],
    ["rondo_override_active", { action: "up" }, 1],
    ["rondo_zone_serial", { zone: "example.com." }, 7],
    ["rondo_probes_total", { check: 'we"b', result: "success" }, 1],
    ["rondo_probe_duration_seconds_bucket", { check: 'we"b', le: "0.025" }, 0],
    ["rondo_probe_duration_seconds_bucket", { check: 'we"b', le: "0.05" }, 1],
    ["rondo_probe_duration_seconds_sum", { check: 'we"b' }, 0.03],
    ["rondo_geo_database_build_timestamp_seconds", { database: "dbip-country" }, 1_780_272_000],
    ["process_start_time_seconds", {}, 5],
    ["nodejs_gc_duration_seconds_sum", { kind: "minor" }, 0.5],
  ];
  for (const [name, labels, value] of expected) {
    expect(metrics.get(key(name, labels)), `${name} ${JSON.stringify(labels)}`).toBe(value);
  }
  expect(
    metrics.has(key("rondo_geo_database_build_timestamp_seconds", { database: "geoip-lite" })),
  ).toBe(false);
});

it("no query adds a series", () => {
  const monitored = monitor();
  const before = [...monitored.read().keys()];
  const random = new Random(7);
  for (let i = 0; i < 3000; i++) {
    const label = random.pick(["www", "alone", "WWW", `x${i}`, "a.b", "*"]);
    const apex = random.pick(["example.com", "example.org", "com"]);
    const type = random.pick([1, 28, 255, 999, random.below(256)]);
    const packet = query({ name: `${label}.${apex}`, type });
    if (random.below(5) === 0) packet[random.below(packet.length)] = random.below(256);
    monitored.server.ask(packet, random.pick(["udp", "tcp"]));
  }
  const after = monitored.read();
  expect([...after.keys()]).toEqual(before);
  expect(after.get(key("rondo_dns_requests_total", { proto: "tcp" }))).toBeGreaterThan(1000);
});

it("docs/metrics.md lists every family and none that does not exist", async () => {
  const page = await readFile(new URL("../../docs/metrics.md", import.meta.url), "utf8");
  const listed = new Set(page.match(/\b(?:rondo|process|nodejs)_[a-z0-9_]+[a-z0-9]/g));
  expect([...listed].sort()).toEqual([...monitor().families].sort());
});
