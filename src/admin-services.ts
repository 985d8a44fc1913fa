/**
 * What the admin interface may ask of the running server, put together from its parts.
 */
import { describeOverride } from "./admin/describe-override.ts";
import { describeProblem, describeState } from "./admin/describe-state.ts";
import { renderMetrics } from "./admin/metrics.ts";
import type { AdminServices } from "./admin/services.ts";
import { askDns } from "./cli/ask-dns.ts";
import { explainServed } from "./cli/explain-served.ts";
import type { Clock } from "./clock/clock.ts";
import type { Aliases } from "./control/aliases.ts";
import type { ControlPlane } from "./control/control-plane.ts";
import type { HealthService } from "./control/health-service.ts";
import type { SteeringMemory } from "./control/memory.ts";
import { collectMetrics } from "./control/metrics.ts";
import type { OverrideDesk } from "./control/override-desk.ts";
import type { OverrideStore } from "./control/overrides.ts";
import { groupPeers } from "./control/peers.ts";
import type { ProcessStats } from "./control/process-stats.ts";
import type { Shares } from "./control/shares.ts";
import type { GeoTable } from "./geo/geo-table.ts";
import type { LoadedZone } from "./loader/resolve-zones.ts";
import type { ZoneLoader } from "./loader/zones.ts";
import type { PeerSources } from "./open-transfers.ts";
import type { OpenUpgrade } from "./open-upgrade.ts";
import { retransferZone } from "./retransfer-zone.ts";
import type { Secondaries } from "./secondary/secondaries.ts";
import type { CertificateLife } from "./server/certificate-life.ts";
import { readDnsCounts } from "./server/dns-counts.ts";
import type { Server } from "./server/start-server.ts";
import type { TransferCounts } from "./transfer/transfer-counts.ts";
import { formatName } from "./wire/name.ts";

export interface ServerParts {
  readonly version: string;
  /** Absolute path. */
  readonly stateDirectory: string;
  readonly server: Server;
  readonly certificate: () => CertificateLife | undefined;
  readonly loader: ZoneLoader;
  readonly plane: ControlPlane;
  readonly aliases: Aliases;
  readonly secondaries: Secondaries;
  readonly transfers: TransferCounts;
  readonly peers: PeerSources;
  readonly memory: SteeringMemory;
  readonly health: HealthService;
  readonly geo: () => GeoTable;
  /** Reads geo databases again that have changed. */
  readonly checkGeo: () => Promise<void>;
  readonly store: OverrideStore;
  readonly desk: OverrideDesk;
  readonly shares: Shares;
  readonly processStats: ProcessStats;
  readonly clock: Clock;
  readonly isReady: () => boolean;
  readonly upgrade: OpenUpgrade;
}

export function createAdminServices(parts: ServerParts): AdminServices {
  const { version, server, loader, plane, health, store, desk, shares, clock, secondaries } = parts;
  const startedAt = Date.now() - Math.round(process.uptime() * 1000);
  /** With what is served of them, where that is not in their files. */
  const zones = (): readonly LoadedZone[] =>
    loader.zones().map((loaded) => {
      const prepared = secondaries.lookAt(loaded.prepared);
      return { ...loaded, prepared: { ...prepared, zone: parts.aliases.fill(prepared.zone) } };
    });
  const counters = (): ReturnType<Server["counters"]> => server.counters();
  return {
    state: () =>
      describeState({
        version,
        pid: process.pid,
        startedAt,
        stateDirectory: parts.stateDirectory,
        copyProblem: loader.copies().problem,
        isReady: parts.isReady(),
        certificate: parts.certificate(),
        zones: zones(),
        secondaries: secondaries.report(),
        problems: loader.problems(),
        steering: plane.steering,
        shares: shares.list(),
        world: plane.world,
        health: health.report(),
        overrides: store.list(),
        peers: groupPeers(parts.peers.notified(), parts.peers.transferred()),
        left: parts.memory.export(clock.now()),
        findMatches: ({ selector }) => desk.findMatches(selector),
        now: clock.now(),
        wallNow: Date.now(),
      }),
    overrides: () =>
      store.list().map((one) => describeOverride(one, desk.findMatches(one.selector).length)),
    explain: (request) => {
      const { zones, world } = plane;
      const explained = explainServed(request, { zones, world, geo: parts.geo() });
      return typeof explained === "string"
        ? { ok: false, message: explained }
        : { ok: true, explanation: explained };
    },
    place: (wish, isForced) => desk.place(wish, isForced),
    lift: (selector) => desk.lift(selector),
    failback: (name) => ({
      pools: plane.failback(name).map(({ zone, pool }) => ({
        zone: formatName(zone.apex),
        pool: pool.name,
      })),
    }),
    reload: async (wish) => {
      secondaries.refresh();
      const [{ changed, removed, kept, problems }] = await Promise.all([
        loader.reload(wish),
        parts.checkGeo(),
      ]);
      return {
        changed: changed.map(({ name, prepared }) => ({
          zone: name,
          serial: secondaries.lookAt(prepared).zone.serial,
          records: secondaries.lookAt(prepared).compiled.records,
        })),
        removed: removed.map(({ name }) => name),
        kept,
        problems: problems.map(describeProblem),
      };
    },
    retransfer: (zone) => retransferZone(secondaries, zone),
    upgrade: () => parts.upgrade.run(),
    isUpgrading: () => parts.upgrade.isUnderWay(),
    serials: () => zones().map(({ name, prepared }) => [name, prepared.zone.serial] as const),
    answersDns: async () => {
      const plain = server.addresses.find(({ transports }) => transports.includes("udp"));
      return plain === undefined || (await askDns(plain)).ok;
    },
    isReady: parts.isReady,
    metrics: () =>
      renderMetrics(
        collectMetrics({
          version,
          dns: () => readDnsCounts(counters()),
          transport: counters,
          certificate: parts.certificate,
          zones: () => plane.zones,
          steering: () => plane.steering,
          world: () => plane.world,
          shares: () => shares.list(),
          health,
          overrides: () => store.list(),
          aliases: () => parts.aliases.lookups,
          secondaries: () => secondaries.report(),
          transfers: () => parts.transfers,
          reloads: () => loader.reloads(),
          geo: () => parts.geo().sources,
          process: () => parts.processStats.sample(),
        }),
      ),
  };
}
