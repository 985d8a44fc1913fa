import type { StoredOverride } from "../control/overrides.ts";
import type { OverrideReport } from "./api.ts";

/** @param matches how many values it means at the moment */
export function describeOverride(override: StoredOverride, matches: number): OverrideReport {
  const { id, action, selector, by, reason, since, until } = override;
  return {
    id,
    action,
    selector: selector.text,
    by,
    reason: reason ?? null,
    since: toIso(since),
    until: until === undefined ? null : toIso(until),
    matches,
  };
}

/** @param wallMs milliseconds since 1970 */
export function toIso(wallMs: number): string {
  return new Date(wallMs).toISOString();
}

/** As `toIso()`; null for what is not there. */
export function toIsoOrNull(wallMs: number | undefined): string | null {
  return wallMs === undefined ? null : toIso(wallMs);
}
