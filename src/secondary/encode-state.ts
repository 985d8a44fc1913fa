/**
 * What was transferred of a zone, as octets for a file: so that a restart has it at once, and as what changes are applied
 * to. A file that is torn, of another version or tampered with reads as nothing.
 */
import { createHash } from "node:crypto";
import { checkRdata } from "../rdata/check-rdata.ts";
import { isSubdomain, lowerName } from "../wire/name.ts";
import { skipName } from "../wire/record-cursor.ts";
import type { Name, RRset } from "../zone/model.ts";
import { ZoneContent } from "./zone-content.ts";

/** Names the version of the format: one that this program does not know is not read. */
const MAGIC = Buffer.from("rondo secondary zone 1\n", "latin1");
const HASH_OCTETS = 32;
/** Type, TTL, rdata length. */
const FIELD_OCTETS = 8;
/** Time in seconds, in two words, and the number of records. */
const HEAD_OCTETS = 12;

export interface StateContent {
  readonly content: ZoneContent;
  /** Seconds since 1970. */
  readonly transferredAt: number;
}

/**
 * The magic line; the apex; when it was transferred; how many records; each as its owner, type, TTL, rdata length and
 * rdata; the SHA-256 of all that.
 */
export function encodeState(
  apex: Name,
  rrsets: readonly RRset[],
  transferredAt: number,
): Uint8Array {
  let size = MAGIC.length + apex.length + HEAD_OCTETS + HASH_OCTETS;
  let records = 0;
  for (const { owner, rdata } of rrsets) {
    records += rdata.length;
    for (const data of rdata) size += owner.length + FIELD_OCTETS + data.length;
  }
  const octets = new Uint8Array(size);
  const view = new DataView(octets.buffer);
  octets.set(MAGIC);
  octets.set(apex, MAGIC.length);
  let at = MAGIC.length + apex.length;
  view.setUint32(at, Math.floor(transferredAt / 2 ** 32));
  view.setUint32(at + 4, transferredAt % 2 ** 32);
  view.setUint32(at + 8, records);
  at += HEAD_OCTETS;
  for (const { owner, type, ttl, rdata } of rrsets) {
    for (const data of rdata) {
      octets.set(owner, at);
      at += owner.length;
      view.setUint16(at, type);
      view.setUint32(at + 2, ttl);
      view.setUint16(at + 6, data.length);
      octets.set(data, at + FIELD_OCTETS);
      at += FIELD_OCTETS + data.length;
    }
  }
  octets.set(createHash("sha256").update(octets.subarray(0, at)).digest(), at);
  return octets;
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
  const transferredAt = view.getUint32(start) * 2 ** 32 + view.getUint32(start + 4);
  const content = new ZoneContent();
  const problem = readRecords(octets, view, start + HEAD_OCTETS, apex, content);
  if (problem !== undefined) return problem;
  return content.records === view.getUint32(start + 8)
    ? { content, transferredAt }
    : "it lacks records";
}

function readRecords(
  octets: Uint8Array,
  view: DataView,
  start: number,
  apex: Name,
  content: ZoneContent,
): string | undefined {
  const end = view.byteLength;
  let at = start;
  let owner: Name = new Uint8Array(0);
  while (at < end) {
    const fields = skipName(octets, at, end);
    const data = fields + FIELD_OCTETS;
    if (fields < 0 || data > end) return "a record is malformed";
    const next = data + view.getUint16(fields + 6);
    if (next > end) return "a record is malformed";
    // Records of a name stand together.
    if (Buffer.compare(octets.subarray(at, fields), owner) !== 0) {
      owner = lowerName(octets.subarray(at, fields));
    }
    const type = view.getUint16(fields);
    const rdata = octets.subarray(data, next);
    if (!isSubdomain(owner, apex) || checkRdata(type, rdata) !== undefined) {
      return "a record is malformed";
    }
    content.add(owner, type, view.getUint32(fields + 2), rdata);
    at = next;
  }
  return undefined;
}
