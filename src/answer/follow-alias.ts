/**
 * ALIAS records: the target is looked up as if the client had asked for it, so that its class, the health of the target's
 * values and the ECS scope are those of the target's own answers. No alias on the way is part of the answer.
 */
import type { ImageView } from "../image/image-view.ts";
import { ALIAS_ENTRY, RECORD_HEAD_OCTETS, RRSET, SERVFAIL_SET } from "../image/layout.ts";
import type { Segment } from "../image/segment.ts";
import { READER, type Serving } from "../image/serving.ts";
import { MAX_NAME_OCTETS, NameKey } from "../wire/name-key.ts";
import { TYPE_CNAME, TYPE_DNAME } from "../wire/rr-types.ts";
import { MAX_CHAIN } from "./chain.ts";
import type { Client } from "./client.ts";
import type { Context } from "./context.ts";
import { findAnswerSet, slotBaseOf } from "./find-answer-set.ts";
import { takeLead } from "./lead.ts";

export const ALIAS_FOUND = 0;
/** The target has no such record. */
export const ALIAS_NODATA = 1;
/** Nobody can say what the target has: its zone has no data at the moment, or the aliases lead on and on. */
export const ALIAS_FAILS = 2;

const MAX_TTL = 0xffffffff;

/** Where an alias leads to. */
export interface AliasEnd {
  segment: Segment | undefined;
  /** Of `segment`: the answer. An aliased one stands for what is known of a target outside. */
  entry: number;
  /** Seconds: the least of the TTLs on the way. */
  ttl: number;
}

/** One per thread, filled anew by every alias. */
export const aliasEnd: AliasEnd = { segment: undefined, entry: 0, ttl: 0 };
const name = new NameKey();
const redirected = new Uint8Array(MAX_NAME_OCTETS);

/** Follows an aliased entry to `aliasEnd`. @returns ALIAS_FOUND, ALIAS_NODATA or ALIAS_FAILS */
export function followAlias(
  serving: Serving,
  segment: Segment,
  entry: number,
  context: Context,
  client: Client,
): number {
  const type = segment.typeOf(entry);
  aliasEnd.ttl = MAX_TTL;
  enter(segment, entry);
  let reader: number = READER.alias;
  for (let link = 0; link < MAX_CHAIN; link++) {
    const next = serving.findZone(name, type, reader);
    if (next === undefined) return ALIAS_FOUND;
    if (next.isUnavailable) return ALIAS_FAILS;
    let node = next.findNode(name, 0);
    const exists = node !== 0;
    if (!exists) node = next.findClosestEncloser(name);
    const cut = exists ? next.cutOf(node) : next.cutBelow(node);
    if (cut !== 0) {
      // What lies below a zone cut is somebody else's, like a name of no zone here.
      if (!next.ownsDname(cut)) return ALIAS_FOUND;
      if (!redirect(next, cut)) return ALIAS_FAILS;
      continue;
    }
    if (!exists) node = next.wildcardOf(node);
    if (node === 0) return ALIAS_NODATA;

    const found = next.findEntry(node, type);
    if (found !== 0 && !next.isAliased(found)) {
      aliasEnd.segment = next;
      aliasEnd.entry = found;
      return ALIAS_FOUND;
    }
    if (found !== 0) {
      enter(next, found);
      // If its target is outside, this entry is what answers.
      reader = reader === READER.alias ? READER.furtherAlias : READER.alias;
      continue;
    }
    const cname = next.findEntry(node, TYPE_CNAME);
    if (cname === 0) return ALIAS_NODATA;
    const status = followCname(serving, next, cname, context, client);
    if (status !== ALIAS_FOUND) return status;
  }
  return ALIAS_FAILS;
}

/** Goes on to the target of an aliased entry, whose own set answers if that is outside. */
function enter(segment: Segment, entry: number): void {
  aliasEnd.segment = segment;
  aliasEnd.entry = entry;
  const at = segment.entryReference(entry) >> 2;
  aliasEnd.ttl = Math.min(aliasEnd.ttl, segment.words[at + ALIAS_ENTRY.ttl]!);
  name.read(segment.octets, segment.words[at + ALIAS_ENTRY.target]!, segment.octets.length);
}

/** Goes on to where a DNAME leads the name (RFC 6672 §2.2). @returns false if that would be too long for a name */
function redirect(segment: Segment, node: number): boolean {
  const rrset = segment.entryReference(segment.findEntry(node, TYPE_DNAME));
  const at = recordOf(segment, rrset, 0);
  aliasEnd.ttl = Math.min(aliasEnd.ttl, ttlOf(segment, at));
  const { octets } = segment;
  // DNAME targets are never compressed.
  const size = (octets[at + 8]! << 8) | octets[at + 9]!;
  const kept = name.length - segment.nameLengthOf(node);
  if (kept + size > MAX_NAME_OCTETS) return false;
  for (let i = 0; i < kept; i++) redirected[i] = name.octets[i]!;
  const from = at + RECORD_HEAD_OCTETS;
  for (let i = 0; i < size; i++) redirected[kept + i] = octets[from + i]!;
  name.read(redirected, 0, kept + size);
  return true;
}

/** Goes on to the target of a CNAME; a steered one is decided for this client, and counted. */
function followCname(
  serving: Serving,
  segment: Segment,
  entry: number,
  context: Context,
  client: Client,
): number {
  if (!segment.isSteered(entry)) {
    const rrset = segment.entryReference(entry);
    const at = recordOf(segment, rrset, 0);
    aliasEnd.ttl = Math.min(aliasEnd.ttl, ttlOf(segment, at));
    name.read(segment.octets, segment.targetsOf(entry), segment.octets.length);
    return ALIAS_FOUND;
  }
  const { sets } = serving;
  const rrset = findAnswerSet(serving, segment, entry, client);
  if (rrset === 0) return ALIAS_NODATA;
  if (rrset === SERVFAIL_SET) return ALIAS_FAILS;
  const lead = takeLead(sets, rrset, slotBaseOf(segment, entry), context.rotation, client);
  const at = recordOf(sets, rrset, lead);
  aliasEnd.ttl = Math.min(aliasEnd.ttl, ttlOf(sets, at));
  // The names of answer sets are not compressed.
  name.read(sets.octets, at + RECORD_HEAD_OCTETS, sets.octets.length);
  return ALIAS_FOUND;
}

/** Where a record of an RRset of names starts: see `compileRRset()`. */
function recordOf({ words, octets }: ImageView, rrset: number, record: number): number {
  const at = rrset + words[(rrset >> 2) + RRSET.words + record]!;
  const pointers = (octets[at + 2]! << 8) | octets[at + 3]!;
  return at + 4 + pointers * 2;
}

/** Of a record without its owner: behind type and class. */
function ttlOf({ octets }: ImageView, record: number): number {
  const high = (octets[record + 4]! << 8) | octets[record + 5]!;
  return high * 0x10000 + ((octets[record + 6]! << 8) | octets[record + 7]!);
}
