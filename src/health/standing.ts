/**
 * Where one target stands, and how a probe's result moves it. Pure: every function takes a standing and gives the next.
 * Verdicts are not passed here but by the machine's tick, which sees all targets.
 */
import type { CheckTarget } from "../zone/model.ts";
import type { Answer } from "./answer-log.ts";
import { findEvidence } from "./evidence.ts";
import { findNetworkPlace, type NetworkPlace } from "./network-place.ts";
import type { ProbeResult } from "./result.ts";
import type { Verdict } from "./snapshot.ts";
import { FLAP_WINDOW_MS, fastProbeLimit } from "./timing.ts";

/** All times are monotonic milliseconds. A *run* is an unbroken series of successes, or of failures. */
export interface Standing {
  readonly target: CheckTarget;
  readonly place: NetworkPlace;
  /** A witness of `health.references`: belongs to no pool. */
  readonly isReference: boolean;
  readonly verdict: Verdict;
  /** When the verdict was passed. */
  readonly since: number;
  /** Length of the run; one of the two is 0. */
  readonly failures: number;
  readonly successes: number;
  /** When the first and the latest probe of the run were sent. */
  readonly runStart: number;
  readonly runLast: number;
  /** When the run's first result came in. */
  readonly runSince: number;
  /** When the latest probe of the run before was sent: results of older probes come too late to count. */
  readonly previousLast: number;
  /** Of a run of failures: the others that answered since it began (see evidence.ts). */
  readonly witnesses: readonly Answer[];
  /** Of a run of failures: its first whole answer that broke the rule. */
  readonly ownAnswer: Answer | undefined;
  /** When it went down the last time, preceded by the downs of the flap window before that, oldest first. */
  readonly downs: readonly number[];
  /** Probes sent since this incident began. */
  readonly fastProbes: number;
  /** Probes in flight. */
  readonly pending: number;
  readonly lastSent: number;
  /** Of a conclusive result; at first, when the target became known. */
  readonly lastResultAt: number;
  /** The verdict comes from an earlier run of the server and no result has confirmed it yet. */
  readonly isAdopted: boolean;
  readonly inconclusive: number;
  readonly lastInconclusive: string | undefined;
  readonly lastError: string | undefined;
  readonly held: boolean;
  readonly blind: boolean;
  /** Enough failures and evidence, but too many of its pool have just left. */
  readonly limited: boolean;
  readonly stale: boolean;
}

/** A target that nothing is known about yet. */
export function createStanding(target: CheckTarget, isReference: boolean, now: number): Standing {
  return {
    target,
    place: findNetworkPlace(target.address),
    isReference,
    verdict: "init",
    since: now,
    failures: 0,
    successes: 0,
    runStart: Number.NEGATIVE_INFINITY,
    runLast: Number.NEGATIVE_INFINITY,
    runSince: now,
    previousLast: Number.NEGATIVE_INFINITY,
    witnesses: [],
    ownAnswer: undefined,
    downs: [],
    fastProbes: 0,
    pending: 0,
    lastSent: Number.NEGATIVE_INFINITY,
    lastResultAt: now,
    isAdopted: false,
    inconclusive: 0,
    lastInconclusive: undefined,
    lastError: undefined,
    held: false,
    blind: false,
    limited: false,
    stale: false,
  };
}

/** Counts a probe that leaves now. */
export function noteSent(standing: Standing, now: number): Standing {
  const { pending, fastProbes } = standing;
  return {
    ...standing,
    pending: pending + 1,
    lastSent: now,
    fastProbes: isInTransition(standing) ? fastProbes + 1 : fastProbes,
  };
}

/** Counts the result of a probe that was sent at `sent`. */
export function noteResult(
  standing: Standing,
  result: ProbeResult,
  sent: number,
  now: number,
): Standing {
  const arrived = { ...standing, pending: Math.max(0, standing.pending - 1) };
  if (result.kind === "inconclusive") {
    return {
      ...arrived,
      inconclusive: standing.inconclusive + 1,
      lastInconclusive: result.detail,
    };
  }
  const conclusive = { ...arrived, lastResultAt: now, isAdopted: false };
  const passed = result.kind === "success";
  const continues = passed ? standing.successes > 0 : standing.failures > 0;
  if (isOutdated(standing, passed, continues, sent)) return conclusive;
  const next = continues
    ? extendRun(conclusive, passed, sent)
    : startRun(conclusive, passed, sent, now);
  if (result.kind === "success") return next;
  const ownAnswer = next.ownAnswer ?? (result.contact ? { sent, place: next.place } : undefined);
  return { ...next, ownAnswer, lastError: result.detail };
}

/** Passes a verdict: the incident is over. */
export function changeVerdict(standing: Standing, verdict: Verdict, now: number): Standing {
  return {
    ...standing,
    verdict,
    since: now,
    fastProbes: 0,
    held: false,
    blind: false,
    limited: false,
    downs: verdict === "down" ? [...recentDowns(standing, now), now] : standing.downs,
  };
}

/** When it went down within the 30 minutes before `now`. */
export function recentDowns({ downs }: Standing, now: number): readonly number[] {
  return downs.filter((down) => now - down < FLAP_WINDOW_MS);
}

/**
 * When an extra probe is wanted, if one is: at once after the first failure (or the first success of a target that is
 * down), but not sooner than `fast` after the probe before, then every `fast` until there is enough for a verdict.
 */
export function findFastProbeTime(standing: Standing, now: number): number | undefined {
  if (!needsFastProbe(standing)) return undefined;
  return Math.max(now, standing.lastSent + standing.target.check.fast);
}

function needsFastProbe(standing: Standing): boolean {
  const { verdict, successes, failures, pending, target } = standing;
  if (!isInTransition(standing) || standing.fastProbes >= fastProbeLimit(target.check))
    return false;
  // Probes in flight may already bring what is missing: more of them would only add work when everything fails.
  if (verdict === "down") return successes + pending < target.check.rise;
  if (failures < target.check.fall) return failures + pending < target.check.fall;
  // Somebody answered, but after the latest failure: one more failure would be within the bounds of the evidence.
  return pending === 0 && standing.witnesses.length > 0 && findEvidence(standing).length === 0;
}

/** True between the first result that speaks for a change of verdict and the change. */
function isInTransition({ verdict, successes, failures, target }: Standing): boolean {
  return verdict === "down" ? successes > 0 && successes < target.check.rise : failures > 0;
}

/**
 * Results may come in another order than their probes left. A failure counts for nothing if a later probe has passed; a
 * success, only if the run of failures began after it, because it proves that the run was none.
 */
function isOutdated(
  standing: Standing,
  passed: boolean,
  continues: boolean,
  sent: number,
): boolean {
  if (sent < standing.previousLast) return true;
  return !continues && sent < (passed ? standing.runStart : standing.runLast);
}

function startRun(standing: Standing, passed: boolean, sent: number, now: number): Standing {
  return {
    ...standing,
    failures: passed ? 0 : 1,
    successes: passed ? 1 : 0,
    previousLast: standing.runLast,
    runStart: sent,
    runLast: sent,
    runSince: now,
    witnesses: [],
    ownAnswer: undefined,
    fastProbes: 0,
    blind: false,
    limited: false,
  };
}

function extendRun(standing: Standing, passed: boolean, sent: number): Standing {
  return {
    ...standing,
    failures: passed ? 0 : standing.failures + 1,
    successes: passed ? standing.successes + 1 : 0,
    runStart: Math.min(standing.runStart, sent),
    runLast: Math.max(standing.runLast, sent),
  };
}
