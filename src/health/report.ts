/**
 * Health at one moment, in all detail: for people and metrics, made on demand. Steering reads the snapshot instead.
 */
import type { Machine } from "./machine.ts";
import type { Scheduler } from "./scheduler.ts";
import type { TargetState } from "./snapshot.ts";
import { recentDowns, type Standing } from "./standing.ts";
import { describeTarget } from "./target-state.ts";
import { holdDownMs } from "./timing.ts";

export interface HealthReport {
  /** Nothing proves that our own network works: no target goes down until something does. */
  readonly blind: boolean;
  readonly targets: readonly TargetReport[];
  /** Witnesses that belong to no pool. */
  readonly references: readonly TargetReport[];
  readonly probesInFlight: number;
  readonly probesInFlightLimit: number;
}

/** All times are monotonic milliseconds. */
export interface TargetReport {
  readonly key: string;
  readonly address: string;
  readonly port: number;
  /** Name of the check. */
  readonly check: string;
  readonly state: TargetState;
  /** Down by its own results, kept in because too many of its pool have just left. */
  readonly limited: boolean;
  /** Consecutive results of the present run; one of the two is 0. */
  readonly failures: number;
  readonly successes: number;
  /** Downs of the last 30 minutes. */
  readonly recentDowns: number;
  /** Results that said nothing, since the target is known, and why the latest did not. */
  readonly inconclusive: number;
  readonly lastInconclusive: string | undefined;
  /** The latest failure, even if all is well since. */
  readonly lastError: string | undefined;
  /** Undefined before the first conclusive result of this run of the server. */
  readonly lastResultAt: number | undefined;
  /** The earliest moment at which the verdict can change. */
  readonly nextChangeAt: number;
}

export function reportHealth(machine: Machine, scheduler: Scheduler, now: number): HealthReport {
  const targets: TargetReport[] = [];
  const references: TargetReport[] = [];
  for (const [key, standing] of machine.standings()) {
    const due = Math.max(now, scheduler.findDue(key) ?? now);
    (standing.isReference ? references : targets).push(reportTarget(standing, due, now));
  }
  return {
    blind: machine.isBlind(),
    targets,
    references,
    probesInFlight: scheduler.inFlight(),
    probesInFlightLimit: scheduler.bound(),
  };
}

function reportTarget(standing: Standing, due: number, now: number): TargetReport {
  const { target, failures, successes } = standing;
  return {
    key: target.key,
    address: target.address,
    port: target.port,
    check: target.check.name,
    state: describeTarget(standing),
    limited: standing.limited,
    failures,
    successes,
    recentDowns: recentDowns(standing, now).length,
    inconclusive: standing.inconclusive,
    lastInconclusive: standing.lastInconclusive,
    lastError: standing.lastError,
    lastResultAt: failures + successes > 0 ? standing.lastResultAt : undefined,
    nextChangeAt: findNextChange(standing, due, now),
  };
}

/** As if every probe from now on were answered at once, with the opposite of the verdict. */
function findNextChange(standing: Standing, due: number, now: number): number {
  const { verdict, failures, successes, target, runSince, downs } = standing;
  const { rise, fall, fast } = target.check;
  // The first success confirms a target that has no verdict yet.
  if (verdict === "init") return due;
  const missing = verdict === "down" ? rise - successes : fall - failures;
  const decided = missing > 0 ? due + (missing - 1) * fast : now;
  if (verdict === "up") return decided;
  return Math.max(decided, (successes > 0 ? runSince : due) + holdDownMs(downs.length));
}
