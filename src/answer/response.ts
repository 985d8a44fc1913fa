import type { ImageView } from "../image/image-view.ts";
import { RECORD_HEAD_OCTETS, RRSET } from "../image/layout.ts";
import {
  AA_BIT,
  CD_BIT,
  HEADER_OCTETS,
  OPCODE_MASK,
  QR_BIT,
  RD_BIT,
  TC_BIT,
} from "../wire/message.ts";
import { EXTENDED_ERROR } from "./extended-error.ts";

/** Where the question's name stands. */
export const QUESTION_NAME: number = HEADER_OCTETS;
/** Where the rdata of a record stands, counted from its owner name, which is always a compression pointer. */
export const RDATA_OFFSET: number = 2 + RECORD_HEAD_OCTETS;
/** Where the TTL of a record stands, counted in the same way. */
const TTL_OFFSET = 6;
/** An RRset did not fit and has not been written. */
export const FULL = -1;
const POINTER = 0xc0;

/**
 * The response being written: octets, where the next one goes, and how many records each section has. One object is used
 * again and again.
 */
export class Response {
  octets: Uint8Array = new Uint8Array(0);
  /** The same octets. */
  view: DataView = new DataView(this.octets.buffer);
  at = 0;
  /** Octets it may have, without what is kept free for the OPT record. */
  limit = 0;
  answers = 0;
  authorities = 0;
  additionals = 0;
  authoritative = false;
  truncated = false;
  /** What counts as one and the same answer under a rate limit: a hash of the zone's name, and a node of it, 0 for none. */
  zone = 0;
  node = 0;
  /** Why there is no answer, see extended-error.ts. */
  extendedError: number = EXTENDED_ERROR.none;
  /** Number, in its RRset, of the record that leads the RRset written last. */
  lead = 0;

  /** Starts with the query's ID and question, octet for octet as they came; `out` may be where they came. */
  begin(out: Uint8Array, query: Uint8Array, questionEnd: number, limit: number): void {
    const end = questionEnd === 0 ? HEADER_OCTETS : questionEnd;
    if (out !== query) for (let i = 0; i < end; i++) out[i] = query[i]!;
    // A pointer that is written is one that the garbage collector hears of.
    if (this.octets !== out) {
      this.octets = out;
      this.view = new DataView(out.buffer, out.byteOffset, out.byteLength);
    }
    this.at = end;
    this.limit = limit;
    this.answers = 0;
    this.authorities = 0;
    this.additionals = 0;
    this.authoritative = false;
    this.truncated = false;
    this.zone = 0;
    this.node = 0;
    this.extendedError = EXTENDED_ERROR.none;
  }

  /** Writes the header. @param rcode its lower four bits */
  finish(query: Uint8Array, questionEnd: number, rcode: number): number {
    const { octets } = this;
    octets[2] =
      QR_BIT |
      (query[2]! & (OPCODE_MASK | RD_BIT)) |
      (this.authoritative ? AA_BIT : 0) |
      (this.truncated ? TC_BIT : 0);
    octets[3] = (query[3]! & CD_BIT) | (rcode & 0x0f);
    write16(octets, 4, questionEnd === 0 ? 0 : 1);
    write16(octets, 6, this.answers);
    write16(octets, 8, this.authorities);
    write16(octets, 10, this.additionals);
    return this.at;
  }

  /** Leaves nothing but the question. */
  empty(questionEnd: number): void {
    this.at = questionEnd;
    this.answers = 0;
    this.authorities = 0;
    this.additionals = 0;
  }

  /**
   * Writes an RRset.
   *
   * @param owner where its owner name stands in the response
   * @param apex where the zone's apex stands in the response, for names in rdata
   * @param lead which record comes first; the others follow in written order, around the end
   * @returns the records written, or FULL
   */
  writeRRset(image: ImageView, rrset: number, owner: number, apex: number, lead: number): number {
    const { octets: source, words, view: from } = image;
    const word = rrset >> 2;
    const count = words[word + RRSET.count]!;
    const answers = words[word + RRSET.answers]!;
    const stride = words[word + RRSET.stride]!;
    const { octets: out, view, limit } = this;
    const start = this.at;
    let to = start;
    let record = lead;
    this.lead = lead;
    if (stride !== 0) {
      if (to + answers * (stride + 2) > limit) return FULL;
      const first = rrset + RRSET.words * 4;
      for (let i = 0; i < answers; i++) {
        out[to++] = POINTER | (owner >> 8);
        out[to++] = owner & 0xff;
        copyOctets(from, first + record * stride, view, to, stride);
        to += stride;
        if (++record === count) record = 0;
      }
    } else {
      for (let i = 0; i < answers; i++) {
        const at = rrset + words[word + RRSET.words + record]!;
        const size = read16(source, at);
        if (to + size + 2 > limit) return FULL;
        out[to++] = POINTER | (owner >> 8);
        out[to++] = owner & 0xff;
        const pointers = read16(source, at + 2);
        const body = to;
        copyOctets(from, at + 4 + pointers * 2, view, to, size);
        to += size;
        for (let p = 0; p < pointers; p++) {
          const place = body + read16(source, at + 4 + p * 2);
          out[place] = POINTER | (apex >> 8);
          out[place + 1] = apex & 0xff;
        }
        if (++record === count) record = 0;
      }
    }
    this.at = to;
    return answers;
  }

  /**
   * Lowers the TTLs of records that were written last, all of one size.
   *
   * @param start where the first of them begins
   * @param ttl seconds: the longest they may have
   */
  capTtls(start: number, count: number, ttl: number): void {
    const { octets } = this;
    const size = (this.at - start) / count;
    for (let record = start; record < this.at; record += size) {
      const at = record + TTL_OFFSET;
      const own = read16(octets, at) * 0x10000 + read16(octets, at + 2);
      if (own <= ttl) continue;
      write16(octets, at, ttl >>> 16);
      write16(octets, at + 2, ttl & 0xffff);
    }
  }
}

/** In words of 32 bits, aligned or not: 90 of 3 100 ns per NXDOMAIN, whose SOA record is long; 10 to 30 for others. */
function copyOctets(from: DataView, at: number, to: DataView, place: number, count: number): void {
  let i = 0;
  for (const words = count - 3; i < words; i += 4) {
    to.setInt32(place + i, from.getInt32(at + i, true), true);
  }
  for (; i < count; i++) to.setUint8(place + i, from.getUint8(at + i));
}

export function write16(octets: Uint8Array, at: number, value: number): void {
  octets[at] = value >> 8;
  octets[at + 1] = value & 0xff;
}

function read16(octets: Uint8Array, at: number): number {
  return (octets[at]! << 8) | octets[at + 1]!;
}
