/**
 * Response rate limiting, as BIND has it: equal responses to one network of clients have a rate, and what is beyond it is
 * dropped, or sent so short that nobody is flooded with it. Who has not asked is spared, who has asks again over TCP.
 *
 * One table for all threads, of a fixed size: four entries that a client's network and the kind of response choose, the one of
 * them used least recently gives way. Threads that write the same entry at once lose a count now and then, no more.
 */
import { contains } from "../address/contains.ts";
import type { RateLimitSettings } from "./answer-settings.ts";
import { hashWords } from "./keyed-hash.ts";

/** What is limited apart: answers by name and type, referrals and empty answers by name, NXDOMAIN by zone, all errors as one. */
export const RESPONSE_KIND = { answer: 0, referral: 1, nodata: 2, nxdomain: 3, error: 4 } as const;

export const RATE = {
  ok: 0,
  /** Beyond the rate: to be sent short. */
  slip: 1,
  /** Beyond the rate. */
  drop: 2,
} as const;

/** An entry is three words: whose it is, with a count of what was limited in its lowest bits; when; how much may be sent. */
const ENTRY_WORDS = 3;
const SET_ENTRIES = 4;
const SETS = 2 ** 17;
export const RATE_TABLE_OCTETS: number = SETS * SET_ENTRIES * ENTRY_WORDS * 4;

const COUNT_BITS = 0x0f;
/** Set in every entry that is in use. */
const USED_BIT = 0x10;
/** How far the clocks of two threads may differ, generously, in milliseconds. */
const LATE_MS = 60_000;

export class RateLimiter {
  /** Whether it only counts what it would do. */
  readonly isLogOnly: boolean;
  readonly #settings: RateLimitSettings;
  readonly #words: Int32Array;
  /** The same table: balances are the third words, in responses. */
  readonly #balances: Float32Array;
  readonly #hash = new Int32Array(2);
  readonly #asker: { family: 4 | 6; octets: Uint8Array } = { family: 4, octets: new Uint8Array(0) };
  readonly #mask4: number;
  readonly #masks6: readonly [number, number];

  constructor(settings: RateLimitSettings) {
    this.#settings = settings;
    this.isLogOnly = settings.isLogOnly;
    this.#words = new Int32Array(settings.table);
    this.#balances = new Float32Array(settings.table);
    this.#mask4 = maskOf(settings.prefix4);
    this.#masks6 = [maskOf(Math.min(32, settings.prefix6)), maskOf(settings.prefix6 - 32)];
  }

  /**
   * Counts a response.
   *
   * @param kind one of RESPONSE_KIND
   * @param zone a hash of the zone's name
   * @param node which name of the zone, 0 for the zone as a whole
   * @param type that was asked for, 0 for any
   * @param source the client's address
   * @param now milliseconds, the same for all threads; the lower 32 bits count
   * @returns one of RATE
   */
  judge(
    kind: number,
    zone: number,
    node: number,
    type: number,
    source: Uint8Array,
    family: 4 | 6,
    now: number,
  ): number {
    const { rates, windowSeconds, slip } = this.#settings;
    const rate = rates[kind]!;
    if (rate === 0) return RATE.ok;
    const entry = this.#findEntry(kind, zone, node, type, source, family, now, rate);

    const words = this.#words;
    const elapsed = this.#elapsed(entry, now);
    let balance = this.#balances[entry + 2]! + (elapsed * rate) / 1000;
    balance = Math.min(balance, rate) - 1;
    this.#balances[entry + 2] = Math.max(balance, -windowSeconds * rate);
    words[entry + 1] = now;
    if (balance >= 0 || this.#isExempt(source, family)) return RATE.ok;
    const limited = (words[entry]! & COUNT_BITS) + 1;
    const isSlip = limited === slip;
    words[entry] = (words[entry]! & ~COUNT_BITS) | (isSlip || slip === 0 ? 0 : limited);
    return isSlip ? RATE.slip : RATE.drop;
  }

  /** @returns the first word of the entry, which is made if there is none */
  #findEntry(
    kind: number,
    zone: number,
    node: number,
    type: number,
    source: Uint8Array,
    family: 4 | 6,
    now: number,
    rate: number,
  ): number {
    const words = this.#words;
    const [mask6, mask6Low] = this.#masks6;
    const high = read32(source, 0) & (family === 4 ? this.#mask4 : mask6);
    const low = family === 4 ? 0 : read32(source, 4) & mask6Low;
    const what = (type << 16) | (family << 8) | kind;
    hashWords(this.#settings.key, high, low, what, zone, node, this.#hash);
    const tag = (this.#hash[1]! | USED_BIT) & ~COUNT_BITS;
    let entry = (this.#hash[0]! & (SETS - 1)) * SET_ENTRIES * ENTRY_WORDS;
    let oldest = entry;
    let age = -1;
    for (let i = 0; i < SET_ENTRIES; i++, entry += ENTRY_WORDS) {
      if ((words[entry]! & ~COUNT_BITS) === tag) return entry;
      const unused = words[entry] === 0 ? Number.POSITIVE_INFINITY : this.#elapsed(entry, now);
      if (unused > age) {
        age = unused;
        oldest = entry;
      }
    }
    words[oldest] = tag;
    words[oldest + 1] = now;
    this.#balances[oldest + 2] = rate;
    return oldest;
  }

  /** Milliseconds since the entry was last used; 32 bits of the clock are kept, which wrap around. */
  #elapsed(entry: number, now: number): number {
    const elapsed = (now - this.#words[entry + 1]!) | 0;
    if (elapsed >= 0) return elapsed;
    // A moment ago, by a thread that is ahead; or weeks ago.
    return elapsed > -LATE_MS ? 0 : -elapsed;
  }

  #isExempt(source: Uint8Array, family: 4 | 6): boolean {
    const asker = this.#asker;
    asker.family = family;
    asker.octets = source;
    for (const prefix of this.#settings.exempt) if (contains(prefix, asker)) return true;
    return false;
  }
}

function maskOf(bits: number): number {
  return bits <= 0 ? 0 : -(2 ** (32 - bits)) | 0;
}

function read32(octets: Uint8Array, at: number): number {
  return (octets[at]! << 24) | (octets[at + 1]! << 16) | (octets[at + 2]! << 8) | octets[at + 3]!;
}
