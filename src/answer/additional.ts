/**
 * Addresses of the hosts that an answer names (RFC 1034 §4.3.2 step 6, RFC 9460 §4.1), so that the client need not ask
 * again. Nothing here truncates: what does not fit is left out.
 */
import { RRSET, SERVFAIL_SET } from "../image/layout.ts";
import type { Segment } from "../image/segment.ts";
import type { Serving } from "../image/serving.ts";
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
  // The targets of steered answers are not known until they are decided.
  if (nameOffset < 0 || segment.isSteered(entry)) return;
  const { words } = segment;
  const rrset = segment.entryReference(entry) >> 2;
  const targets = words[rrset + RRSET.targets]! >> 2;
  if (targets === 0) return;
  const total = words[rrset + RRSET.count]!;
  const isService = type === TYPE_SVCB || type === TYPE_HTTPS;
  const { octets } = response;
  let number = response.lead;
  let record = start;
  for (let i = 0, names = 0; i < count && names < MAX_NAMES; i++) {
    const rdata = record + RDATA_OFFSET;
    const node = words[targets + number]!;
    const owner = rdata + nameOffset;
    record = rdata + ((octets[rdata - 2]! << 8) | octets[rdata - 1]!);
    if (++number === total) number = 0;
    if (node === 0) continue;
    if (owner > MAX_POINTER) return;
    names++;
    writeRRset(response, serving, segment, node, TYPE_A, owner, context, client);
    writeRRset(response, serving, segment, node, TYPE_AAAA, owner, context, client);
    // One that is its own target is in the answer already.
    if (isService && segment.findEntry(node, type) !== entry) {
      writeRRset(response, serving, segment, node, type, owner, context, client);
    }
  }
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
