import {
  HEADER_OCTETS,
  OPCODE_MASK,
  QR_BIT,
  RCODE_BADVERS,
  RCODE_FORMERR,
  RD_BIT,
  SAFE_UDP_OCTETS,
} from "./message.ts";
import { NameKey } from "./name-key.ts";
import { read16, skipName } from "./record-cursor.ts";
import { TYPE_OPT } from "./rr-types.ts";

/** Of an OPT record without options, behind its owner. */
const OPT_OCTETS = 11;
/** Type, class, TTL and length of the rdata. */
const RECORD_HEAD_OCTETS = 10;
/** In an OPT record, counted from its type (RFC 6891 §6.1.3). */
const VERSION_OFFSET = 5;
const FLAGS_OFFSET = 6;
const DO_BIT = 0x80;

const name = new NameKey();

/**
 * Writes a response that says no more than an RCODE, to a message of any opcode with one question: the question again, and OPT where there
 * was one (RFC 6891 §6.1.1). A message with an unknown version of EDNS gets a BADVERS (RFC 6891 §6.1.3), and one without a question, or that
 * cannot be read, a FORMERR with as much of the question as can.
 *
 * @returns undefined for what is no query
 */
export function writeRefusal(query: Uint8Array, rcode: number): Uint8Array | undefined {
  if (query.length < HEADER_OCTETS || (query[2]! & QR_BIT) !== 0) return undefined;
  const questionEnd = findQuestionEnd(query);
  const recordsAt = read16(query, 4) === 0 ? HEADER_OCTETS : questionEnd;
  const opt = recordsAt > 0 ? findOpt(query, recordsAt) : undefined;
  const isReadable = opt !== undefined && questionEnd > 0;
  const hasOpt = opt !== undefined && opt > 0;
  const copied = questionEnd > 0 ? questionEnd : HEADER_OCTETS;
  const response = Buffer.alloc(copied + (hasOpt ? OPT_OCTETS : 0));
  response.set(query.subarray(0, copied));
  response[2] = QR_BIT | (query[2]! & (OPCODE_MASK | RD_BIT));
  const isUnknown = hasOpt && query[opt + VERSION_OFFSET] !== 0;
  const answered = isUnknown ? RCODE_BADVERS : isReadable ? rcode : RCODE_FORMERR;
  response[3] = answered & 0x0f;
  response.fill(0, 4, HEADER_OCTETS);
  if (questionEnd > 0) response.writeUInt16BE(1, 4);
  if (hasOpt) {
    response.writeUInt16BE(1, 10);
    response.writeUInt16BE(TYPE_OPT, copied + 1);
    response.writeUInt16BE(SAFE_UDP_OCTETS, copied + 3);
    response[copied + 5] = answered >> 4;
    // DO comes back as it was sent (RFC 3225 §3).
    response[copied + 7] = query[opt + FLAGS_OFFSET]! & DO_BIT;
  }
  return response;
}

/** Whether a message that can be read has a version of EDNS that nobody here knows. */
export function hasUnknownEdns(query: Uint8Array): boolean {
  const questionEnd = findQuestionEnd(query);
  const opt = questionEnd > 0 ? (findOpt(query, questionEnd) ?? 0) : 0;
  return opt > 0 && query[opt + VERSION_OFFSET] !== 0;
}

function findQuestionEnd(query: Uint8Array): number {
  if (read16(query, 4) !== 1) return -1;
  const nameEnd = name.read(query, HEADER_OCTETS, query.length);
  return nameEnd < 0 || nameEnd + 4 > query.length ? -1 : nameEnd + 4;
}

/** @returns where the OPT record stands behind its owner, 0 if there is none; undefined if the records cannot be read */
function findOpt(query: Uint8Array, start: number): number | undefined {
  const count = read16(query, 6) + read16(query, 8) + read16(query, 10);
  let opt = 0;
  let at = start;
  for (let i = 0; i < count; i++) {
    at = skipName(query, at, query.length);
    if (at < 0 || at + RECORD_HEAD_OCTETS > query.length) return undefined;
    if (read16(query, at) === TYPE_OPT) {
      // Of two nobody can say which one counts.
      if (opt > 0) return undefined;
      opt = at;
    }
    at += RECORD_HEAD_OCTETS + read16(query, at + 8);
    if (at > query.length) return undefined;
  }
  return opt;
}
