/**
 * When the zones expire that are kept elsewhere: what the EXPIRE option of EDNS tells (RFC 7314). These times change while
 * nothing else of a zone does, so they stand in a table of their own, of one word each, that all threads share from their
 * start on; a segment says which word is its zone's.
 */
import { RRSET, SEGMENT } from "./layout.ts";
import type { Segment } from "./segment.ts";

/** Of memory that is not touched before it is needed. */
export const EXPIRY_TABLE_OCTETS: number = 1 << 20;

/** What zones have for which there is no slot: nothing is ever told of them. */
const NO_SLOT = 1;
const FIRST_SLOT = 2;
const MAX_WORD = 0xffff_ffff;
/** Where in an SOA's rdata, from its end, the time stands that others may keep the zone for (RFC 1035 §3.3.13). */
const EXPIRE_FROM_END = 8;

/** The side of whoever looks after the zones. */
export class ExpiryTable {
  readonly #words: Uint32Array;
  readonly #free: number[] = [];
  #next = FIRST_SLOT;

  /** @param shared all zero */
  constructor(shared: SharedArrayBuffer) {
    this.#words = new Uint32Array(shared);
  }

  /** @returns a slot for a zone, to be written into its segments */
  take(): number {
    const free = this.#free.pop();
    if (free !== undefined) return free;
    return this.#next < this.#words.length ? this.#next++ : NO_SLOT;
  }

  /** Gives a slot back. */
  release(slot: number): void {
    if (slot === NO_SLOT) return;
    this.#words[slot] = 0;
    this.#free.push(slot);
  }

  /** @param atSeconds since 1970 */
  write(slot: number, atSeconds: number): void {
    if (slot === NO_SLOT) return;
    this.#words[slot] = Math.min(Math.max(1, Math.floor(atSeconds)), MAX_WORD);
  }
}

/** Notes the slot of its zone in a segment that nobody else has seen yet. */
export function setExpirySlot(segment: SharedArrayBuffer, slot: number): void {
  new Uint32Array(segment)[SEGMENT.expirySlot] = slot;
}

/**
 * For how many seconds from now on others may keep a zone: what its SOA says, if it is our own, else what is left.
 *
 * @param expiries the table as words
 * @param nowMs since 1970
 * @returns -1 if nobody knows
 */
export function readExpire(segment: Segment, expiries: Uint32Array, nowMs: number): number {
  const { words, octets, view, negativeSoa, expirySlot } = segment;
  if (expirySlot !== 0) {
    const expiresAt = expiries[expirySlot] ?? 0;
    return expiresAt === 0 ? -1 : Math.max(0, expiresAt - Math.floor(nowMs / 1000));
  }
  const record = negativeSoa + words[(negativeSoa >> 2) + RRSET.words]!;
  const length = (octets[record]! << 8) | octets[record + 1]!;
  const pointers = (octets[record + 2]! << 8) | octets[record + 3]!;
  return view.getUint32(record + 4 + pointers * 2 + length - EXPIRE_FROM_END);
}
