/**
 * Replies of a resolver: whether they are ours, and what they say of a name (RFC 1034 §3.6.2, RFC 2308 §2).
 */
import {
  AA_BIT,
  HEADER_OCTETS,
  OPCODE_MASK,
  QR_BIT,
  RCODE_NOERROR,
  RCODE_NXDOMAIN,
  TC_BIT,
} from "../wire/message.ts";
import { equalNames, lowerName } from "../wire/name.ts";
import { RecordCursor, read16, read32, readName } from "../wire/record-cursor.ts";
import { CLASS_IN, TYPE_CNAME, TYPE_SOA } from "../wire/rr-types.ts";

/** What a name has of a type. */
export type Reply =
  /** Sorted, each once, never empty; `ttl` in seconds is the least of all records that lead to them. */
  | { readonly kind: "records"; readonly rdata: readonly Uint8Array[]; readonly ttl: number }
  /** No such name, or none of the type. */
  | { readonly kind: "none"; readonly ttl: number }
  /** It has to be asked again over TCP. */
  | { readonly kind: "truncated" }
  /** The resolver could not, or would not. */
  | { readonly kind: "failed"; readonly reason: string };

/** CNAMEs that are followed within a reply. */
const MAX_LINKS = 16;
/** More addresses of one name than this are no use to anybody. */
const MAX_RECORDS = 100;
const RA_BIT = 0x80;
/** For a resolver that does not say for how long there is nothing. */
const DEFAULT_NEGATIVE_TTL = 60;
/** TTLs are 31 bits: one with the highest set means 0 (RFC 2181 §8). */
const MAX_TTL = 0x7fffffff;

/**
 * Reads a message that came from the resolver's address.
 *
 * @param query what was sent
 * @param name the one asked for, lower case
 * @returns undefined if it does not answer this query (RFC 5452 §9.1)
 */
export function readReply(
  octets: Uint8Array,
  query: Uint8Array,
  name: Uint8Array,
  type: number,
): Reply | undefined {
  const end = HEADER_OCTETS + name.length + 4;
  if (octets.length < HEADER_OCTETS || read16(octets, 0) !== read16(query, 0)) return undefined;
  if ((octets[2]! & (QR_BIT | OPCODE_MASK)) !== QR_BIT) return undefined;
  const rcode = octets[3]! & 0x0f;
  const questions = read16(octets, 4);
  // An old server may refuse EDNS with a header alone; the ID and the connected port have to do.
  if (questions === 0 && rcode !== RCODE_NOERROR) return fail(`RCODE ${rcode}`);
  const isEcho =
    questions === 1 &&
    octets.length >= end &&
    equalNames(octets.subarray(HEADER_OCTETS, end - 4), name) &&
    octets.subarray(end - 4, end).every((octet, i) => octet === query[end - 4 + i]);
  if (!isEcho) return undefined;
  if ((octets[2]! & TC_BIT) !== 0) return { kind: "truncated" };
  if (rcode !== RCODE_NOERROR && rcode !== RCODE_NXDOMAIN) return fail(`RCODE ${rcode}`);
  if ((octets[3]! & RA_BIT) === 0 && (octets[2]! & AA_BIT) === 0) {
    return fail("it does not resolve names for us");
  }
  return readRecords(octets, end, name, type);
}

function readRecords(octets: Uint8Array, start: number, name: Uint8Array, type: number): Reply {
  const aliases = new Map<string, { readonly target: Uint8Array; readonly ttl: number }>();
  const found = new Map<string, { readonly rdata: Uint8Array[]; ttl: number }>();
  const cursor = new RecordCursor(octets, octets.length, start, read16(octets, 6));
  while (cursor.next()) {
    if (cursor.class !== CLASS_IN) continue;
    const owner = readName(octets, cursor.ownerAt, octets.length);
    if (owner === undefined) return fail("its reply is malformed");
    const key = keyOf(owner.name);
    const ttl = cursor.ttl > MAX_TTL ? 0 : cursor.ttl;
    if (cursor.type === TYPE_CNAME) {
      const target = readName(octets, cursor.rdataAt, octets.length);
      if (target === undefined) return fail("its reply is malformed");
      aliases.set(key, { target: target.name, ttl });
    } else if (cursor.type === type) {
      const rrset = found.get(key) ?? { rdata: [], ttl };
      rrset.rdata.push(octets.slice(cursor.rdataAt, cursor.rdataEnd));
      rrset.ttl = Math.min(rrset.ttl, ttl);
      found.set(key, rrset);
    }
  }
  if (cursor.isMalformed) return fail("its reply is malformed");
  let ttl = MAX_TTL;
  let key = keyOf(name);
  for (let link = 0; link <= MAX_LINKS; link++) {
    const rrset = found.get(key);
    if (rrset !== undefined) {
      return { kind: "records", rdata: sort(rrset.rdata), ttl: Math.min(ttl, rrset.ttl) };
    }
    const alias = aliases.get(key);
    if (alias === undefined) return readAbsence(octets, cursor.rdataEnd, ttl);
    ttl = Math.min(ttl, alias.ttl);
    key = keyOf(alias.target);
  }
  return fail(`more than ${MAX_LINKS} CNAMEs, or a circle of them`);
}

/** The SOA record says for how long (RFC 2308 §5). */
function readAbsence(octets: Uint8Array, start: number, ttl: number): Reply {
  const cursor = new RecordCursor(octets, octets.length, start, read16(octets, 8));
  let negative = DEFAULT_NEGATIVE_TTL;
  while (cursor.next()) {
    if (cursor.type !== TYPE_SOA || cursor.rdataEnd - cursor.rdataAt < 4) continue;
    negative = Math.min(cursor.ttl, read32(octets, cursor.rdataEnd - 4));
  }
  if (cursor.isMalformed) return fail("its reply is malformed");
  return { kind: "none", ttl: Math.min(ttl, negative) };
}

/** In an order that does not depend on the resolver's rotation, each once. */
function sort(rdata: readonly Uint8Array[]): Uint8Array[] {
  const byKey = new Map(rdata.map((octets) => [Buffer.from(octets).toString("hex"), octets]));
  return [...byKey]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .slice(0, MAX_RECORDS)
    .map(([, octets]) => octets);
}

function keyOf(name: Uint8Array): string {
  return Buffer.from(lowerName(name)).toString("latin1");
}

function fail(reason: string): Reply {
  return { kind: "failed", reason };
}
