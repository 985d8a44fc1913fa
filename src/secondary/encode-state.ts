/**
 * What was transferred of a zone, as octets for a file: so that a restart has it at once, and as what changes are applied
 * to. A file that is torn, of another version or tampered with reads as nothing.
 */
import { createHash } from "node:crypto";
import { checkRdata } from "../rdata/check-rdata.ts";
import { isSubdomain, lowerName, MAX_NAME } from "../wire/name.ts";
import { skipName } from "../wire/record-cursor.ts";
import { TYPE_A } from "../wire/rr-types.ts";
import type { RRsetTable } from "../zone/master/rrset-table.ts";
import type { Name } from "../zone/model.ts";
import { ZoneContent } from "./zone-content.ts";

/** Names the version of the format: one that this program does not know is not read. */
const MAGIC = Buffer.from("rondo secondary zone 1\n", "latin1");
const HASH_OCTETS = 32;
/** Type, TTL, rdata length. */
const FIELD_OCTETS = 8;
/** Time in seconds, in two words, and the number of records. */
const HEAD_OCTETS = 12;
const MALFORMED = "a record is malformed";

export interface StateContent {
  readonly content: ZoneContent;
  /** As of when it is what the first primary has, in seconds since 1970. */
  readonly freshAt: number;
}

/**
 * The magic line; the apex; as of when it holds; how many records; each as its owner, type, TTL, rdata length and
 * rdata; the SHA-256 of all that.
 */
export function encodeState(apex: Name, rrsets: RRsetTable, freshAt: number): Uint8Array {
  const { table } = rrsets;
  const { owners } = table;
  const head = MAGIC.length + apex.length + HEAD_OCTETS;
  let size = head + HASH_OCTETS;
  rrsets.forEachRecord((record) => {
    const owner = table.owner[record]!;
    size += owners.offsets[owner + 1]! - owners.offsets[owner]! + FIELD_OCTETS;
    size += table.rdata[record + 1]! - table.rdata[record]!;
  });
  const octets = new Uint8Array(size);
  const view = new DataView(octets.buffer);
  octets.set(MAGIC);
  octets.set(apex, MAGIC.length);
  let at = MAGIC.length + apex.length;
  view.setUint32(at, Math.floor(freshAt / 2 ** 32));
  view.setUint32(at + 4, freshAt % 2 ** 32);
  view.setUint32(at + 8, rrsets.countRecords());
  at += HEAD_OCTETS;
  rrsets.forEachRecord((record) => {
    const owner = table.owner[record]!;
    at = copyRange(owners.octets, owners.offsets[owner]!, owners.offsets[owner + 1]!, octets, at);
    const [start, end] = [table.rdata[record]!, table.rdata[record + 1]!];
    view.setUint16(at, table.type[record]!);
    view.setUint32(at + 2, table.ttl[record]!);
    view.setUint16(at + 6, end - start);
    at = copyRange(table.octets, start, end, octets, at + FIELD_OCTETS);
  });
  octets.set(createHash("sha256").update(octets.subarray(0, at)).digest(), at);
  return octets;
}

/** Octet by octet: there are few, and a call for each would be more. @returns where they end */
function copyRange(
  from: Uint8Array,
  start: number,
  end: number,
  to: Uint8Array,
  toStart: number,
): number {
  let at = toStart;
  for (let i = start; i < end; i++) to[at++] = from[i]!;
  return at;
}

/** Reads what `encodeState()` wrote for a zone; a string says why the octets are not that. */
export function decodeState(octets: Uint8Array, apex: Name): StateContent | string {
  const start = MAGIC.length + apex.length;
  const end = octets.length - HASH_OCTETS;
  if (Buffer.compare(octets.subarray(0, MAGIC.length), MAGIC) !== 0) {
    return "it is not of this version of the format";
  }
  if (end < start + HEAD_OCTETS) return "it is cut short";
  const hash = createHash("sha256").update(octets.subarray(0, end)).digest();
  if (Buffer.compare(hash, octets.subarray(end)) !== 0) return "it is damaged";
  if (Buffer.compare(octets.subarray(MAGIC.length, start), apex) !== 0) {
    return "it is of another zone";
  }
  const view = new DataView(octets.buffer, octets.byteOffset, end);
  const freshAt = view.getUint32(start) * 2 ** 32 + view.getUint32(start + 4);
  const content = new ZoneContent();
  const problem = readRecords(octets, view, start + HEAD_OCTETS, apex, content);
  if (problem !== undefined) return problem;
  return content.records === view.getUint32(start + 8) ? { content, freshAt } : "it lacks records";
}

function readRecords(
  octets: Uint8Array,
  view: DataView,
  start: number,
  apex: Name,
  content: ZoneContent,
): string | undefined {
  const end = view.byteLength;
  const { table } = content;
  const { owners } = table;
  let at = start;
  let owner = -1;
  while (at < end) {
    const fields = skipName(octets, at, end);
    const data = fields + FIELD_OCTETS;
    if (fields < 0 || fields - at > MAX_NAME || data > end) return MALFORMED;
    const next = data + view.getUint16(fields + 6);
    if (next > end) return MALFORMED;
    // Records of a name stand together.
    if (owner < 0 || !owners.holds(owner, octets, at, fields - at)) {
      const name = lowerName(octets.subarray(at, fields));
      if (!isSubdomain(name, apex)) return MALFORMED;
      owner = owners.addName(name);
    }
    const type = view.getUint16(fields);
    if (!isRdata(type, octets, data, next)) return MALFORMED;
    table.appendRange(octets, data, next);
    content.append(owner, type, view.getUint32(fields + 2));
    at = next;
  }
  return undefined;
}

function isRdata(type: number, octets: Uint8Array, start: number, end: number): boolean {
  if (type === TYPE_A) return end - start === 4;
  return checkRdata(type, octets.subarray(start, end)) === undefined;
}
