import type { SoaNumbers } from "../rdata/soa.ts";

/** When a zone is looked after, in milliseconds (RFC 1034 §4.3.5). */
export interface RefreshTimes {
  /** From a confirmation to the next question. */
  readonly refreshMs: number;
  /** From a failure to the next question. */
  readonly retryMs: number;
  /** From the last confirmation to when the zone is served no longer. */
  readonly expireMs: number;
}

/** Below these, in seconds, a primary would have us do nothing else than ask it. */
const MIN_REFRESH = 5;
const MIN_RETRY = 2;
/** Four weeks: a slip of the pen must not make a zone as good as lost. */
const MAX_REFRESH = 28 * 86_400;
const MAX_RETRY = 7 * 86_400;
/** A year. */
const MAX_EXPIRE = 365 * 86_400;
/** By how much of itself a wait is shortened at most, so that zones do not march in step. */
const JITTER = 0.1;
/** Waits between questions for a zone that has never come. */
const FIRST_WAIT_MS = 2000;
const LONGEST_FIRST_WAIT_MS = 600_000;

/** What the SOA of a zone asks for, within bounds. It does not expire before it has been asked for again. */
export function readRefreshTimes({ refresh, retry, expire }: SoaNumbers): RefreshTimes {
  const refreshS = clamp(refresh, MIN_REFRESH, MAX_REFRESH);
  const retryS = clamp(retry, MIN_RETRY, MAX_RETRY);
  return {
    refreshMs: refreshS * 1000,
    retryMs: retryS * 1000,
    expireMs: clamp(expire, refreshS + retryS, MAX_EXPIRE) * 1000,
  };
}

/**
 * How many seconds ago the first primary of all had what one of its secondaries has now.
 *
 * @param expire for how many seconds more that one will have it, as it says (RFC 7314 §3); undefined: it does not
 */
export function ageAtPrimary(soa: SoaNumbers, expire: number | undefined): number {
  // As much as a primary has, or more than any may have.
  if (expire === undefined || expire >= soa.expire) return 0;
  return Math.max(0, readRefreshTimes(soa).expireMs / 1000 - expire);
}

/** How long to wait before a zone that has never come is asked for again. */
export function waitForFirst(failures: number): number {
  return Math.min(FIRST_WAIT_MS * 2 ** Math.min(failures - 1, 30), LONGEST_FIRST_WAIT_MS);
}

/** @param random from 0 to below 1 */
export function shorten(waitMs: number, random: number): number {
  return waitMs * (1 - JITTER * random);
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(Math.max(value, least), most);
}
