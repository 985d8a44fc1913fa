import type { Address } from "../address/address.ts";
import { formatAddress } from "../address/parse.ts";
import type { Log } from "../log/log.ts";
import { createRateLimitedLog } from "../log/rate-limited-log.ts";
import { findKeyByText, formatKeyName, type Keyring, type TsigKey } from "../tsig/keyring.ts";
import { signatureOctets, signMessage } from "../tsig/sign.ts";
import { MAX_REFUSAL_OCTETS, signRefusal } from "../tsig/sign-refusal.ts";
import { findSignature } from "../tsig/signature.ts";
import { type Verdict, verifySignature } from "../tsig/verify.ts";
import {
  AA_BIT,
  HEADER_OCTETS,
  OPCODE_MASK,
  QR_BIT,
  RCODE_BADVERS,
  RCODE_FORMERR,
  RCODE_NOERROR,
  RCODE_NOTAUTH,
  RCODE_NOTIMP,
  RCODE_REFUSED,
} from "../wire/message.ts";
import { formatName, lowerName } from "../wire/name.ts";
import { RecordCursor, read16, read32, readName, skipName } from "../wire/record-cursor.ts";
import { CLASS_CH, CLASS_IN, TYPE_SOA } from "../wire/rr-types.ts";
import { hasUnknownEdns, writeRefusal } from "../wire/write-refusal.ts";
import type { SecondarySource } from "../zone/model.ts";

/** A message from the network that may be a NOTIFY. */
export interface NotifyRequest {
  readonly octets: Uint8Array;
  readonly source: Address;
}

/** A zone that can be told of. */
export interface NotifiedZone {
  readonly source: SecondarySource;
  /** See `ZoneRefresher.notify()`. */
  notify(serial: number | undefined, from: string): "news" | "known" | "older";
}

export interface NotifyDeskOptions {
  /** @param name of a zone in presentation form, lower case, with the dot at the end */
  readonly find: (name: string) => NotifiedZone | undefined;
  readonly keyring: Keyring;
  /** Seconds since 1970. */
  readonly wallSeconds: () => number;
  readonly log: Log;
}

const WHAT_COMES_OF_IT = {
  news: "NOTIFY: the zone is refreshed",
  known: "NOTIFY of what we have",
  older: "NOTIFY of a serial that does not come after ours: nothing is transferred",
} as const;
const OPCODE_NOTIFY = 4 << 3;
/** Strangers can cause these lines. */
const LINES_PER_SECOND = 5;

/**
 * Answers NOTIFY (RFC 1996 §3, §4): primaries tell us that a zone has changed. It takes them from the addresses of the
 * zone's primaries, and from whoever has the zone's key. undefined: the message is no NOTIFY.
 */
