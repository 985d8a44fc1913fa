/**
 * Explanations as DNS answers: the text of `rondo explain`, one TXT record a line, for `explain.NAME CH TXT` over TCP.
 */
import type { Address, Prefix } from "../address/address.ts";
import { formatAddress } from "../address/parse.ts";
import { isExplainQuery } from "../answer/explain-query.ts";
import {
  AA_BIT,
  HEADER_OCTETS,
  MAX_MESSAGE_OCTETS,
  QR_BIT,
  RCODE_NOERROR,
  RD_BIT,
  SAFE_UDP_OCTETS,
} from "../wire/message.ts";
import { formatName } from "../wire/name.ts";
import { Query } from "../wire/query.ts";
import { CLASS_CH, TYPE_OPT, TYPE_TXT } from "../wire/rr-types.ts";
import type { WrittenQuestion } from "./explain-question.ts";

const MAX_STRING_OCTETS = 255;
/** Of an owner that points to the question, type, class, TTL and length of the rdata. */
const RECORD_HEAD_OCTETS = 12;
const OPT_OCTETS = 11;

/** A message and whom it is from. */
interface Request {
  readonly octets: Uint8Array;
  readonly source: Address;
}

/**
 * Answers questions for an explanation, of operators alone, with one message; leaves all others.
 *
 * @param operators who may ask
 * @param explain gives the text for a question
 */
export function createExplainDesk(
  operators: readonly Prefix[],
  explain: (question: WrittenQuestion) => string,
): (request: Request) => Uint8Array[] | undefined {
  const query = new Query();
  const out = new Uint8Array(MAX_MESSAGE_OCTETS);
  return ({ octets, source }) => {
    const isQuery = query.parse(octets, octets.length) === RCODE_NOERROR;
    const asker = { operators, family: source.family, source: source.octets };
    if (!isQuery || !isExplainQuery(query, asker)) return undefined;
    const text = explain(readQuestion(query, source));
    return [out.slice(0, writeAnswer(query, octets, text, out))];
  };
}

/** The name behind the first label; the type within that label, as in `explain-aaaa`; the client as in any query. */
function readQuestion(query: Query, source: Address): WrittenQuestion {
  const { name } = query;
  const first = name.octets[0]!;
  const label = Buffer.from(name.octets.subarray(1, 1 + first)).toString("latin1");
  const type = label.split("-")[1];
  const resolver = formatAddress(source);
  return {
    name: formatName(name.octets.subarray(1 + first, name.length)),
    type,
    client: query.hasSubnet ? readSubnet(query, resolver) : resolver,
    resolver,
    assume: [],
  };
}

function readSubnet(
  { subnetFamily, subnetSource, subnet, subnetOctets }: Query,
  resolver: string,
): string {
  if (subnetSource === 0) return resolver;
  const family = subnetFamily === 1 ? 4 : 6;
  const address = new Uint8Array(family === 4 ? 4 : 16);
  address.set(subnet.subarray(0, subnetOctets));
  return `${formatAddress({ family, octets: address })}/${subnetSource}`;
}

/** As many lines as fit, in their order; nobody may cache them. */
function writeAnswer(query: Query, octets: Uint8Array, text: string, out: Uint8Array): number {
  const { questionEnd, hasEdns } = query;
  const end = MAX_MESSAGE_OCTETS - (hasEdns ? OPT_OCTETS : 0);
  out.set(octets.subarray(0, questionEnd));
  let at = questionEnd;
  let answers = 0;
  for (const line of text.trimEnd().split("\n")) {
    const strings = splitLine(Buffer.from(line));
    const rdata = strings.reduce((sum, { length }) => sum + 1 + length, 0);
    if (at + RECORD_HEAD_OCTETS + rdata > end) break;
    const view = new DataView(out.buffer, out.byteOffset + at);
    view.setUint16(0, 0xc000 | HEADER_OCTETS);
    view.setUint16(2, TYPE_TXT);
    view.setUint16(4, CLASS_CH);
    view.setUint32(6, 0);
    view.setUint16(10, rdata);
    at += RECORD_HEAD_OCTETS;
    for (const string of strings) {
      out[at++] = string.length;
      out.set(string, at);
      at += string.length;
    }
    answers++;
  }
  const header = new DataView(out.buffer, out.byteOffset);
  header.setUint8(2, QR_BIT | AA_BIT | (octets[2]! & RD_BIT));
  header.setUint8(3, RCODE_NOERROR);
  header.setUint16(6, answers);
  header.setUint16(8, 0);
  header.setUint16(10, hasEdns ? 1 : 0);
  return hasEdns ? writeOpt(out, at) : at;
}

/** A character-string holds 255 octets (RFC 1035 §3.3); an empty line is an empty one. */
function splitLine(line: Buffer): Buffer[] {
  const count = Math.max(1, Math.ceil(line.length / MAX_STRING_OCTETS));
  return Array.from({ length: count }, (_, i) =>
    line.subarray(i * MAX_STRING_OCTETS, (i + 1) * MAX_STRING_OCTETS),
  );
}

function writeOpt(out: Uint8Array, at: number): number {
  out.fill(0, at, at + OPT_OCTETS);
  const view = new DataView(out.buffer, out.byteOffset + at);
  view.setUint16(1, TYPE_OPT);
  view.setUint16(3, SAFE_UDP_OCTETS);
  return at + OPT_OCTETS;
}
