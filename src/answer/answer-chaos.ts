/**
 * Class CH: what this server says of itself (RFC 4892), and explanations. Nothing of it is in a zone, and whatever is not said
 * is refused.
 */
import { RCODE_NOERROR, RCODE_REFUSED } from "../wire/message.ts";
import type { NameKey } from "../wire/name-key.ts";
import type { Query } from "../wire/query.ts";
import { CLASS_CH, TYPE_ANY, TYPE_TXT } from "../wire/rr-types.ts";
import type { Context } from "./context.ts";
import { isExplainQuery } from "./explain-query.ts";
import { QUESTION_NAME, type Response, write16 } from "./response.ts";

const VERSION_NAMES = [
  ["version", "bind"],
  ["version", "server"],
].map(toWire);
const ID_NAMES = [
  ["id", "server"],
  ["hostname", "bind"],
].map(toWire);
const POINTER = 0xc000;
/** Owner, type, class, TTL and length of the rdata. */
const RECORD_HEAD_OCTETS = 12;

/** Writes the sections of the response. @returns the RCODE */
export function answerChaos(query: Query, response: Response, context: Context): number {
  // Explained where there is time for it: over a stream the control plane's thread answers before this one would.
  response.truncated = !context.stream && isExplainQuery(query, context);
  if (response.truncated) return RCODE_NOERROR;
  if (query.type !== TYPE_TXT && query.type !== TYPE_ANY) return RCODE_REFUSED;
  const { version, id } = context.identity;
  response.zone = query.name.hashes[0]!;
  if (isOneOf(query.name, VERSION_NAMES)) return say(response, version);
  if (isOneOf(query.name, ID_NAMES)) return say(response, id);
  return RCODE_REFUSED;
}

/** Answers with one character-string; nobody may cache it (RFC 4892 §2). */
function say(response: Response, text: Uint8Array): number {
  if (text.length === 0) return RCODE_REFUSED;
  const { octets, at } = response;
  const end = at + RECORD_HEAD_OCTETS + 1 + text.length;
  response.authoritative = true;
  if (end > response.limit) {
    response.truncated = true;
    return RCODE_NOERROR;
  }
  write16(octets, at, POINTER | QUESTION_NAME);
  write16(octets, at + 2, TYPE_TXT);
  write16(octets, at + 4, CLASS_CH);
  octets.fill(0, at + 6, at + 10);
  write16(octets, at + 10, 1 + text.length);
  octets[at + RECORD_HEAD_OCTETS] = text.length;
  octets.set(text, at + RECORD_HEAD_OCTETS + 1);
  response.at = end;
  response.answers = 1;
  return RCODE_NOERROR;
}

function isOneOf(name: NameKey, names: readonly DataView[]): boolean {
  return names.some((one) => name.suffixEquals(0, one, 0, one.byteLength, 0));
}

function toWire(labels: readonly string[]): DataView {
  const octets = labels.flatMap((label) => [label.length, ...Buffer.from(label)]);
  return new DataView(Uint8Array.of(...octets, 0).buffer);
}
