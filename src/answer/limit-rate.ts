import { RCODE_BADCOOKIE, RCODE_NOERROR, RCODE_NXDOMAIN } from "../wire/message.ts";
import type { Query } from "../wire/query.ts";
import type { Context } from "./context.ts";
import { COOKIE } from "./cookie-jar.ts";
import { COUNTER } from "./counters.ts";
import { EXTENDED_ERROR } from "./extended-error.ts";
import { RATE, RESPONSE_KIND } from "./rate-limiter.ts";
import type { Response } from "./response.ts";

/** Instead of an RCODE: nothing is sent. */
export const DROPPED = -1;

/**
 * Counts a response before its OPT record is written, unless the client cannot have forged its address. Beyond the rate it is emptied, for a client that can ask again over
 * TCP, or with the cookie that comes with it; errors, which cannot be truncated, are let through in the same proportion.
 *
 * @param now milliseconds, monotonic, the same for all threads; the lower 32 bits count
 * @returns the RCODE to send, or DROPPED
 */
export function limitRate(
  query: Query,
  response: Response,
  context: Context,
  rcode: number,
  cookie: number,
  now: number,
): number {
  if (context.stream || cookie === COOKIE.good) return rcode;
  const { counters, source, family } = context;
  const limiter = context.limiter!;
  const kind = findKind(query, response, rcode);
  const { zone, node } = response;
  const type = kind === RESPONSE_KIND.answer ? query.type : 0;
  const rate =
    kind === RESPONSE_KIND.error
      ? limiter.judge(kind, 0, 0, 0, source, family, now)
      : limiter.judge(kind, zone, node, type, source, family, now);
  if (rate === RATE.ok) return rcode;
  counters[(rate === RATE.slip ? COUNTER.slipped : COUNTER.dropped) + kind]!++;
  if (limiter.isLogOnly) return rcode;
  if (rate === RATE.drop) return DROPPED;
  response.extendedError = EXTENDED_ERROR.none;
  if (kind === RESPONSE_KIND.error) return rcode;
  response.empty(query.questionEnd);
  if (cookie !== COOKIE.none) {
    response.authoritative = false;
    return RCODE_BADCOOKIE;
  }
  response.truncated = true;
  return RCODE_NOERROR;
}

function findKind(query: Query, response: Response, rcode: number): number {
  // What only asks for a cookie gets one, which is longer: no answer that could be emptied.
  if (query.questionEnd === 0) return RESPONSE_KIND.error;
  if (rcode === RCODE_NXDOMAIN) return RESPONSE_KIND.nxdomain;
  if (rcode !== RCODE_NOERROR) return RESPONSE_KIND.error;
  if (response.answers > 0 || response.truncated) return RESPONSE_KIND.answer;
  const isReferral = !response.authoritative && response.authorities > 0;
  return isReferral ? RESPONSE_KIND.referral : RESPONSE_KIND.nodata;
}
