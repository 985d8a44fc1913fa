/**
 * The answer to one question (RFC 1034 §4.3.2): zone, name, cut, wildcard, alias, and what each comes to in the sections of
 * the response. Nothing here knows of transports, EDNS or signatures.
 */
import type { Segment } from "../image/segment.ts";
import { READER, type Serving } from "../image/serving.ts";
import {
  RCODE_NOERROR,
  RCODE_NXDOMAIN,
  RCODE_REFUSED,
  RCODE_SERVFAIL,
  RCODE_YXDOMAIN,
} from "../wire/message.ts";
import type { Query } from "../wire/query.ts";
import {
  CLASS_ANY,
  CLASS_IN,
  TYPE_ANY,
  TYPE_CNAME,
  TYPE_DS,
  TYPE_NSEC,
  TYPE_RRSIG,
} from "../wire/rr-types.ts";
import { writeAdditional } from "./additional.ts";
import { Chain } from "./chain.ts";
import type { Client } from "./client.ts";
import type { Context } from "./context.ts";
import { EXTENDED_ERROR } from "./extended-error.ts";
import { FULL, QUESTION_NAME, RDATA_OFFSET, type Response } from "./response.ts";
import { NO_ANSWER, NODATA, writeEntry, writeReferral } from "./sections.ts";
import { TOO_LONG, writeDname } from "./write-dname.ts";
import { findSuffix } from "./written-names.ts";

// One per thread, filled anew by every alias.
const chain = new Chain();

/** Writes the sections of the response. @returns the RCODE */
export function answerQuestion(
  query: Query,
  response: Response,
  client: Client,
  context: Context,
  serving: Serving,
): number {
  const { type } = query;
  if (query.class !== CLASS_IN && query.class !== CLASS_ANY) {
    response.extendedError = EXTENDED_ERROR.notAuthoritative;
    return RCODE_REFUSED;
  }
  let name = query.name;
  let segment = serving.findZone(name, type, READER.asked);
  if (segment === undefined) {
    response.extendedError = EXTENDED_ERROR.notAuthoritative;
    return RCODE_REFUSED;
  }
  // A secondary's zone that has never been transferred, or has expired (RFC 1034 §4.3.5).
  if (segment.isUnavailable) {
    response.extendedError = EXTENDED_ERROR.invalidData;
    return RCODE_SERVFAIL;
  }

  // Nobody has authority over all classes (RFC 1035 §6.2).
  response.authoritative = query.class === CLASS_IN;
  response.zone = name.hashes[name.labels - segment.apexLabels]!;
  // Where the name, and the apex of its zone, stand in the response.
  let owner = QUESTION_NAME;
  let apex = owner + name.length - segment.apexLength;
  chain.begin();
  for (let link = 0; ; link++) {
    let node = segment.findNode(name, 0);
    const exists = node !== 0;
    if (!exists) node = segment.findClosestEncloser(name);
    const cut = exists ? segment.cutOf(node) : segment.cutBelow(node);
    if (link === 0) response.node = cut || (exists ? node : segment.wildcardOf(node));
    let alias: number;
    if (cut !== 0 && segment.ownsDname(cut)) {
      alias = writeDname(response, segment, cut, chain, name, owner, apex);
      if (alias === FULL) return overflow(query, response, context, RCODE_NOERROR);
      if (alias === TOO_LONG) return RCODE_YXDOMAIN;
      if (type === TYPE_CNAME) return RCODE_NOERROR;
    } else {
      // The DS of a child is its parent's data, at the cut itself (RFC 4035 §3.1.4.1).
      if (cut !== 0 && !(exists && node === cut && type === TYPE_DS)) {
        // AA speaks of the first name of the answer section (RFC 1035 §4.1.1).
        if (link === 0) response.authoritative = false;
        const place = findSuffix(response.octets, owner, name.length - segment.nameLengthOf(cut));
        const fits = writeReferral(response, segment, cut, place, apex);
        return fits ? RCODE_NOERROR : overflow(query, response, context, RCODE_NOERROR);
      }
      if (!exists) {
        node = segment.wildcardOf(node);
        if (node === 0) return deny(query, response, context, segment, apex, RCODE_NXDOMAIN);
      }
      if (type === TYPE_ANY)
        return answerAny(query, response, client, context, serving, segment, node, owner, apex);
      let entry = segment.findEntry(node, type);
      // Beside a CNAME there may be signatures of its own (RFC 4035 §2.5), so those are not its target's.
      const isAlias = entry === 0 && type !== TYPE_RRSIG && type !== TYPE_NSEC;
      if (isAlias) entry = segment.findEntry(node, TYPE_CNAME);
      if (entry === 0) return deny(query, response, context, segment, apex, RCODE_NOERROR);

      alias = response.at;
      const written = writeEntry(response, serving, segment, entry, context, client, owner, apex);
      if (written === NODATA) return deny(query, response, context, segment, apex, RCODE_NOERROR);
      if (written === NO_ANSWER) return fail(query, response, EXTENDED_ERROR.nothingUp);
      if (written === FULL) return overflow(query, response, context, RCODE_NOERROR);
      response.answers += written;
      if (!isAlias) {
        writeAdditional(response, serving, segment, entry, type, alias, written, context, client);
        return RCODE_NOERROR;
      }
    }

    chain.leave(name, owner);
    owner = alias + RDATA_OFFSET;
    if (!chain.follow(response.octets, owner)) return RCODE_NOERROR;
    name = chain.name;
    const next = serving.findZone(name, type, READER.asked);
    if (next === undefined || next.isUnavailable) return RCODE_NOERROR;
    segment = next;
    apex = findSuffix(response.octets, owner, name.length - segment.apexLength);
  }
}

/** Writes one RRset, the first that this client has and that fits (RFC 8482 §4.1). @returns the RCODE */
function answerAny(
  query: Query,
  response: Response,
  client: Client,
  context: Context,
  serving: Serving,
  segment: Segment,
  node: number,
  owner: number,
  apex: number,
): number {
  let entry = segment.firstEntry(node);
  let isFull = false;
  for (let left = segment.countEntries(node); left > 0; left--) {
    const written = writeEntry(response, serving, segment, entry, context, client, owner, apex);
    if (written === NO_ANSWER) return fail(query, response, EXTENDED_ERROR.nothingUp);
    if (written === FULL) {
      isFull = true;
    } else if (written !== NODATA) {
      response.answers += written;
      return RCODE_NOERROR;
    }
    entry = segment.nextEntry(entry);
  }
  if (isFull) return overflow(query, response, context, RCODE_NOERROR);
  return deny(query, response, context, segment, apex, RCODE_NOERROR);
}

/** Adds the SOA that lets a negative answer be cached (RFC 2308 §3). @returns the RCODE */
function deny(
  query: Query,
  response: Response,
  context: Context,
  segment: Segment,
  apex: number,
  rcode: number,
): number {
  if (response.writeRRset(segment, segment.negativeSoa, apex, apex, 0) === FULL) {
    return overflow(query, response, context, rcode);
  }
  response.authorities++;
  return rcode;
}

/** No answer. @returns the RCODE */
function fail(query: Query, response: Response, extendedError: number): number {
  response.empty(query.questionEnd);
  response.authoritative = false;
  response.extendedError = extendedError;
  return RCODE_SERVFAIL;
}

/** What does not fit in a datagram is asked again over a stream; what fits in no message is our own mistake. */
function overflow(query: Query, response: Response, context: Context, rcode: number): number {
  if (context.stream) return fail(query, response, EXTENDED_ERROR.none);
  response.empty(query.questionEnd);
  response.truncated = true;
  return rcode;
}
