import { HEADER_OCTETS } from "./message.ts";
import { MAX_LABEL, MAX_NAME } from "./name.ts";

/** Type, class, TTL, rdata length. */
const FIELD_OCTETS = 10;

/**
 * Goes through the records of a section of a message. Its fields hold for the record it stands on; nothing is copied.
 * Expects octets from the network: whatever they are, it ends, and says whether they were records.
 */
export class RecordCursor {
  readonly octets: Uint8Array;
  /** Octets of the message. */
  readonly length: number;
  /** Where the owner starts; see `readName()`. */
  ownerAt = 0;
  type = 0;
  class = 0;
  /** Seconds, as it stands there: 32 bits. */
  ttl = 0;
  rdataAt = 0;
  rdataEnd = 0;
  /** True after `next()` has met what is no record. */
  isMalformed = false;
  #left: number;

  /**
   * @param at where the first record starts
   * @param count how many there are to be
   */
  constructor(octets: Uint8Array, length: number, at: number, count: number) {
    this.octets = octets;
    this.length = length;
    this.rdataEnd = at;
    this.#left = count;
  }

  /** Moves to the next record. False: there is none, or what is there is malformed. */
  next(): boolean {
    if (this.#left === 0) return false;
    this.#left--;
    const { octets, length } = this;
    this.ownerAt = this.rdataEnd;
    const at = skipName(octets, this.ownerAt, length);
    if (at < 0 || at + FIELD_OCTETS > length) return this.#fail();
    this.type = read16(octets, at);
    this.class = read16(octets, at + 2);
    this.ttl = (read16(octets, at + 4) * 0x10000 + read16(octets, at + 6)) >>> 0;
    this.rdataAt = at + FIELD_OCTETS;
    this.rdataEnd = this.rdataAt + read16(octets, at + 8);
    return this.rdataEnd <= length || this.#fail();
  }

  #fail(): false {
    this.isMalformed = true;
    this.#left = 0;
    return false;
  }
}

/** A name out of a message: uncompressed, in the case it has there, and where it ends there. */
export interface ReadName {
  readonly name: Uint8Array;
  readonly end: number;
}

/** Reads a possibly compressed name. Pointers lead backwards only, so that it ends (RFC 1035 §4.1.4). */
export function readName(octets: Uint8Array, start: number, length: number): ReadName | undefined {
  const name = new Uint8Array(MAX_NAME);
  let size = 0;
  let end = 0;
  let at = start;
  let before = start;
  for (;;) {
    if (at >= length) return undefined;
    const octet = octets[at]!;
    if (octet <= MAX_LABEL) {
      if (size + octet + 1 > MAX_NAME || at + octet + 1 > length) return undefined;
      name.set(octets.subarray(at, at + octet + 1), size);
      size += octet + 1;
      at += octet + 1;
      if (octet === 0) return { name: name.slice(0, size), end: end === 0 ? at : end };
      continue;
    }
    if (octet < 0xc0 || at + 2 > length) return undefined;
    if (end === 0) end = at + 2;
    at = read16(octets, at) & 0x3fff;
    if (at >= before || at < HEADER_OCTETS) return undefined;
    before = at;
  }
}

/** @returns where a possibly compressed name ends, or -1; pointers are not followed */
export function skipName(octets: Uint8Array, start: number, length: number): number {
  let at = start;
  while (at < length) {
    const octet = octets[at]!;
    if (octet === 0) return at + 1;
    if (octet >= 0xc0) return at + 2 <= length ? at + 2 : -1;
    if (octet > MAX_LABEL) return -1;
    at += octet + 1;
  }
  return -1;
}

export function read16(octets: Uint8Array, at: number): number {
  return (octets[at]! << 8) | octets[at + 1]!;
}

export function read32(octets: Uint8Array, at: number): number {
  return (read16(octets, at) * 0x10000 + read16(octets, at + 2)) >>> 0;
}
