import type { PreparedZone } from "../loader/prepare-zone.ts";
import type { OwnZone } from "./ask-primary.ts";
import { type RefreshTimes, readRefreshTimes } from "./refresh-times.ts";
import { readSoa } from "./soa.ts";

/** What there is of a secondary zone, whether it may be served or not. */
export interface HeldZone extends Omit<OwnZone, "isExpired"> {
  readonly prepared: PreparedZone;
  readonly times: RefreshTimes;
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
