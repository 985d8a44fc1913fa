/**
 * What one target may be probed beyond its regular rate. It keeps the work constant whatever fails: a probe that is
 * brought forward costs the share of the interval by which it comes early, and the allowance grows by a small share of
 * the regular rate. Each target has its own, so that a flapping one cannot slow down the detection of others.
 */
export interface Allowance {
  readonly capacity: number;
  /** Probes per millisecond. */
  readonly rate: number;
  tokens: number;
  filledAt: number;
}

/** Grows by this share of the regular rate; there are two allowances per target. */
const SHARE = 0.04;

/** A full allowance of `capacity` probes for a target with this regular interval. */
export function createAllowance(capacity: number, intervalMs: number, now: number): Allowance {
  return { capacity, rate: SHARE / intervalMs, tokens: capacity, filledAt: now };
}

/** Takes `cost` probes; false if there is not that much, and then nothing is taken. */
export function spendAllowance(allowance: Allowance, cost: number, now: number): boolean {
  const { capacity, rate, tokens, filledAt } = allowance;
  allowance.tokens = Math.min(capacity, tokens + (now - filledAt) * rate);
  allowance.filledAt = now;
  if (allowance.tokens < cost) return false;
  allowance.tokens -= cost;
  return true;
}
