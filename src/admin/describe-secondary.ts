import { formatSocketAddress } from "../config/socket-address.ts";
import type { RefreshReport } from "../secondary/zone-refresher.ts";
import type { SecondaryReport } from "./api.ts";
import { toIso } from "./describe-override.ts";

/** How a secondary zone is getting on, as it goes over the wire. */
export function describeSecondary(report: RefreshReport): SecondaryReport {
  const { primaries, state, confirmedAt, expiresAt, nextAt, lastError } = report;
  return {
    primaries: primaries.map(formatSocketAddress),
    state,
    confirmed: toIsoOrNull(confirmedAt),
    expires: toIsoOrNull(expiresAt),
    next: toIsoOrNull(nextAt),
    lastError: lastError ?? null,
  };
}

function toIsoOrNull(time: number | undefined): string | null {
  return time === undefined ? null : toIso(time);
}
