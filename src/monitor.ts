/** What the running server tells of itself: its parts, as sources of metrics and of the measured split. */
import { renderMetrics } from "./admin/metrics.ts";
import type { ControlPlane } from "./control/control-plane.ts";
import type { HealthService } from "./control/health-service.ts";
import { collectMetrics, type MetricsSources } from "./control/metrics.ts";
import { ProcessStats } from "./control/process-stats.ts";
import type { NameShares, Shares } from "./control/shares.ts";
import type { GeoSource } from "./geo/geo-table.ts";
import type { ZoneLoader } from "./loader/zones.ts";
import { readDnsCounts } from "./server/dns-counts.ts";
import type { Server } from "./server/start-server.ts";

export interface MonitorOptions {
  readonly version: string;
  readonly server: Server;
  readonly plane: ControlPlane;
  readonly health: HealthService;
  readonly loader: ZoneLoader;
  readonly shares: Shares;
  readonly geo: () => readonly GeoSource[];
  readonly overrides: MetricsSources["overrides"];
}

export interface Monitor {
  /** The Prometheus text of this moment. */
  metrics(): string;
  /** The split of every steered name. */
  shares(): readonly NameShares[];
  close(): void;
}

/** Far below the time in which a counter could wrap around. */
const SAMPLE_MS = 60_000;

export function createMonitor(options: MonitorOptions): Monitor {
  const { server, plane, loader, shares } = options;
  const processStats = new ProcessStats();
  const sampling = setInterval(() => shares.sample(), SAMPLE_MS).unref();
  const sources: MetricsSources = {
    version: options.version,
    dns: () => readDnsCounts(server.counters()),
    transport: () => server.counters(),
    zones: () => plane.zones,
    steering: () => plane.steering,
    world: () => plane.world,
    shares: () => shares.list(),
    health: options.health,
    overrides: options.overrides,
    reloads: () => loader.reloads(),
    geo: options.geo,
    process: () => processStats.sample(),
  };
  return {
    metrics: () => renderMetrics(collectMetrics(sources)),
    shares: () => shares.list(),
    close: () => {
      clearInterval(sampling);
      processStats.close();
    },
  };
}
