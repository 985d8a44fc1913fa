/**
 * The arithmetic of detection: how long a failure takes to be seen, and how long a flapping target is held down.
 */
import type { HealthCheck } from "../zone/model.ts";

/** Verdicts are evaluated and published once per this many milliseconds. */
export const TICK_MS = 100;

/** The regular interval varies by this share in both directions, so that targets do not march in step. */
export const JITTER = 0.1;

/** First probes are spread over at most this many milliseconds. */
export const SPREAD_MS = 2000;

/** Downs of the last 30 minutes count towards the hold-down. */
export const FLAP_WINDOW_MS: number = 30 * 60_000;

const FREE_DOWNS = 2;
const HOLD_BASE_MS = 30_000;
const HOLD_MAX_MS = 300_000;

/** Milliseconds of unbroken success that a target with `downs` downs in the flap window owes before it is up again. */
export function holdDownMs(downs: number): number {
  if (downs <= FREE_DOWNS) return 0;
  return Math.min(HOLD_BASE_MS * 2 ** (downs - FREE_DOWNS - 1), HOLD_MAX_MS);
}

/** Milliseconds after which a target that falls silent is down at the latest, as long as other targets answer. */
export function detectionLimitMs(check: HealthCheck): number {
  const { interval, fast, fall, timeout } = check;
  // The last `fast` is the one re-probe more that it takes when the evidence comes late.
  return interval * (1 + JITTER) + (fall - 1) * fast + timeout + TICK_MS + fast;
}

/** Extra probes per incident: one more than it takes to decide, then the target is back at its regular interval. */
export function fastProbeLimit(check: HealthCheck): number {
  return check.fall + 1;
}
