import type { ProbeResult } from "../result.ts";

/** The rule of the check is satisfied. */
export const SUCCESS: ProbeResult = { kind: "success" };

/** Nothing, or nothing whole, came back. */
export function silence(detail: string): ProbeResult {
  return { kind: "failure", contact: false, detail };
}

/** A whole answer came, and it breaks the rule of the check. */
export function wrongAnswer(detail: string): ProbeResult {
  return { kind: "failure", contact: true, detail };
}

/** The fault is ours, or nobody's: it says nothing about the target. */
export function inconclusive(detail: string): ProbeResult {
  return { kind: "inconclusive", detail };
}

/** `2 s`, `1.5 s`, `500 ms`. */
export function formatDuration(ms: number): string {
  return ms < 1000 ? `${ms} ms` : `${Number((ms / 1000).toFixed(1))} s`;
}
