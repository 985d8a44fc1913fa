/**
 * The text of `health.json`: verdicts that outlive a restart, so that a server that comes back does not hand out a
 * backend that was known to be dead. Pure; health-file.ts reads and writes.
 */

import { isRecord, isTime, parseStateText } from "../state/state-text.ts";
import type { SavedHealth, SavedTarget } from "./saved-health.ts";
import { FLAP_WINDOW_MS } from "./timing.ts";

/** The moment of writing or reading, by the clocks that two processes of one machine can compare. */
export interface Moment {
  /** Milliseconds since 1970: decides whether the file is young enough. */
  readonly wallMs: number;
  /** Milliseconds since boot: the age where both are of one boot, so that a corrected wall clock does not distort it. */
  readonly bootMs: number;
  /** Undefined where the system does not tell. */
  readonly bootId: string | undefined;
}

export type ParsedHealth =
  | { readonly kind: "adopted"; readonly saved: SavedHealth }
  /** `reason` is for people. */
  | { readonly kind: "ignored"; readonly reason: string };

/** Verdicts older than this say nothing any more. */
export const MAX_AGE_MS: number = 15 * 60_000;

/** Longer texts are not even parsed. */
export const MAX_TEXT_LENGTH: number = 16 * 1024 * 1024;

const FORMAT = 1;
const MAX_ERROR_LENGTH = 300;
const MAX_DOWNS = 64;

export function serializeHealth(saved: SavedHealth, written: Moment): string {
  const targets = [...saved].map(([key, target]) => ({
    ...target,
    key,
    lastError: target.lastError?.slice(0, MAX_ERROR_LENGTH),
  }));
  return `${JSON.stringify({ format: FORMAT, ...written, targets })}\n`;
}

/** Reads what `serializeHealth` wrote; anything else is ignored whole. */
export function parseHealth(text: string, read: Moment): ParsedHealth {
  if (text.length > MAX_TEXT_LENGTH) return ignore("it is too large");
  const file = parseStateText(text, FORMAT);
  if (typeof file === "string") return ignore(file);
  const { wallMs, bootMs, bootId, targets } = file;
  if (!isTime(wallMs) || !isTime(bootMs) || !Array.isArray(targets)) {
    return ignore("it is not complete");
  }
  const age = measureAge({ wallMs, bootMs, bootId }, read);
  if (typeof age === "string") return ignore(age);
  const saved = new Map<string, SavedTarget>();
  for (const entry of targets) {
    if (!isSavedEntry(entry)) return ignore("it holds a target that makes no sense");
    saved.set(entry.key, ageTarget(entry, age));
  }
  return { kind: "adopted", saved };
}

/** Milliseconds from the first moment to the second; or what keeps it from being believed. */
export function measureAge(
  written: { readonly wallMs: number; readonly bootMs: number; readonly bootId: unknown },
  read: Moment,
): number | string {
  const wallAge = read.wallMs - written.wallMs;
  if (wallAge < 0) return "it was written in the future";
  if (wallAge > MAX_AGE_MS) return "it is more than 15 minutes old";
  const isSameBoot = read.bootId !== undefined && read.bootId === written.bootId;
  return isSameBoot && read.bootMs >= written.bootMs ? read.bootMs - written.bootMs : wallAge;
}

function ignore(reason: string): ParsedHealth {
  return { kind: "ignored", reason };
}

function ageTarget(
  { verdict, sinceAgeMs, downAgesMs, lastError }: SavedTarget,
  ageMs: number,
): SavedTarget {
  return {
    verdict,
    sinceAgeMs: sinceAgeMs + ageMs,
    downAgesMs: downAgesMs.map((down) => down + ageMs).filter((down) => down < FLAP_WINDOW_MS),
    lastError,
  };
}

function isSavedEntry(entry: unknown): entry is SavedTarget & { readonly key: string } {
  if (!isRecord(entry)) return false;
  const { key, verdict, sinceAgeMs, downAgesMs, lastError } = entry;
  return (
    typeof key === "string" &&
    (verdict === "up" || verdict === "down") &&
    isTime(sinceAgeMs) &&
    Array.isArray(downAgesMs) &&
    downAgesMs.length <= MAX_DOWNS &&
    downAgesMs.every(isTime) &&
    (lastError === undefined ||
      (typeof lastError === "string" && lastError.length <= MAX_ERROR_LENGTH))
  );
}
