/**
 * The messages of a response to AXFR (RFC 5936 §2.2) and IXFR (RFC 1995 §4), one at a time.
 */

import { signatureOctets } from "../tsig/sign.ts";
import { signRefusal } from "../tsig/sign-refusal.ts";
import { SigningStream } from "../tsig/signing-stream.ts";
import type { Verdict } from "../tsig/verify.ts";
import { AA_BIT, MAX_MESSAGE_OCTETS, QR_BIT } from "../wire/message.ts";
import type { RRset } from "../zone/model.ts";
import type { Update } from "./journal.ts";
import { MessagePacker, optOctets, type TransferRecord } from "./message-packer.ts";
import type { TransferRequest } from "./transfer-request.ts";
import type { ZoneContent } from "./zone-content.ts";

/** Octets of a message, but for one with a record that is larger: compression pointers reach as far. */
const MESSAGE_OCTETS = 0x4000;
const FLAGS = (QR_BIT | AA_BIT) << 8;

/** For responses of one message, of which a copy is made. */
const single = new MessagePacker();

/** What all messages of a response have in common. */
export interface ReplyContext {
  readonly request: TransferRequest;
  /** Undefined where the request is not signed. */
  readonly signing: SigningStream | undefined;
  /** Seconds that the zone may be kept, for those who ask for that (RFC 7314 §3); else undefined. */
  readonly expire: number | undefined;
  /** Milliseconds since 1970. */
  readonly wallClock: () => number;
}

/** What has been sent so far. */
export interface ReplyCounts {
  messages: number;
  records: number;
  octets: number;
}

/**
 * Packs records into as many messages as it takes. A message is good until the next is asked for.
 *
 * @param counts kept up to date
 */
export function* packMessages(
  { request, signing, expire, wallClock }: ReplyContext,
  records: Iterable<TransferRecord>,
  counts: ReplyCounts,
): Generator<Uint8Array> {
  const packer = new MessagePacker();
  const signature = signing === undefined ? 0 : signatureOctets(signing.key);
  const behind = signature + optOctets({ expire });
  const begin = (): void => {
    const isFirst = counts.messages === 0;
    const limit = MESSAGE_OCTETS - behind;
    packer.begin(request.id, FLAGS, isFirst ? request.question : undefined, limit);
  };
  const finish = (): Uint8Array => {
    // In the first only (RFC 5936 §2.2.5).
    if (counts.messages === 0 && request.opt !== undefined) {
      packer.addOpt({ dnssecOk: request.opt.dnssecOk, expire });
    }
    let length = packer.finish();
    if (signing !== undefined) {
      length = signing.sign(packer.octets, length, Math.floor(wallClock() / 1000));
    }
    counts.messages++;
    counts.records += packer.answers;
    counts.octets += length;
    return packer.octets.subarray(0, length);
  };

  begin();
  for (const record of records) {
    if (packer.add(record)) continue;
    if (packer.answers > 0) {
      yield finish();
      begin();
      if (packer.add(record)) continue;
    }
    // Anew: what did not fit has left names in the table that the message does not have.
    begin();
    const most = MAX_MESSAGE_OCTETS - behind;
    if (!packer.add(record, most)) throw new RangeError("A record that fits into no message");
  }
  yield finish();
}

/**
 * The records as one UDP message (RFC 1995 §2).
 *
 * @param payload octets it may have
 * @returns undefined if they do not fit
 */
export function packDatagram(
  { request, signing, expire, wallClock }: ReplyContext,
  records: Iterable<TransferRecord>,
  payload: number,
): Uint8Array | undefined {
  const signature = signing === undefined ? 0 : signatureOctets(signing.key);
  const limit = payload - signature - (request.opt === undefined ? 0 : optOctets({ expire }));
  single.begin(request.id, FLAGS, request.question, limit);
  for (const record of records) if (!single.add(record)) return undefined;
  if (request.opt !== undefined) single.addOpt({ dnssecOk: request.opt.dnssecOk, expire });
  const length = single.finish();
  const nowSeconds = Math.floor(wallClock() / 1000);
  return single.octets.slice(0, signing?.sign(single.octets, length, nowSeconds) ?? length);
}

/** How a request that is refused was signed. */
export type ReplySignature = Extract<Verdict, { kind: "refused" }> | SigningStream | undefined;

/**
 * A response without records.
 *
 * @param rcode may be an extended one (RFC 6891 §6.1.3) for those who understand EDNS
 * @param extendedError INFO-CODE (RFC 8914), for the same
 */
export function packError(
  request: TransferRequest,
  signature: ReplySignature,
  nowSeconds: number,
  rcode: number,
  extendedError?: number,
): Uint8Array {
  const flags = (QR_BIT << 8) | (rcode & 0x0f);
  single.begin(request.id, flags, request.question, MAX_MESSAGE_OCTETS);
  if (request.opt !== undefined) {
    single.addOpt({ dnssecOk: request.opt.dnssecOk, rcode, extendedError });
  }
  const { octets } = single;
  let length = single.finish();
  if (signature instanceof SigningStream) length = signature.sign(octets, length, nowSeconds);
  else if (signature !== undefined) length = signRefusal(octets, length, signature, nowSeconds);
  return octets.slice(0, length);
}

/** The whole zone: its SOA, everything else, its SOA (RFC 5936 §2.2). */
export function* listWhole(content: ZoneContent): Generator<TransferRecord> {
  yield* flatten(content.soa);
  for (const rrset of content.rrsets()) yield* flatten(rrset);
  yield* flatten(content.soa);
}

/** What has changed: between the new SOA twice, what must go behind the old one, what must come behind the new one (RFC 1995 §4). */
export function* listUpdate({ soa }: ZoneContent, update: Update): Generator<TransferRecord> {
  yield* flatten(soa);
  yield* flatten(update.from);
  yield* update.removed;
  yield* flatten(soa);
  yield* update.added;
  yield* flatten(soa);
}

/** The SOA alone: there is nothing newer, or it is too much for a datagram. */
export function listSoa({ soa }: ZoneContent): Iterable<TransferRecord> {
  return flatten(soa);
}

function* flatten({ owner, type, ttl, rdata }: RRset): Generator<TransferRecord> {
  for (const data of rdata) yield { owner, type, ttl, rdata: data };
}