export function createNotifyDesk(
  options: NotifyDeskOptions,
): (request: NotifyRequest) => Iterable<Uint8Array> | undefined {
  const log = createRateLimitedLog(options.log, LINES_PER_SECOND);
  return ({ octets, source }) => {
    if (octets.length < HEADER_OCTETS || (octets[2]! & OPCODE_MASK) !== OPCODE_NOTIFY) {
      return undefined;
    }
    if ((octets[2]! & QR_BIT) !== 0) return [];
    if (hasUnknownEdns(octets)) return [writeRefusal(octets, RCODE_BADVERS)!];
    const signatureAt = findSignature(octets, octets.length);
    if (signatureAt < 0) return reply(octets, RCODE_FORMERR);
    if (signatureAt === 0) return reply(octets, judge(octets, source, undefined));
    const verdict = verifySignature(
      octets,
      octets.length,
      signatureAt,
      options.keyring,
      options.wallSeconds(),
    );
    if (verdict.kind === "refused") return replyRefused(octets, verdict);
    return replySigned(octets, judge(octets, source, verdict.key), verdict);
  };

  /** Acts on a NOTIFY. @returns the RCODE */
  function judge(octets: Uint8Array, source: Address, key: TsigKey | undefined): number {
    const notice = readNotice(octets);
    if (typeof notice === "number") return notice;
    const { zone: name, serial } = notice;
    const zone = options.find(name);
    const from = formatAddress(source);
    const facts = { zone: name, from, serial, key: key && formatKeyName(key) };
    if (zone === undefined) {
      log.info(facts, "NOTIFY for what is no secondary zone here");
      return RCODE_NOTAUTH;
    }
    const { primaries, key: keyName } = zone.source;
    const isOurKey =
      key !== undefined && keyName !== undefined && findKeyByText(options.keyring, keyName) === key;
    if (!isOurKey && !primaries.some(({ address }) => address === from)) {
      log.warn(
        facts,
        "NOTIFY refused: it is neither from a primary of the zone nor signed with its key",
      );
      return RCODE_REFUSED;
    }
    log.info(facts, WHAT_COMES_OF_IT[zone.notify(serial, from)]);
    return RCODE_NOERROR;
  }

  function reply(octets: Uint8Array, rcode: number): Uint8Array[] {
    const response = writeResponse(octets, rcode);
    return response === undefined ? [] : [response];
  }

  function replySigned(
    octets: Uint8Array,
    rcode: number,
    { key, mac }: Extract<Verdict, { readonly kind: "verified" }>,
  ): Uint8Array[] {
    const response = writeResponse(octets, rcode);
    if (response === undefined) return [];
    const signed = new Uint8Array(response.length + signatureOctets(key));
    signed.set(response);
    const time = options.wallSeconds();
    const { length } = signMessage(signed, response.length, key, { time, previousMac: mac });
    return [signed.subarray(0, length)];
  }

  function replyRefused(
    octets: Uint8Array,
    verdict: Extract<Verdict, { readonly kind: "refused" }>,
  ): Uint8Array[] {
    const response = writeResponse(octets, verdict.rcode);
    if (response === undefined) return [];
    const marked = new Uint8Array(response.length + MAX_REFUSAL_OCTETS);
    marked.set(response);
    const length = signRefusal(marked, response.length, verdict, options.wallSeconds());
    return [marked.subarray(0, length)];
  }
}

/** The header and the question again; AA with NOERROR, as the zone is ours. */
function writeResponse(octets: Uint8Array, rcode: number): Uint8Array | undefined {
  const response = writeRefusal(octets, rcode);
  if (response !== undefined && (response[3]! & 0x0f) === RCODE_NOERROR) response[2]! |= AA_BIT;
  return response;
}

interface Notice {
  /** Presentation form, lower case. */
  readonly zone: string;
  /** What the primary says it has, which is a hint at best. */
  readonly serial: number | undefined;
}

/**
 * A NOTIFY has one question, for the SOA of a zone, and may have that in its answer section (RFC 1996 §3.7).
 *
 * @returns an RCODE for what is no such message, or is about another class than IN: CH has no zones to tell of
 */
function readNotice(octets: Uint8Array): Notice | number {
  if (read16(octets, 4) !== 1) return RCODE_FORMERR;
  const name = readName(octets, HEADER_OCTETS, octets.length);
  if (name === undefined || name.end + 4 > octets.length) return RCODE_FORMERR;
  const type = read16(octets, name.end);
  const qclass = read16(octets, name.end + 2);
  if (qclass !== CLASS_IN) return qclass === CLASS_CH ? RCODE_NOTIMP : RCODE_REFUSED;
  if (type !== TYPE_SOA) return RCODE_FORMERR;
  const zone = formatName(lowerName(name.name));
  const records = new RecordCursor(octets, octets.length, name.end + 4, read16(octets, 6));
  if (!records.next() || records.type !== TYPE_SOA || records.class !== CLASS_IN) {
    return { zone, serial: undefined };
  }
  const owner = readName(octets, records.ownerAt, octets.length);
  if (owner === undefined || formatName(lowerName(owner.name)) !== zone) {
    return { zone, serial: undefined };
  }
  const mname = skipName(octets, records.rdataAt, records.rdataEnd);
  const rname = mname < 0 ? -1 : skipName(octets, mname, records.rdataEnd);
  const hasSerial = rname >= 0 && rname + 20 === records.rdataEnd;
  return { zone, serial: hasSerial ? read32(octets, rname) : undefined };
}
