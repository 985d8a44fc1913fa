/**
 * Tells the messages that the control plane answers from those that the image answers: NOTIFY (RFC 1996), zone transfers
 * (RFC 5936, RFC 1995), and explanations for operators.
 */
import type { Context } from "../answer/context.ts";
import { isExplainQuery } from "../answer/explain-query.ts";
import { HEADER_OCTETS, RCODE_NOERROR } from "../wire/message.ts";
import { Query } from "../wire/query.ts";
import { read16 } from "../wire/record-cursor.ts";
import { CLASS_CH, CLASS_IN, TYPE_AXFR, TYPE_IXFR, TYPE_TXT } from "../wire/rr-types.ts";

/** QR and opcode in the third octet, and what they are for a query and for a NOTIFY. */
const KIND_MASK = 0xf8;
const KIND_QUERY = 0x00;
const KIND_NOTIFY = 0x20;

/** The low octet of NSCOUNT. An IXFR has the client's SOA there, an ordinary query has nothing. */
const AUTHORITY_COUNT_AT = 9;

// One per thread, filled anew by every question that may be one for an explanation.
const query = new Query();

/** For datagrams: NOTIFY and IXFR. Two comparisons for an ordinary query. */
export function isControlDatagram(octets: Uint8Array, length: number): boolean {
  if ((octets[2]! & KIND_MASK) === KIND_NOTIFY) return length >= HEADER_OCTETS;
  if (octets[AUTHORITY_COUNT_AT] !== 1) return false;
  return isTransfer(octets, findQuestionType(octets, length), TYPE_IXFR);
}

/** For a stream of DNS messages: NOTIFY, AXFR, IXFR and explanations. */
export function isControlMessage(octets: Uint8Array, length: number, context: Context): boolean {
  if ((octets[2]! & KIND_MASK) === KIND_NOTIFY) return length >= HEADER_OCTETS;
  const at = findQuestionType(octets, length);
  if (isTransfer(octets, at, TYPE_AXFR) || isTransfer(octets, at, TYPE_IXFR)) return true;
  return isExplanation(octets, length, at, context);
}

/** For requests that take one response, as over HTTP: explanations. */
export function isSingleControlMessage(
  octets: Uint8Array,
  length: number,
  context: Context,
): boolean {
  return isExplanation(octets, length, findQuestionType(octets, length), context);
}

function isTransfer(octets: Uint8Array, at: number, type: number): boolean {
  return at > 0 && read16(octets, at) === type && read16(octets, at + 2) === CLASS_IN;
}

function isExplanation(octets: Uint8Array, length: number, at: number, context: Context): boolean {
  if (at < 0 || read16(octets, at) !== TYPE_TXT || read16(octets, at + 2) !== CLASS_CH) {
    return false;
  }
  return query.parse(octets, length) === RCODE_NOERROR && isExplainQuery(query, context);
}

/** @returns where QTYPE stands in a query with one question, -1 if there is none */
function findQuestionType(octets: Uint8Array, length: number): number {
  if (length < HEADER_OCTETS || (octets[2]! & KIND_MASK) !== KIND_QUERY) return -1;
  if (read16(octets, 4) !== 1) return -1;
  let at = HEADER_OCTETS;
  while (at < length) {
    const size = octets[at]!;
    if (size > 63) return -1;
    at += size + 1;
    if (size === 0) return at + 4 <= length ? at : -1;
  }
  return -1;
}
