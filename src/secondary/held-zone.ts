import type { PreparedZone } from "../loader/prepare-zone.ts";
import { readSoa } from "../rdata/soa.ts";
import type { OwnZone } from "./ask-primary.ts";
import { type RefreshTimes, readRefreshTimes } from "./refresh-times.ts";

/** What there is of a secondary zone, whether it may be served or not. */
export interface HeldZone extends Omit<OwnZone, "isExpired"> {
  readonly prepared: PreparedZone;
  readonly times: RefreshTimes;
}

/** A zone that was kept over a restart. */
export interface RestoredZone {
  readonly prepared: PreparedZone;
  /** Rdata of its SOA. */
  readonly soa: Uint8Array;
  /** Seconds since it was confirmed; 0 if the wall clock says it is yet to be. */
  readonly ageSeconds: number;
}

/** @param soa rdata of its SOA */
export function createHeldZone(
  prepared: PreparedZone,
  soa: Uint8Array,
  isSaved: boolean,
): HeldZone {
  const numbers = readSoa(soa);
  return { prepared, soa, serial: numbers.serial, times: readRefreshTimes(numbers), isSaved };
}
