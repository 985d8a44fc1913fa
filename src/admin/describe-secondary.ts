import { formatSocketAddress } from "../config/socket-address.ts";
import type { RefreshReport } from "../secondary/refresh-report.ts";
import type { SecondaryReport } from "./api.ts";
import { toIso, toIsoOrNull } from "./describe-override.ts";

/** How a secondary zone is getting on, as it goes over the wire. */
export function describeSecondary(report: RefreshReport): SecondaryReport {
  const { primaries, state, serial, confirmedBy, lastTransfer, lastError } = report;
  return {
    primaries: primaries.map(formatSocketAddress),
    state,
    serial: serial ?? null,
    asked: toIsoOrNull(report.askedAt),
    confirmed: toIsoOrNull(report.confirmedAt),
    confirmedBy: confirmedBy === undefined ? null : formatSocketAddress(confirmedBy),
    expires: toIsoOrNull(report.expiresAt),
    next: toIsoOrNull(report.nextAt),
    lastTransfer: lastTransfer === undefined ? null : describeTransfer(lastTransfer),
    lastError: lastError ?? null,
  };
}

function describeTransfer(
  transfer: NonNullable<RefreshReport["lastTransfer"]>,
): NonNullable<SecondaryReport["lastTransfer"]> {
  const { primary, kind, serial, at } = transfer;
  return { primary: formatSocketAddress(primary), kind, serial, at: toIso(at) };
}
