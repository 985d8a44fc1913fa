import type { SecondaryReport } from "../admin/api.ts";
import { formatAge } from "./format-clock.ts";

/** How a secondary zone is getting on, for a terminal. */
export function renderSecondary(secondary: SecondaryReport, now: string): string {
  const { primaries, next, lastError } = secondary;
  const parts = [
    ...describeState(secondary, now),
    next === null ? "asking now" : `asks again in ${formatAge(until(next, now))}`,
  ];
  const problem = lastError === null ? "" : `    ${lastError}\n`;
  return `  secondary of ${primaries.join(", ")}: ${parts.join(", ")}\n${problem}`;
}

function describeState({ state, confirmed, expires }: SecondaryReport, now: string): string[] {
  const age = confirmed === null ? "" : `confirmed ${formatAge(-until(confirmed, now))} ago`;
  switch (state) {
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
