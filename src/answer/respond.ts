/**
 * The whole path of a query: octets in, octets out, the same for every transport. Synchronous; no clock but the one
 * passed in, no allocation, no log, and nothing a client sends makes it throw. What it answers from was decided before:
 * see image/ for where things stand and steering/ for why.
 */
import type { Serving } from "../image/serving.ts";
import {
  MAX_MESSAGE_OCTETS,
  RCODE_BADCOOKIE,
  RCODE_FORMERR,
  RCODE_NOERROR,
} from "../wire/message.ts";
import { Query, SILENCE } from "../wire/query.ts";
import { CLASS_CH } from "../wire/rr-types.ts";
import { answerChaos } from "./answer-chaos.ts";
import { answerQuestion } from "./answer-question.ts";
import { checkCookie, isCookieWanted } from "./check-cookie.ts";
import { Client } from "./client.ts";
import type { Context } from "./context.ts";
import { COOKIE } from "./cookie-jar.ts";
import { COUNTER } from "./counters.ts";
import { DROPPED, limitRate } from "./limit-rate.ts";
import { optOctets, writeOpt } from "./opt.ts";
import { QuerySignature } from "./query-signature.ts";
import { Response } from "./response.ts";

// One of each per thread, filled anew by every query.
const query = new Query();
const response = new Response();
const client = new Client();
const signature = new QuerySignature();

/**
 * Answers one message.
 *
 * @param length octets of the message in `octets`
 * @param now milliseconds, monotonic; the lower 32 bits count
 * @param out takes the response: 65 535 octets of room for a stream, `context.udpLimit` for UDP; it may be `octets`, as
 *   everything behind the question has been taken in by the time an answer is written over it
 * @returns octets of the response; 0: stay silent
 */
export function respond(
  octets: Uint8Array,
  length: number,
  context: Context,
  serving: Serving,
  now: number,
  out: Uint8Array,
): number {
  const { counters } = context;
  counters[context.stream ? COUNTER.queriesStream : COUNTER.queriesUdp]!++;
  const status = query.parse(octets, length);
  if (status === SILENCE) {
    counters[COUNTER.silent]!++;
    return 0;
  }
  if (query.hasEdns) counters[COUNTER.withEdns]!++;
  if (query.hasSubnet) counters[COUNTER.withSubnet]!++;
  const cookie = query.cookieAt === 0 ? COOKIE.none : checkCookie(query, octets, context, now);
  const udpLimit = cookie === COOKIE.good ? context.udpLimit : context.limitWithoutCookie;
  const most = context.stream ? MAX_MESSAGE_OCTETS : Math.min(query.payload, udpLimit);
  signature.begin(octets, length, query.signatureAt, context.keyring, context.wallClock);
  const limit = most - signature.room;
  response.begin(out, octets, query.questionEnd, limit - optOctets(query, context));
  client.begin(query, context);
  let rcode = signature.rcode;
  if (rcode === RCODE_NOERROR) {
    rcode = status === RCODE_NOERROR ? answer(context, serving, cookie) : status;
  }
  if (context.limiter !== undefined) {
    rcode = limitRate(query, response, context, rcode, cookie, now);
    if (rcode === DROPPED) return 0;
  }

  if (query.hasEdns) writeOpt(response, query, context, rcode, limit, client.scope, serving);
  if (response.truncated) counters[COUNTER.truncated]!++;
  counters[COUNTER.responses]!++;
  counters[COUNTER.rcode + rcode]!++;
  return signature.finish(out, response.finish(octets, query.questionEnd, rcode));
}

/** Answers a well-formed query. @returns the RCODE */
function answer(context: Context, serving: Serving, cookie: number): number {
  // Only for a server cookie, and good for nothing else (RFC 7873 §5.4).
  if (query.questionEnd === 0) {
    if (cookie === COOKIE.none) return RCODE_FORMERR;
    return cookie === COOKIE.bad ? RCODE_BADCOOKIE : RCODE_NOERROR;
  }
  if (isCookieWanted(cookie, context)) return RCODE_BADCOOKIE;
  if (query.class === CLASS_CH) return answerChaos(query, response, context);
  return answerQuestion(query, response, client, context, serving);
}
