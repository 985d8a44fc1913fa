/**
 * The state of the server as it goes over the wire.
 */
import { renderIssues } from "../config/issue.ts";
import type { SteeringInForce } from "../control/control-plane.ts";
import type { Match } from "../control/find-matches.ts";
import type { StoredOverride } from "../control/overrides.ts";
import type { Peer } from "../control/peers.ts";
import type { SavedFailback } from "../control/saved-failback.ts";
import type { NameShares } from "../control/shares.ts";
import type { HealthReport } from "../health/report.ts";
import type { LoadedZone, ZoneProblem } from "../loader/resolve-zones.ts";
import type { RefreshReport } from "../secondary/refresh-report.ts";
import { formatName } from "../wire/name.ts";
import type { CertificateReport, ProblemReport, StateReport, ZoneReport } from "./api.ts";
import { describeNames } from "./describe-names.ts";
import { describeOverride, toIso } from "./describe-override.ts";
import { describePeer } from "./describe-peer.ts";
import { describePool, indexDelays, type PoolSources } from "./describe-pool.ts";
import { describeSecondary } from "./describe-secondary.ts";

/** Where the state is read from, at the moment of asking. */
export interface StateSources extends Omit<PoolSources, "targets" | "delays"> {
  readonly version: string;
  readonly pid: number;
  /** Absolute path. */
  readonly stateDirectory: string;
  /** Why the last good copy of a zone file could not be written; undefined if all could. */
  readonly copyProblem: string | undefined;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly isReady: boolean;
  /** In use for TLS: its names, and its end in milliseconds since 1970. */
  readonly certificate: { readonly names: string; readonly expiresAt: number } | undefined;
  readonly zones: readonly LoadedZone[];
  readonly problems: readonly ZoneProblem[];
  readonly steering: readonly SteeringInForce[];
  readonly shares: readonly NameShares[];
  readonly health: HealthReport;
  /** Pools that have been left and not been taken again, as of now. */
  readonly left: readonly SavedFailback[];
  /** How the secondary zones are getting on. */
  readonly secondaries: readonly RefreshReport[];
  /** The name servers that are told of zones, or take them. */
  readonly peers: readonly Peer[];
  readonly findMatches: (override: StoredOverride) => readonly Match[];
}

export function describeState(sources: StateSources): StateReport {
  const { version, startedAt, wallNow, isReady, health, zones, overrides } = sources;
  const ofPools: PoolSources = {
    ...sources,
    targets: new Map(health.targets.map((target) => [target.key, target])),
    delays: indexDelays(sources.left),
  };
  // There may be tens of thousands of zones: nothing below looks through all of them for each.
  const names = groupBy(sources.steering, ({ zone }) => formatName(zone.apex));
  const shares = groupBy(sources.shares, ({ zone }) => zone);
  const secondaries = new Map(sources.secondaries.map((one) => [one.zone, one]));
  return {
    version,
    pid: sources.pid,
    startedAt: toIso(startedAt),
    now: toIso(wallNow),
    ready: isReady,
    blind: health.blind,
    certificate: describeCertificate(sources.certificate),
    stateDirectory: sources.stateDirectory,
    copyProblem: sources.copyProblem ?? null,
    zones: zones.map((zone) =>
      describeZone(
        zone,
        {
          names: names.get(zone.name) ?? [],
          shares: shares.get(zone.name) ?? [],
          secondary: secondaries.get(zone.name),
        },
        ofPools,
      ),
    ),
    overrides: overrides.map((one) => describeOverride(one, sources.findMatches(one).length)),
    peers: sources.peers.map(describePeer),
    problems: sources.problems.map(describeProblem),
  };
}

function describeCertificate(certificate: StateSources["certificate"]): CertificateReport | null {
  if (certificate === undefined) return null;
  return { names: certificate.names, expires: toIso(certificate.expiresAt) };
}

export function describeProblem({ file, zone, kind, issues }: ZoneProblem): ProblemReport {
  return { file, zone: zone ?? null, kind, text: renderIssues(issues) };
}

interface OfZone {
  readonly names: readonly SteeringInForce[];
  readonly shares: readonly NameShares[];
  readonly secondary: RefreshReport | undefined;
}

function describeZone(
  { name, file, origin, prepared }: LoadedZone,
  ofZone: OfZone,
  sources: PoolSources,
): ZoneReport {
  const { zone, compiled } = prepared;
  const shares = new Map(ofZone.shares.map((one) => [`${one.name} ${one.type}`, one]));
  return {
    name,
    serial: zone.serial,
    records: compiled.records,
    file,
    origin,
    secondary: ofZone.secondary === undefined ? null : describeSecondary(ofZone.secondary),
    names: ofZone.names.flatMap((one) => describeNames(one, shares, sources.world)),
    // Nothing is ever in the pool of an ALIAS whose target is here: the target's own pools tell of it.
    pools: zone.pools
      .filter(({ isFollowed = false }) => !isFollowed)
      .map((pool) => describePool(zone, pool, sources)),
  };
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}
