import { lowerOctet } from "../wire/name-key.ts";
import {
  CLASS_IN,
  TYPE_A,
  TYPE_AAAA,
  TYPE_CNAME,
  TYPE_MX,
  TYPE_NS,
  TYPE_PTR,
  TYPE_SOA,
} from "../wire/rr-types.ts";
import { RECORD_HEAD_OCTETS, RRSET } from "./layout.ts";
import type { OctetBuilder } from "./octet-builder.ts";

/** Octets of a compression pointer. */
const POINTER_OCTETS = 2;

/**
 * Appends a record to the RRset that was started last.
 *
 * A record of a fixed-size RRset is its type, class, TTL, rdata length and rdata. Any other has two 16-bit numbers in
 * front, its length and how many names in it end in the apex, then for each of these the place (16 bit, within the
 * record) of a compression pointer to be filled in: the apex stands where the question has it, which differs per query.
 *
 * @param octets hold its uncompressed rdata from `start` to `end`
 * @param apex the zone's apex, lower case, which names in rdata are compressed against; undefined: no compression
 */
export function appendRecord(
  builder: OctetBuilder,
  rrset: number,
  number: number,
  type: number,
  ttl: number,
  octets: Uint8Array,
  start: number,
  end: number,
  apex: Uint8Array | undefined,
): void {
  if (isFixed(type)) {
    builder.setWord(rrset, RRSET.stride, RECORD_HEAD_OCTETS + end - start);
    appendHead(builder, type, ttl, end - start);
    builder.appendRange(octets, start, end);
    return;
  }
  const pointers = apex === undefined ? 0 : findApexes(type, octets, start, end, apex);
  const saved = apex === undefined ? 0 : apex.length - POINTER_OCTETS;
  const size = end - start - pointers * saved;
  builder.align();
  builder.setWord(rrset, RRSET.words + number, builder.length - rrset);
  builder.append16(RECORD_HEAD_OCTETS + size);
  builder.append16(pointers);
  for (let i = 0; i < pointers; i++) {
    builder.append16(RECORD_HEAD_OCTETS + apexes[i]! - start - i * saved);
  }
  appendHead(builder, type, ttl, size);
  let from = start;
  for (let i = 0; i < pointers; i++) {
    builder.appendRange(octets, from, apexes[i]!);
    builder.append16(0);
    from = apexes[i]! + saved + POINTER_OCTETS;
  }
  builder.appendRange(octets, from, end);
}

/**
 * Appends an RRset without its records, which `appendRecord()` adds, all of them and in order.
 *
 * @param answers records per answer
 * @param rotation see `RRsetSource`
 * @returns its reference
 */
export function startRRset(
  builder: OctetBuilder,
  type: number,
  records: number,
  answers: number,
  rotation: number,
): number {
  const reference = builder.allocate(RRSET.words + (isFixed(type) ? 0 : records));
  builder.setWord(reference, RRSET.type, type);
  builder.setWord(reference, RRSET.count, records);
  builder.setWord(reference, RRSET.answers, Math.min(answers, records));
  builder.setWord(reference, RRSET.rotation, rotation);
  return reference;
}

/** Whether all records of a type have the same length, and no name in them. */
function isFixed(type: number): boolean {
  return type === TYPE_A || type === TYPE_AAAA;
}

function appendHead(builder: OctetBuilder, type: number, ttl: number, rdataOctets: number): void {
  builder.append32((type << 16) | CLASS_IN);
  builder.append32(ttl);
  builder.append16(rdataOctets);
}

/** Where the apex was found; SOA is the type with the most names. */
const apexes = new Uint32Array(2);

/**
 * Finds the names in rdata that end in the apex, of those that RFC 3597 §4 allows to be compressed, and notes where.
 *
 * @returns how many they are
 */
function findApexes(
  type: number,
  octets: Uint8Array,
  start: number,
  end: number,
  apex: Uint8Array,
): number {
  // A pointer must save octets and cannot stand for the root.
  if (apex.length <= POINTER_OCTETS) return 0;
  switch (type) {
    case TYPE_NS:
    case TYPE_CNAME:
    case TYPE_PTR:
      return noteApex(0, octets, start, end, apex);
    case TYPE_MX:
      return noteApex(0, octets, start + 2, end, apex);
    case TYPE_SOA: {
      const mnameEnd = nameEnd(octets, start);
      const found = noteApex(0, octets, start, mnameEnd, apex);
      return noteApex(found, octets, mnameEnd, nameEnd(octets, mnameEnd), apex);
    }
    default:
      return 0;
  }
}

function noteApex(
  found: number,
  octets: Uint8Array,
  start: number,
  end: number,
  apex: Uint8Array,
): number {
  if (!endsInApex(octets, start, end, apex)) return found;
  apexes[found] = end - apex.length;
  return found + 1;
}

function nameEnd(octets: Uint8Array, start: number): number {
  let at = start;
  while (octets[at] !== 0) at += octets[at]! + 1;
  return at + 1;
}

/** Whether the name between two places is the apex or below it. */
export function endsInApex(
  octets: Uint8Array,
  start: number,
  end: number,
  apex: Uint8Array,
): boolean {
  let at = start;
  while (end - at > apex.length) at += octets[at]! + 1;
  if (end - at !== apex.length) return false;
  for (let i = 0; i < apex.length; i++) if (lowerOctet(octets[at + i]!) !== apex[i]) return false;
  return true;
}
