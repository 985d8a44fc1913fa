import type { TargetState } from "./snapshot.ts";
import type { Standing } from "./standing.ts";

/** What steering sees of a standing. */
export function describeTarget(standing: Standing): TargetState {
  const { verdict, failures, held, blind, stale, since, lastError } = standing;
  const suspect = verdict !== "down" && failures > 0;
  return {
    verdict,
    suspect,
    held,
    blind,
    stale,
    since,
    lastError: verdict === "down" || suspect ? lastError : undefined,
  };
}

/** True if nobody who reads the one would notice the other. */
export function isSameState(a: TargetState, b: TargetState): boolean {
  return (
    a.verdict === b.verdict &&
    a.suspect === b.suspect &&
    a.held === b.held &&
    a.blind === b.blind &&
    a.stale === b.stale &&
    a.since === b.since &&
    a.lastError === b.lastError
  );
}
