import type { Log } from "./log/log.ts";

/** Responses beyond their rate since the start, by kind. */
export type LimitedTotals = Readonly<
  Record<string, { readonly slipped: number; readonly dropped: number }>
>;

const MINUTE_MS = 60_000;

/**
 * Says once a minute how many responses were limited in it, if any were: whoever floods us, there is no line per query.
 *
 * @param isLogOnly whether they were sent nevertheless
 * @returns ends it
 */
export function reportRateLimits(
  read: () => LimitedTotals,
  isLogOnly: boolean,
  log: Log,
): () => void {
  let last = addUp(read());
  const message = isLogOnly ? "responses would be limited in rate" : "responses limited in rate";
  const report = (): void => {
    const now = addUp(read());
    const dropped = now.dropped - last.dropped;
    const slipped = now.slipped - last.slipped;
    last = now;
    if (dropped + slipped > 0) log.warn({ dropped, slipped }, message);
  };
  const timer = setInterval(report, MINUTE_MS).unref();
  return () => clearInterval(timer);
}

function addUp(totals: LimitedTotals): { slipped: number; dropped: number } {
  const sum = { slipped: 0, dropped: 0 };
  for (const { slipped, dropped } of Object.values(totals)) {
    sum.slipped += slipped;
    sum.dropped += dropped;
  }
  return sum;
}
