import {
  CLASSIC_UDP_OCTETS,
  HEADER_OCTETS,
  OPCODE_MASK,
  OPTION_CLIENT_SUBNET,
  OPTION_COOKIE,
  OPTION_EXPIRE,
  OPTION_KEEPALIVE,
  OPTION_NSID,
  OPTION_PADDING,
  QR_BIT,
  RCODE_BADVERS,
  RCODE_FORMERR,
  RCODE_NOERROR,
  RCODE_NOTIMP,
} from "./message.ts";
import { NameKey } from "./name-key.ts";
import { TYPE_AXFR, TYPE_IXFR, TYPE_OPT, TYPE_TSIG } from "./rr-types.ts";

/** What `parse()` returns for a message that gets no answer at all. */
export const SILENCE = -1;

/**
 * A query as far as an authoritative server reads it: the question, and of EDNS what decides the answer. One object is
 * filled again and again; its fields hold for the message parsed last.
 */
export class Query {
  readonly name: NameKey = new NameKey();
  type = 0;
  class = 0;
  /** Where the question ends; 0 until one has been read, and for a query that only asks for a cookie. */
  questionEnd = 0;

  /** Where the TSIG record starts (RFC 8945), 0 if there is none; the rest of the query stands before it. */
  signatureAt = 0;

  hasEdns = false;
  dnssecOk = false;
  /** The requestor's UDP payload size, 512 or more (RFC 6891 §6.2.3). */
  payload = 0;

  /** Whether there was a client-subnet option (RFC 7871 §6), and what it said. */
  hasSubnet = false;
  /** Address family number: 1 IPv4, 2 IPv6; 0 with source prefix 0 also says "do not use my address". */
  subnetFamily = 0;
  subnetSource = 0;
  /** The option's address: its first so many octets, the others mean nothing. */
  readonly subnet: Uint8Array = new Uint8Array(16);
  subnetOctets = 0;

  /** Where the content of the cookie option starts in the query (RFC 7873 §4), 0 if there is none; 8 or 16 to 40 octets. */
  cookieAt = 0;
  cookieOctets = 0;
  /** Whether these options were there, with whatever content (RFC 5001, RFC 7314, RFC 7828, RFC 7830). */
  wantsNsid = false;
  wantsExpire = false;
  wantsKeepalive = false;
  wantsPadding = false;

  /**
   * Reads a query. Never throws, never follows a compression pointer, reads each octet at most once.
   *
   * @returns an RCODE to answer with (NOERROR: go on), or SILENCE
   */
  parse(octets: Uint8Array, length: number): number {
    this.questionEnd = 0;
    this.signatureAt = 0;
    this.hasEdns = false;
    this.dnssecOk = false;
    this.hasSubnet = false;
    this.cookieAt = 0;
    this.wantsNsid = false;
    this.wantsExpire = false;
    this.wantsKeepalive = false;
    this.wantsPadding = false;
    this.payload = CLASSIC_UDP_OCTETS;
    // Answering responses is how two servers end up talking to each other for ever.
    if (length < HEADER_OCTETS || (octets[2]! & QR_BIT) !== 0) return SILENCE;
    if ((octets[2]! & OPCODE_MASK) !== 0) return RCODE_NOTIMP;
    const questions = read16(octets, 4);
    if (questions === 0) return this.#parseWithoutQuestion(octets, length);
    if (questions !== 1) return RCODE_FORMERR;

    const nameEnd = this.name.read(octets, HEADER_OCTETS, length);
    if (nameEnd < 0 || nameEnd + 4 > length) return RCODE_FORMERR;
    this.type = read16(octets, nameEnd);
    this.class = read16(octets, nameEnd + 2);
    this.questionEnd = nameEnd + 4;
    if (this.type === TYPE_AXFR || this.type === TYPE_IXFR) {
      return this.#parseTransfer(octets, length);
    }

    // Nothing an ordinary query has: answer and authority records, or more than OPT and a signature behind them.
    const additional = read16(octets, 10);
    if (read16(octets, 6) !== 0 || read16(octets, 8) !== 0 || additional > 2) return RCODE_FORMERR;
    return this.#parseAdditional(octets, length, this.questionEnd, additional);
  }

