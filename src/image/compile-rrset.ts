import {
  TYPE_A,
  TYPE_AAAA,
  TYPE_CNAME,
  TYPE_MX,
  TYPE_NS,
  TYPE_PTR,
  TYPE_SOA,
} from "../wire/rr-types.ts";
import { RECORD_HEAD_OCTETS, RRSET, STICKY } from "./layout.ts";
import type { OctetBuilder } from "./octet-builder.ts";

const CLASS_IN = 1;

/** An RRset on its way into an image. */
export interface RRsetSource {
  readonly type: number;
  /** Seconds. */
  readonly ttl: number;
  /** Uncompressed wire rdata. */
  readonly rdata: readonly Uint8Array[];
  /** Records per answer. */
  readonly answers: number;
  /** Numbers of the records that lead, in turn, over one cycle; undefined: each in its turn. */
  readonly cycle: Uint16Array | undefined;
  /** Whose turn it is: the number of a counter, or NO_ROTATION for an order that never moves. */
  readonly rotation: number;
  /** The client's prefix decides who leads; the counter, and those of the records behind the first, only count. */
  readonly sticky: StickySource | undefined;
}

/** Weighted rendezvous hashing over the prefix of a client. */
export interface StickySource {
  /** Bits of an IPv4 and of an IPv6 client that count. */
  readonly prefix4: number;
  readonly prefix6: number;
  /** By record: 32 bits that are the same on every server of the zone, and a share above 0. */
  readonly seeds: readonly number[];
  readonly weights: readonly number[];
}

/**
 * Appends an RRset in the form `writeRRset()` copies from.
 *
 * A record of a fixed-size RRset is its type, class, TTL, rdata length and rdata. Any other has two 16-bit numbers in
 * front, its length and how many names in it end in the apex, then for each of these the place (16 bit, within the
 * record) of a compression pointer to be filled in: the apex stands where the question has it, which differs per query.
 *
 * @param apex the zone's apex, lower case, which names in rdata are compressed against; undefined: no compression
 * @returns its reference
 */
export function compileRRset(
  builder: OctetBuilder,
  source: RRsetSource,
  apex: Uint8Array | undefined,
): number {
  const { type, rdata } = source;
  const fixed = type === TYPE_A || type === TYPE_AAAA;
  const reference = builder.allocate(RRSET.words + (fixed ? 0 : rdata.length));
  builder.setWord(reference, RRSET.type, type);
  builder.setWord(reference, RRSET.count, rdata.length);
  builder.setWord(reference, RRSET.answers, Math.min(source.answers, rdata.length));
  builder.setWord(reference, RRSET.rotation, source.rotation);
  if (fixed) builder.setWord(reference, RRSET.stride, RECORD_HEAD_OCTETS + rdata[0]!.length);

  rdata.forEach((data, i) => {
    if (fixed) {
      appendHead(builder, source, data.length);
      builder.append(data);
      return;
    }
    const { octets, pointers } = compressRdata(type, data, apex);
    builder.align();
    builder.setWord(reference, RRSET.words + i, builder.length - reference);
    builder.append16(RECORD_HEAD_OCTETS + octets.length);
    builder.append16(pointers.length);
    for (const pointer of pointers) builder.append16(RECORD_HEAD_OCTETS + pointer);
    appendHead(builder, source, octets.length);
    builder.append(octets);
  });

  if (source.cycle !== undefined) appendCycle(builder, reference, source.cycle);
  if (source.sticky !== undefined) appendSticky(builder, reference, source.sticky);
  return reference;
}

function appendCycle(builder: OctetBuilder, reference: number, cycle: Uint16Array): void {
  builder.align();
  const octets = new Uint8Array(cycle.buffer, cycle.byteOffset, cycle.byteLength);
  builder.setWord(reference, RRSET.cycle, builder.append(octets) - reference);
  builder.setWord(reference, RRSET.cycleLength, cycle.length);
}

function appendSticky(builder: OctetBuilder, reference: number, sticky: StickySource): void {
  const table = builder.allocate(STICKY.words + sticky.seeds.length * 2);
  builder.setWord(reference, RRSET.sticky, table - reference);
  builder.setWord(table, STICKY.prefix4, sticky.prefix4);
  builder.setWord(table, STICKY.prefix6, sticky.prefix6);
  const weights = new Uint32Array(Float32Array.from(sticky.weights).buffer);
  sticky.seeds.forEach((seed, i) => {
    builder.setWord(table, STICKY.words + i * 2, seed);
    builder.setWord(table, STICKY.words + i * 2 + 1, weights[i]!);
  });
}

function appendHead(builder: OctetBuilder, source: RRsetSource, rdataOctets: number): void {
  builder.append16(source.type);
  builder.append16(CLASS_IN);
  builder.append16(source.ttl >>> 16);
  builder.append16(source.ttl & 0xffff);
  builder.append16(rdataOctets);
}

/** Replaces the apex at the end of each name that RFC 3597 §4 allows to be compressed by room for a pointer. */
function compressRdata(
  type: number,
  rdata: Uint8Array,
  apex: Uint8Array | undefined,
): { octets: Uint8Array; pointers: number[] } {
  const names = namesIn(type, rdata);
  const pointers: number[] = [];
  // A pointer must save octets and cannot stand for the root.
  if (apex === undefined || apex.length <= 2) return { octets: rdata, pointers };
  const octets: number[] = [];
  let from = 0;
  for (const [start, end] of names) {
    if (!endsInApex(rdata, start, end, apex)) continue;
    for (; from < end - apex.length; from++) octets.push(rdata[from]!);
    pointers.push(octets.length);
    octets.push(0, 0);
    from = end;
  }
  for (; from < rdata.length; from++) octets.push(rdata[from]!);
  return { octets: Uint8Array.from(octets), pointers };
}

/** Where the compressible names of well-known rdata stand, as [start, end). */
function namesIn(type: number, rdata: Uint8Array): [number, number][] {
  switch (type) {
    case TYPE_NS:
    case TYPE_CNAME:
    case TYPE_PTR:
      return [[0, rdata.length]];
    case TYPE_MX:
      return [[2, rdata.length]];
    case TYPE_SOA: {
      const mnameEnd = nameEnd(rdata, 0);
      return [
        [0, mnameEnd],
        [mnameEnd, nameEnd(rdata, mnameEnd)],
      ];
    }
    default:
      return [];
  }
}

function nameEnd(octets: Uint8Array, start: number): number {
  let at = start;
  while (octets[at] !== 0) at += octets[at]! + 1;
  return at + 1;
}

function endsInApex(octets: Uint8Array, start: number, end: number, apex: Uint8Array): boolean {
  let at = start;
  while (end - at > apex.length) at += octets[at]! + 1;
  if (end - at !== apex.length) return false;
  for (let i = 0; i < apex.length; i++) if (lower(octets[at + i]!) !== apex[i]) return false;
  return true;
}

function lower(octet: number): number {
  return octet >= 0x41 && octet <= 0x5a ? octet + 0x20 : octet;
}
