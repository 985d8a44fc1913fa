/**
 * The text of `steering.json`: which pools have been left and not been taken again (`failback`), so that a restart does
 * not send clients back before their time. Pure; open-memory.ts reads and writes.
 */
import { type Moment, measureAge } from "../health/persist.ts";
import { isRecord, isTime, parseStateText } from "../state/state-text.ts";

/** A pool that has been left, for one type of record. */
export interface SavedFailback {
  /** The apex in presentation form. */
  readonly zone: string;
  readonly pool: string;
  readonly type: number;
  /** As the file had it: with other settings it is another pool. */
  readonly delayMs: number;
  readonly manual: boolean;
  /** How long it has been in service again, in milliseconds; null: it is not. */
  readonly serviceAgeMs: number | null;
}

/** All that is to be gone on with, or why that is nothing, for people. */
export type ParsedFailbacks = readonly SavedFailback[] | string;

/** Longer texts are not even parsed, in octets. */
export const MAX_FAILBACK_TEXT: number = 16 * 1024 * 1024;

const FORMAT = 1;

export function serializeFailbacks(left: readonly SavedFailback[], written: Moment): string {
  return `${JSON.stringify({ format: FORMAT, ...written, left })}\n`;
}

/**
 * Reads what `serializeFailbacks` wrote; anything else is ignored whole. Pools that wait for an operator go on waiting
 * however long the server was away; delays of a file that is too old have ended.
 */
export function parseFailbacks(text: string, read: Moment): ParsedFailbacks {
  const file = parseStateText(text, FORMAT);
  if (typeof file === "string") return file;
  const { wallMs, bootMs, bootId, left } = file;
  if (!isTime(wallMs) || !isTime(bootMs) || !Array.isArray(left)) return "it is not complete";
  if (!left.every(isSaved)) return "it holds a pool that makes no sense";
  const age = measureAge({ wallMs, bootMs, bootId }, read);
  return left.flatMap((one) => {
    const { zone, pool, type, delayMs, manual, serviceAgeMs } = one;
    if (!manual && typeof age === "string") return [];
    const added = typeof age === "string" ? 0 : age;
    const aged = serviceAgeMs === null ? null : serviceAgeMs + added;
    return [{ zone, pool, type, delayMs, manual, serviceAgeMs: aged }];
  });
}

function isSaved(entry: unknown): entry is SavedFailback {
  if (!isRecord(entry)) return false;
  const { zone, pool, type, delayMs, manual, serviceAgeMs } = entry;
  return (
    typeof zone === "string" &&
    typeof pool === "string" &&
    isTime(type) &&
    isTime(delayMs) &&
    typeof manual === "boolean" &&
    (serviceAgeMs === null || isTime(serviceAgeMs))
  );
}
