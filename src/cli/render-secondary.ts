import type { SecondaryReport } from "../admin/api.ts";
import { formatAge } from "./format-clock.ts";

/** How a secondary zone is getting on, for a terminal. */
export function renderSecondary(secondary: SecondaryReport, now: string): string {
  const { primaries, lastError, asked, lastTransfer } = secondary;
  const parts = [
    ...describeState(secondary, now),
    ...(lastTransfer === null ? [] : [describeTransfer(lastTransfer, now)]),
    // Else that was when it was confirmed.
    ...(lastError === null || asked === null ? [] : [`asked ${formatAge(-until(asked, now))} ago`]),
    ...describeNext(secondary, now),
  ];
  const problem = lastError === null ? "" : `    ${lastError}\n`;
  return `  secondary of ${primaries.join(", ")}: ${parts.join(", ")}\n${problem}`;
}

function describeNext({ state, next }: SecondaryReport, now: string): string[] {
  if (next !== null) return [`asks again in ${formatAge(until(next, now))}`];
  return state === "restoring" ? [] : ["asking now"];
}

function describeTransfer(
  { kind, at }: NonNullable<SecondaryReport["lastTransfer"]>,
  now: string,
): string {
  const what = kind === "whole" ? "whole" : "as changes";
  return `came ${what} ${formatAge(-until(at, now))} ago`;
}

function describeState(
  { state, confirmed, confirmedBy, expires }: SecondaryReport,
  now: string,
): string[] {
  const by = confirmedBy === null ? "" : ` by ${confirmedBy}`;
  const age = confirmed === null ? "" : `confirmed ${formatAge(-until(confirmed, now))} ago${by}`;
  switch (state) {
    case "restoring":
      return ["BEING RESTORED from the last run"];
    case "missing":
      return ["NEVER TRANSFERRED"];
    case "expired":
      return ["EXPIRED", age];
    case "current":
      return [age, ...(expires === null ? [] : [`expires in ${formatAge(until(expires, now))}`])];
  }
}

/** Milliseconds. */
function until(time: string, now: string): number {
  return Date.parse(time) - Date.parse(now);
}
