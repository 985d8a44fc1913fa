import { join } from "node:path";
import { type Clock, systemClock } from "../clock/clock.ts";
import { createHealth, type Health } from "../health/health.ts";
import { createHealthFile, readHealthFile, readMoment } from "../health/health-file.ts";
import { createProbe } from "../health/probe/probe.ts";
import type { HealthReport } from "../health/report.ts";
import type { SavedHealth } from "../health/saved-health.ts";
import type { HealthSnapshot } from "../health/snapshot.ts";
import type { Log } from "../log/log.ts";
import type { CheckTarget, Zone } from "../zone/model.ts";
import { HealthStats } from "./health-stats.ts";
import { collectHealthTargets } from "./health-targets.ts";
import { createVerdictLog } from "./verdict-log.ts";

export interface HealthServiceOptions {
  readonly zones: readonly Zone[];
  readonly references: readonly CheckTarget[];
  /** Verdicts are kept in `health.json` there. */
  readonly stateDirectory: string;
  readonly version: string;
  /** Whether `health.json` is this process's to write. */
  readonly mayWrite: () => boolean;
  readonly log: Log;
  readonly onSnapshot: (snapshot: HealthSnapshot) => void;
}

export interface HealthService {
  readonly stats: HealthStats;
  report(): HealthReport;
  /** Checks what these zones want checked from now on. */
  follow(zones: readonly Zone[]): void;
  /** The verdicts of the moment. */
  export(): SavedHealth;
  /** Goes on from the verdicts of a process that this one takes over from. */
  adopt(saved: SavedHealth): void;
  /** Resolves once everything has been looked at once. */
  readonly firstRound: Promise<void>;
  close(): Promise<void>;
}

/** Health with its file and its log lines: checks begin at once, with the verdicts of the last run if they are fresh. */
export async function startHealthService(options: HealthServiceOptions): Promise<HealthService> {
  const { log } = options;
  const clock: Clock = systemClock;
  const path = join(options.stateDirectory, "health.json");
  const parsed = await readHealthFile(path, readMoment());
  if (parsed.kind === "ignored") log.info({ file: path }, `no saved verdicts: ${parsed.reason}`);
  const saved = parsed.kind === "adopted" ? parsed.saved : undefined;

  const stats = new HealthStats();
  const verdictLog = createVerdictLog(log, clock);
  const health: Health = createHealth({
    ...collectHealthTargets(options.zones),
    references: options.references,
    clock,
    random: Math.random,
    probe: createProbe(`rondo/${options.version}`),
    saved,
    onSnapshot: options.onSnapshot,
    onProbed: (target, result, elapsedMs) => stats.noteProbe(target, result, elapsedMs),
    onTransition: (event) => {
      if (event.kind === "verdict") stats.noteVerdict(event);
      verdictLog.note(event);
      file.touch();
    },
  });
  let isFileBroken = false;
  const file = createHealthFile({
    path,
    clock,
    moment: readMoment,
    read: health.export,
    mayWrite: options.mayWrite,
    onError: (err) => {
      if (!isFileBroken) log.warn({ err, file: path }, "verdicts cannot be saved");
      isFileBroken = true;
    },
  });
  options.onSnapshot(health.snapshot());
  stats.keepOnly([...collectHealthTargets(options.zones).targets, ...options.references]);
  return {
    stats,
    report: health.report,
    follow: (zones) => {
      const { targets, groups } = collectHealthTargets(zones);
      stats.keepOnly([...targets, ...options.references]);
      health.reconfigure(targets, groups);
    },
    export: health.export,
    adopt: health.adopt,
    firstRound: health.firstRound,
    async close() {
      await file.close();
      health.close();
      verdictLog.close();
    },
  };
}
