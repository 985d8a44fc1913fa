import type { SteeredRRset } from "../zone/model.ts";

/** How long an answer may be kept, apart from the TTLs of the record: names that differ in these alone are decided alike. */
export interface Lifetime {
  /** `ttl`: as the record says; `unsettled`: half of that, as values may change soon; `ttlMin`: all values are down. */
  readonly basis: "ttl" | "unsettled" | "ttlMin";
  /** Seconds: no longer than that, whatever the record says. May be infinite. */
  readonly most: number;
}

/** Seconds below which the TTL of an unsettled answer is not cut. */
const MIN_CUT_TTL = 5;

/** The TTL of an answer in seconds: at least 1, never above the record's own. */
export function settleTtl(
  { ttl, ttlMin }: Pick<SteeredRRset, "ttl" | "ttlMin">,
  { basis, most }: Lifetime,
): number {
  let wanted = ttl;
  if (basis === "unsettled") wanted = Math.max(MIN_CUT_TTL, Math.floor(ttl / 2));
  else if (basis === "ttlMin") wanted = ttlMin;
  return Math.max(1, Math.min(wanted, ttl, most));
}
