import type { Query } from "../wire/query.ts";
import type { Context } from "./context.ts";
import { COOKIE } from "./cookie-jar.ts";
import { COUNTER } from "./counters.ts";

/**
 * What the cookie of a query that has one says of the client; without a jar there are no cookies.
 *
 * @param now milliseconds, monotonic; the lower 32 bits count
 * @returns one of COOKIE
 */
export function checkCookie(
  query: Query,
  octets: Uint8Array,
  context: Context,
  now: number,
): number {
  const { cookies, counters } = context;
  if (cookies === undefined) return COOKIE.none;
  const { source, family } = context;
  const cookie = cookies.check(octets, query.cookieAt, query.cookieOctets, source, family, now);
  counters[COUNTER.cookie + cookie]!++;
  return cookie;
}

/** @returns whether the client must show a good cookie before it is answered (RFC 7873 §5.2.3) */
export function isCookieWanted(cookie: number, context: Context): boolean {
  if (cookie === COOKIE.none || cookie === COOKIE.good || context.stream) return false;
  return context.cookies!.isRequired;
}
