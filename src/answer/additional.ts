/**
 * Addresses of the hosts that an answer names (RFC 1034 §4.3.2 step 6, RFC 9460 §4.1), so that the client need not ask
 * again. Nothing here truncates: what does not fit is left out.
 */
import { NODE, RRSET, SERVFAIL_SET } from "../image/layout.ts";
import type { Segment } from "../image/segment.ts";
import type { Serving } from "../image/serving.ts";
import { NameKey } from "../wire/name-key.ts";
import {
  TYPE_A,
  TYPE_AAAA,
  TYPE_HTTPS,
  TYPE_MX,
  TYPE_NS,
  TYPE_SRV,
  TYPE_SVCB,
} from "../wire/rr-types.ts";
import type { Client } from "./client.ts";
import type { Context } from "./context.ts";
import { findAnswerSet, slotBaseOf } from "./find-answer-set.ts";
import { peekLead } from "./lead.ts";
import { FULL, RDATA_OFFSET, type Response } from "./response.ts";

/** How far a compression pointer reaches (RFC 1035 §4.1.4). */
const MAX_POINTER = 0x3fff;
/** Names whose addresses are added: as many as there are root servers. */
const MAX_NAMES = 13;

/**
 * Adds the addresses that go with an answer. Steered ones are those of the client's class, which the ECS scope of the
 * response then speaks of, too.
 *
 * @param entry the answer's
 * @param start where the answer's first record stands
 * @param count records of the answer
 */
export function writeAdditional(
  response: Response,
  serving: Serving,
  segment: Segment,
  entry: number,
  type: number,
  start: number,
  count: number,
  context: Context,
  client: Client,
): void {
  const nameOffset = nameOffsetOf(type);
  if (nameOffset < 0) return;
  if (segment.isSteered(entry)) {
    if (!isService(type)) return;
    writeDecided(response, serving, segment, entry, type, start, count, context, client);
    return;
  }
  const { words } = segment;
  const rrset = segment.entryReference(entry) >> 2;
  const targets = words[rrset + RRSET.targets]! >> 2;
  if (targets === 0) return;
  const total = words[rrset + RRSET.count]!;
  const { octets } = response;
  let number = response.lead;
  let record = start;
  for (let i = 0, names = 0; i < count && names < MAX_NAMES; i++) {
    const rdata = record + RDATA_OFFSET;
    const target = words[targets + number]!;
    const name = rdata + nameOffset;
    const owner = isService(type) ? ownerOfTarget(octets, record, name) : name;
    record = rdata + ((octets[rdata - 2]! << 8) | octets[rdata - 1]!);
    if (++number === total) number = 0;
    if (target === 0) continue;
    if (owner > MAX_POINTER) return;
    names++;
    writeTarget(response, serving, segment, target, entry, type, owner, context, client);
  }
}

/** The same for a steered answer of SVCB or HTTPS, whose targets are not known until it is decided. */
function writeDecided(
  response: Response,
  serving: Serving,
  segment: Segment,
  entry: number,
  type: number,
  start: number,
  count: number,
  context: Context,
  client: Client,
): void {
  const { octets } = response;
  let record = start;
  for (let i = 0, names = 0; i < count && names < MAX_NAMES; i++) {
    const rdata = record + RDATA_OFFSET;
    const name = rdata + 2;
    const owner = ownerOfTarget(octets, record, name);
    record = rdata + ((octets[rdata - 2]! << 8) | octets[rdata - 1]!);
    if (owner > MAX_POINTER) return;
    // An alias of the root stands for nothing (RFC 9460 §2.5.1).
    if (owner !== name && octets[rdata] === 0 && octets[rdata + 1] === 0) continue;
    const target = findTarget(segment, octets, owner);
    if (target === 0 || wasWritten(targetName.hashes[0]!, names)) continue;
    writtenHashes[names++] = targetName.hashes[0]!;
    writeTarget(response, serving, segment, target, entry, type, owner, context, client);
  }
}

/** Of the names whose addresses have been written for one answer. A wildcard's node may stand for several of them. */
const writtenHashes = new Int32Array(MAX_NAMES);

function wasWritten(hash: number, count: number): boolean {
  for (let i = 0; i < count; i++) if (writtenHashes[i] === hash) return true;
  return false;
}

// One per thread, filled anew by every record.
const targetName = new NameKey();

/** The node that answers for a name in the response, if it is one of this zone's own; else 0. */
function findTarget(segment: Segment, octets: Uint8Array, at: number): number {
  targetName.readWritten(octets, at);
  const label = targetName.labels - segment.apexLabels;
  const apexAt = segment.words[(segment.apex >> 2) + NODE.name]!;
  const { view, apexLength } = segment;
  if (label < 0 || !targetName.suffixEquals(label, view, apexAt, apexLength, 0)) return 0;
  const node = segment.findNode(targetName, 0);
  if (node !== 0) return segment.cutOf(node) === 0 ? node : 0;
  const encloser = segment.findClosestEncloser(targetName);
  return segment.cutBelow(encloser) === 0 ? segment.wildcardOf(encloser) : 0;
}

/**
 * Where the owner of the addresses of a service's target stands in the response: the target itself, or where that is the root,
 * the owner of the record (RFC 9460 §2.5.2).
 */
function ownerOfTarget(octets: Uint8Array, record: number, target: number): number {
  return octets[target] === 0 ? ((octets[record]! & 0x3f) << 8) | octets[record + 1]! : target;
}

function writeTarget(
  response: Response,
  serving: Serving,
  segment: Segment,
  node: number,
  entry: number,
  type: number,
  owner: number,
  context: Context,
  client: Client,
): void {
  writeRRset(response, serving, segment, node, TYPE_A, owner, context, client);
  writeRRset(response, serving, segment, node, TYPE_AAAA, owner, context, client);
  // One that is its own target is in the answer already.
  if (isService(type) && segment.findEntry(node, type) !== entry) {
    writeRRset(response, serving, segment, node, type, owner, context, client);
  }
}

function isService(type: number): boolean {
  return type === TYPE_SVCB || type === TYPE_HTTPS;
}

/** Octets of rdata in front of the name whose addresses are wanted, or -1: see `linkTargets()`. */
function nameOffsetOf(type: number): number {
  switch (type) {
    case TYPE_NS:
      return 0;
    case TYPE_MX:
    case TYPE_SVCB:
    case TYPE_HTTPS:
      return 2;
    case TYPE_SRV:
      return 6;
    default:
      return -1;
  }
}

function writeRRset(
  response: Response,
  serving: Serving,
  segment: Segment,
  node: number,
  type: number,
  owner: number,
  context: Context,
  client: Client,
): void {
  const entry = segment.findEntry(node, type);
  if (entry === 0) return;
  const { rotation } = context;
  let written: number;
  if (segment.isSteered(entry)) {
    const { sets } = serving;
    const rrset = findAnswerSet(serving, segment, entry, client);
    if (rrset === 0 || rrset === SERVFAIL_SET) return;
    const lead = peekLead(sets, rrset, slotBaseOf(segment, entry), rotation, client);
    written = response.writeRRset(sets, rrset, owner, 0, lead);
  } else {
    const rrset = segment.entryReference(entry);
    const lead = peekLead(segment, rrset, 0, rotation, client);
    written = response.writeRRset(segment, rrset, owner, 0, lead);
  }
  if (written !== FULL) response.additionals += written;
}
