/**
 * The whole path of a query: octets in, octets out, the same for every transport. Synchronous; no clock but the one
 * passed in, no allocation, no log, and nothing a client sends makes it throw. What it answers from was decided before:
 * see image/ for where things stand and steering/ for why.
 */
import type { Segment } from "../image/segment.ts";
import type { Serving } from "../image/serving.ts";
import {
  MAX_MESSAGE_OCTETS,
  RCODE_NOERROR,
  RCODE_NXDOMAIN,
  RCODE_REFUSED,
  RCODE_SERVFAIL,
} from "../wire/message.ts";
import { NameKey } from "../wire/name-key.ts";
import { Query, SILENCE } from "../wire/query.ts";
import { CLASS_ANY, CLASS_IN, TYPE_ANY, TYPE_CNAME, TYPE_DS } from "../wire/rr-types.ts";
import { Client } from "./client.ts";
import type { Context } from "./context.ts";
import { COUNTER } from "./counters.ts";
import { isExplainQuery } from "./explain-query.ts";
import { optOctets, writeOpt } from "./opt.ts";
import { FULL, QUESTION_NAME, RDATA_OFFSET, Response } from "./response.ts";
import { NO_ANSWER, NODATA, writeEntry, writeReferral } from "./sections.ts";

/** Links of a CNAME chain that are followed; the client follows the rest by itself. */
const MAX_CHAIN = 8;

// One of each per thread, filled anew by every query.
const query = new Query();
const response = new Response();
const client = new Client();
const target = new NameKey();

/**
 * Answers one message.
 *
 * @param length octets of the message in `octets`
 * @param now monotonic milliseconds
 * @param out takes the response: 65 535 octets of room for a stream, `context.udpLimit` for UDP
 * @returns octets of the response; 0: stay silent
 */
export function respond(
  octets: Uint8Array,
  length: number,
  context: Context,
  serving: Serving,
  _now: number,
  out: Uint8Array,
): number {
  const { counters } = context;
  counters[context.stream ? COUNTER.queriesStream : COUNTER.queriesUdp]!++;
  const status = query.parse(octets, length);
  if (status === SILENCE) {
    counters[COUNTER.silent]!++;
    return 0;
  }
  const limit = context.stream ? MAX_MESSAGE_OCTETS : Math.min(query.payload, context.udpLimit);
  response.begin(out, octets, query.questionEnd, limit - optOctets(query));
  client.begin(query, octets, context);
  const rcode = status === RCODE_NOERROR ? answer(context, serving) : status;

  if (query.hasEdns) {
    counters[COUNTER.withEdns]!++;
    if (query.hasSubnet) counters[COUNTER.withSubnet]!++;
    writeOpt(response, query, octets, rcode, context.udpLimit, client.scope);
  }
  if (response.truncated) counters[COUNTER.truncated]!++;
  counters[COUNTER.responses]!++;
  counters[COUNTER.rcode + rcode]!++;
  return response.finish(octets, query.questionEnd, rcode);
}

/** Writes the sections for the question (RFC 1034 §4.3.2). @returns the RCODE */
function answer(context: Context, serving: Serving): number {
  const { type } = query;
  if (query.class !== CLASS_IN && query.class !== CLASS_ANY) {
    // Explained where there is time for it: over a stream the control plane's thread answers before this one would.
    response.truncated = !context.stream && isExplainQuery(query, context);
    return response.truncated ? RCODE_NOERROR : RCODE_REFUSED;
  }
  let name = query.name;
  let segment = serving.findZone(name, type);
  if (segment === undefined) return RCODE_REFUSED;

  // Nobody has authority over all classes (RFC 1035 §6.2).
  response.authoritative = query.class === CLASS_IN;
  // Where the name, and the apex of its zone, stand in the response.
  let owner = QUESTION_NAME;
  let apex = owner + name.length - segment.apexLength;
  for (let link = 0; ; link++) {
    let node = segment.findNode(name, 0);
    const exists = node !== 0;
    if (!exists) node = segment.findClosestEncloser(name);

    const cut = segment.cutOf(node);
    // The DS of a child is its parent's data, at the cut itself (RFC 4035 §3.1.4.1).
    if (cut !== 0 && !(exists && node === cut && type === TYPE_DS)) {
      // AA speaks of the first name of the answer section (RFC 1035 §4.1.1).
      if (link === 0) response.authoritative = false;
      const fits = writeReferral(response, segment, cut, owner + name.length, apex);
      return fits ? RCODE_NOERROR : overflow(context, RCODE_NOERROR);
    }
    if (!exists) {
      node = segment.wildcardOf(node);
      if (node === 0) return deny(context, segment, apex, RCODE_NXDOMAIN);
    }

    if (type === TYPE_ANY) return answerAny(context, serving, segment, node, owner, apex);
    let entry = segment.findEntry(node, type);
    const isAlias = entry === 0;
    if (isAlias) entry = segment.findEntry(node, TYPE_CNAME);
    if (entry === 0) return deny(context, segment, apex, RCODE_NOERROR);

    const start = response.at;
    const written = writeEntry(response, serving, segment, entry, context, client, owner, apex);
    if (written === NODATA) return deny(context, segment, apex, RCODE_NOERROR);
    if (written === NO_ANSWER) return fail();
    if (written === FULL) return overflow(context, RCODE_NOERROR);
    response.answers += written;
    if (!isAlias || link + 1 === MAX_CHAIN) return RCODE_NOERROR;

    owner = start + RDATA_OFFSET;
    // The names of answer sets are not compressed: what has been written can be read.
    if (segment.isSteered(entry)) target.read(response.octets, owner, response.at);
    else target.read(segment.octets, segment.targetsOf(entry), segment.octets.length);
    name = target;
    const next = serving.findZone(name, type);
    if (next === undefined) return RCODE_NOERROR;
    // In the same zone a target may end in a pointer to the apex, which stays where it is.
    if (next !== segment) apex = owner + name.length - next.apexLength;
    segment = next;
  }
}

/** Writes one RRset, the first that this client has (RFC 8482 §4.1). @returns the RCODE */
function answerAny(
  context: Context,
  serving: Serving,
  segment: Segment,
  node: number,
  owner: number,
  apex: number,
): number {
  let entry = segment.firstEntry(node);
  for (let left = segment.countEntries(node); left > 0; left--) {
    const written = writeEntry(response, serving, segment, entry, context, client, owner, apex);
    if (written === NO_ANSWER) return fail();
    if (written === FULL) return overflow(context, RCODE_NOERROR);
    if (written !== NODATA) {
      response.answers += written;
      return RCODE_NOERROR;
    }
    entry = segment.nextEntry(entry);
  }
  return deny(context, segment, apex, RCODE_NOERROR);
}

/** Adds the SOA that lets a negative answer be cached (RFC 2308 §3). @returns the RCODE */
function deny(context: Context, segment: Segment, apex: number, rcode: number): number {
  if (response.writeRRset(segment, segment.negativeSoa, apex, apex, 0) === FULL) {
    return overflow(context, rcode);
  }
  response.authorities++;
  return rcode;
}

/** No answer. @returns the RCODE */
function fail(): number {
  response.empty(query.questionEnd);
  response.authoritative = false;
  return RCODE_SERVFAIL;
}

/** What does not fit in a datagram is asked again over a stream; what fits in no message is our own mistake. */
function overflow(context: Context, rcode: number): number {
  if (context.stream) return fail();
  response.empty(query.questionEnd);
  response.truncated = true;
  return rcode;
}
