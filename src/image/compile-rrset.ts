import { appendRecord, startRRset } from "./append-record.ts";
import { RRSET, STICKY } from "./layout.ts";
import type { OctetBuilder } from "./octet-builder.ts";

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
 * Appends an RRset of an answer set in the form `writeRRset()` copies from. Nothing in it is compressed: it belongs to no
 * zone.
 *
 * @returns its reference
 */
export function compileRRset(builder: OctetBuilder, source: RRsetSource): number {
  const { type, ttl, rdata } = source;
  const reference = startRRset(builder, type, rdata.length, source.answers, source.rotation);
  rdata.forEach((octets, i) => {
    appendRecord(builder, reference, i, type, ttl, octets, 0, octets.length, undefined);
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
