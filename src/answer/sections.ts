import { RRSET, SERVFAIL_SET } from "../image/layout.ts";
import type { Segment } from "../image/segment.ts";
import type { Serving } from "../image/serving.ts";
import { TYPE_A, TYPE_AAAA, TYPE_NS } from "../wire/rr-types.ts";
import type { Client } from "./client.ts";
import type { Context } from "./context.ts";
import { COUNTER } from "./counters.ts";
import { findAnswerSet, slotBaseOf } from "./find-answer-set.ts";
import { ALIAS_FAILS, ALIAS_NODATA, aliasEnd, followAlias } from "./follow-alias.ts";
import { takeLead } from "./lead.ts";
import { FULL, RDATA_OFFSET, type Response } from "./response.ts";

/** How far a compression pointer reaches (RFC 1035 §4.1.4); only a referral to hundreds of servers is longer. */
const MAX_POINTER = 0x3fff;
/** The client's class gets no record of the type. */
export const NODATA = -2;
/** The client's class gets no answer at all. */
export const NO_ANSWER = -3;

/**
 * Writes the RRset of a node's entry; for a steered one, that of the client's class; for that of an ALIAS record, the
 * target's.
 *
 * @param owner where the owner name stands in the response
 * @param apex where the zone's apex stands in the response
 * @returns the records written, FULL, NODATA or NO_ANSWER
 */
export function writeEntry(
  response: Response,
  serving: Serving,
  segment: Segment,
  entry: number,
  context: Context,
  client: Client,
  owner: number,
  apex: number,
): number {
  if (!segment.isAliased(entry)) {
    return writeOwn(response, serving, segment, entry, context, client, owner, apex);
  }
  const status = followAlias(serving, segment, entry, context, client);
  if (status === ALIAS_NODATA) return NODATA;
  if (status === ALIAS_FAILS) return NO_ANSWER;
  const start = response.at;
  const end = aliasEnd.segment!;
  const at = aliasEnd.entry;
  const written = writeOwn(response, serving, end, at, context, client, owner, apex);
  if (written > 0) response.capTtls(start, written, aliasEnd.ttl);
  return written;
}

/** The same, for whatever stands in the entry itself. */
function writeOwn(
  response: Response,
  serving: Serving,
  segment: Segment,
  entry: number,
  context: Context,
  client: Client,
  owner: number,
  apex: number,
): number {
  if (!segment.isSteered(entry)) {
    const reference = segment.entryReference(entry);
    const lead = takeLead(segment, reference, 0, context.rotation, client);
    return response.writeRRset(segment, reference, owner, apex, lead);
  }
  context.counters[COUNTER.steered]!++;
  const { sets } = serving;
  const rrset = findAnswerSet(serving, segment, entry, client);
  if (rrset === 0) return NODATA;
  if (rrset === SERVFAIL_SET) return NO_ANSWER;
  const lead = takeLead(sets, rrset, slotBaseOf(segment, entry), context.rotation, client);
  return response.writeRRset(sets, rrset, owner, apex, lead);
}

/**
 * Writes a referral: the NS records of a zone cut, and the addresses of those name servers that this zone knows.
 *
 * @param owner where the cut's name stands in the response
 * @returns false if it does not fit: what lies below the cut cannot be reached without its glue (RFC 9471 §3.1)
 */
export function writeReferral(
  response: Response,
  segment: Segment,
  cut: number,
  owner: number,
  apex: number,
): boolean {
  const { words } = segment;
  const rrset = segment.entryReference(segment.findEntry(cut, TYPE_NS));
  const start = response.at;
  const count = response.writeRRset(segment, rrset, owner, apex, 0);
  if (count === FULL) return false;
  response.authorities += count;

  const targets = words[(rrset >> 2) + RRSET.targets]! >> 2;
  if (targets === 0) return true;
  // What must be there comes before what may be left out.
  if (!writeServers(response, segment, start, count, targets, cut, true, apex)) return false;
  writeServers(response, segment, start, count, targets, cut, false, apex);
  return true;
}

/**
 * Writes the addresses of the name servers of a cut, either those below it or the others.
 *
 * @param start where the NS records stand in the response
 * @returns false if glue does not fit
 */
function writeServers(
  response: Response,
  segment: Segment,
  start: number,
  count: number,
  targets: number,
  cut: number,
  isGlue: boolean,
  apex: number,
): boolean {
  let record = start;
  for (let i = 0; i < count; i++) {
    const target = record + RDATA_OFFSET;
    record = target + rdataOctets(response.octets, target);
    const node = segment.words[targets + i]!;
    if (node === 0 || (segment.cutOf(node) === cut) !== isGlue) continue;
    const isWritten =
      writeAddresses(response, segment, node, TYPE_A, target, apex) &&
      writeAddresses(response, segment, node, TYPE_AAAA, target, apex);
    if (!isWritten && isGlue) return false;
  }
  return true;
}

/** @returns false if there are such addresses and they do not fit; where no pointer reaches, none are written */
function writeAddresses(
  response: Response,
  segment: Segment,
  node: number,
  type: number,
  owner: number,
  apex: number,
): boolean {
  const entry = segment.findEntry(node, type);
  if (entry === 0 || segment.isSteered(entry) || owner > MAX_POINTER) return true;
  const written = response.writeRRset(segment, segment.entryReference(entry), owner, apex, 0);
  if (written === FULL) return false;
  response.additionals += written;
  return true;
}

function rdataOctets(octets: Uint8Array, rdata: number): number {
  return (octets[rdata - 2]! << 8) | octets[rdata - 1]!;
}
