import { MAX_MESSAGE_OCTETS } from "../wire/message.ts";
import type { Query } from "../wire/query.ts";
import type { Context } from "./context.ts";
import { COOKIE } from "./cookie-jar.ts";
import { COUNTER } from "./counters.ts";

/** @returns what the query's cookie says of the client, one of COOKIE; without a jar there are no cookies */
export function checkCookie(query: Query, octets: Uint8Array, context: Context): number {
  const { cookies, counters } = context;
  if (query.cookieAt === 0 || cookies === undefined) return COOKIE.none;
  const { source, family } = context;
  const cookie = cookies.check(octets, query.cookieAt, query.cookieOctets, source, family);
  counters[COUNTER.cookie + cookie]!++;
  return cookie;
}

/** @returns whether the client must show a good cookie before it is answered (RFC 7873 §5.2.3) */
export function isCookieWanted(cookie: number, context: Context): boolean {
  if (cookie === COOKIE.none || cookie === COOKIE.good || context.stream) return false;
  return context.cookies!.isRequired;
}

/** @returns octets that the response may have */
export function findLimit(query: Query, context: Context, cookie: number): number {
  if (context.stream) return MAX_MESSAGE_OCTETS;
  const limit = Math.min(query.payload, context.udpLimit);
  if (context.cookies === undefined || cookie === COOKIE.good) return limit;
  return Math.min(limit, context.cookies.limitWithout);
}