  /** What is asked of somebody else is refused here with EDNS and a signature, as anything else (RFC 6891 §6.1.1). */
  #parseTransfer(octets: Uint8Array, length: number): number {
    // IXFR carries an SOA in its authority section (RFC 1995 §3).
    const records = read16(octets, 8) + read16(octets, 10);
    if (read16(octets, 6) !== 0 || records > 3) return RCODE_FORMERR;
    const status = this.#parseAdditional(octets, length, this.questionEnd, records);
    return status === RCODE_NOERROR ? RCODE_NOTIMP : status;
  }

  /** Asking for a server cookie is all that a query without a question can do (RFC 7873 §5.4). */
  #parseWithoutQuestion(octets: Uint8Array, length: number): number {
    this.type = 0;
    this.class = 0;
    const additional = read16(octets, 10);
    const others = read16(octets, 6) + read16(octets, 8);
    if (others !== 0 || additional !== 1) return RCODE_FORMERR;
    const status = this.#parseAdditional(octets, length, HEADER_OCTETS, additional);
    return status === RCODE_NOERROR && this.cookieAt === 0 ? RCODE_FORMERR : status;
  }

  #parseAdditional(octets: Uint8Array, length: number, start: number, count: number): number {
    let at = start;
    let rcode = RCODE_NOERROR;
    for (let i = 0; i < count; i++) {
      const owner = at;
      at = skipName(octets, at, length);
      if (at < 0 || at + 10 > length) return RCODE_FORMERR;
      const type = read16(octets, at);
      const end = at + 10 + read16(octets, at + 8);
      if (end > length) return RCODE_FORMERR;
      if (type === TYPE_OPT) {
        // Of two nobody can say which one counts, so the answer has none (RFC 6891 §6.1.1).
        if (this.hasEdns || octets[owner] !== 0) {
          this.hasEdns = false;
          return RCODE_FORMERR;
        }
        this.hasEdns = true;
        this.payload = Math.max(CLASSIC_UDP_OCTETS, read16(octets, at + 2));
        this.dnssecOk = (octets[at + 6]! & 0x80) !== 0;
        // Options of a version we do not know may not mean what they seem to (RFC 6891 §6.1.3).
        if (octets[at + 5] !== 0) rcode = RCODE_BADVERS;
        else rcode = this.#parseOptions(octets, at + 10, end);
        if (rcode === RCODE_FORMERR) return rcode;
      } else if (type === TYPE_TSIG) {
        // It must be the last record (RFC 8945 §5.1).
        if (i !== count - 1) return RCODE_FORMERR;
        this.signatureAt = owner;
      }
      at = end;
    }
    return rcode;
  }

  #parseOptions(octets: Uint8Array, start: number, end: number): number {
    let at = start;
    while (at < end) {
      if (at + 4 > end) return RCODE_FORMERR;
      const code = read16(octets, at);
      const size = read16(octets, at + 2);
      at += 4;
      if (at + size > end) return RCODE_FORMERR;
      if (code === OPTION_CLIENT_SUBNET) {
        if (!this.#parseSubnet(octets, at, size)) return RCODE_FORMERR;
      } else if (code === OPTION_COOKIE && this.cookieAt === 0) {
        // Of several the first counts, the others are ignored (RFC 7873 §5.2).
        if (size !== 8 && (size < 16 || size > 40)) return RCODE_FORMERR;
        this.cookieAt = at;
        this.cookieOctets = size;
      } else if (code === OPTION_NSID) {
        this.wantsNsid = true;
      } else if (code === OPTION_KEEPALIVE) {
        this.wantsKeepalive = true;
      } else if (code === OPTION_PADDING) {
        this.wantsPadding = true;
      } else if (code === OPTION_EXPIRE) {
        this.wantsExpire = true;
      }
      at += size;
    }
    return RCODE_NOERROR;
  }

  /** Reads an option as RFC 7871 §6 and §7.1.2 demand: exact length, no bits behind the prefix, scope 0 in queries. */
  #parseSubnet(octets: Uint8Array, at: number, size: number): boolean {
    if (size < 4) return false;
    const family = read16(octets, at);
    const source = octets[at + 2]!;
    if (octets[at + 3] !== 0) return false;
    if (source > (family === 1 ? 32 : family === 2 ? 128 : 0) || family > 2) return false;
    const addressOctets = (source + 7) >> 3;
    if (size !== 4 + addressOctets) return false;
    const spare = source & 7;
    if (spare !== 0 && (octets[at + size - 1]! & (0xff >> spare)) !== 0) return false;
    // Of several the first counts; the field's servers do not refuse the others either.
    if (this.hasSubnet) return true;
    this.hasSubnet = true;
    this.subnetFamily = family;
    this.subnetSource = source;
    this.subnetOctets = addressOctets;
    for (let i = 0; i < addressOctets; i++) this.subnet[i] = octets[at + 4 + i]!;
    return true;
  }
}

/** @returns the offset behind a possibly compressed name, or -1; pointers are stepped over, not followed */
function skipName(octets: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end) {
    const size = octets[at]!;
    if (size === 0) return at + 1;
    if (size >= 0xc0) return at + 2 <= end ? at + 2 : -1;
    if (size > 63) return -1;
    at += size + 1;
  }
  return -1;
}

function read16(octets: Uint8Array, at: number): number {
  return (octets[at]! << 8) | octets[at + 1]!;
}
