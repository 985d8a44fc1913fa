/**
 * DNS cookies (RFC 7873), with the server cookies that all servers of a name can share (RFC 9018): a client that shows one has
 * received an answer at its address before, so nobody has forged it.
 */
import type { CookieSettings } from "./answer-settings.ts";
import { CookieSecrets } from "./cookie-secrets.ts";
import { sipHash24 } from "./siphash.ts";

/** What a query's cookie says of the client. */
export const COOKIE = {
  none: 0,
  /** A client cookie alone: it knows cookies and has none of ours yet. */
  fresh: 1,
  /** A server cookie that is not, or no longer, good for this client. */
  bad: 2,
  good: 3,
} as const;

export const CLIENT_COOKIE_OCTETS = 8;
/** Version, three reserved, four of time, eight of hash (RFC 9018 §4). */
export const SERVER_COOKIE_OCTETS = 16;

const VERSION = 1;
const HASH_AT = 8;
/** Seconds (RFC 9018 §4.3). */
const OLDEST = 3600;
const FURTHEST_AHEAD = 300;
/** Older ones are replaced. */
const RENEWED_AFTER = 1800;

/** How long the time on the wall clock is good for, in milliseconds: a number as large as that is an object, one per query. */
const WALL_FRESH_MS = 100;

export class CookieJar {
  /** Whether clients that know cookies must have one of ours to be answered over UDP. */
  readonly isRequired: boolean;
  /** What the client of the query that was checked last sent, and what it gets. */
  readonly clientCookie: Uint8Array;
  readonly serverCookie: Uint8Array = new Uint8Array(SERVER_COOKIE_OCTETS);
  readonly #secrets: CookieSecrets;
  readonly #wallClock: () => number;
  /** What is hashed: client cookie, the first half of the server cookie, the client's address. */
  readonly #message = new Uint8Array(CLIENT_COOKIE_OCTETS + HASH_AT + 16);
  readonly #hash = new Uint32Array(2);
  /** When the wall clock was read last, by the clock of the queries, and what it said. */
  #readAt: number | undefined;
  #seconds = 0;

  /** @param wallClock milliseconds since 1970 */
  constructor(settings: CookieSettings, wallClock: () => number) {
    this.isRequired = settings.isRequired;
    this.clientCookie = this.#message.subarray(0, CLIENT_COOKIE_OCTETS);
    this.#secrets = new CookieSecrets(settings.secrets);
    this.#wallClock = wallClock;
  }

  /**
   * Checks the cookie option of a query, and has a server cookie ready for the answer.
   *
   * @param octets of the query
   * @param at where the content of the option starts
   * @param size octets of the content: 8, or 16 to 40
   * @param source the client's address
   * @param now milliseconds, monotonic; the lower 32 bits count
   * @returns one of COOKIE
   */
  check(
    octets: Uint8Array,
    at: number,
    size: number,
    source: Uint8Array,
    family: 4 | 6,
    now: number,
  ): number {
    const message = this.#message;
    const server = at + CLIENT_COOKIE_OCTETS;
    const length = CLIENT_COOKIE_OCTETS + HASH_AT + (family === 4 ? 4 : 16);
    for (let i = 0; i < CLIENT_COOKIE_OCTETS; i++) message[i] = octets[at + i]!;
    for (let i = CLIENT_COOKIE_OCTETS + HASH_AT, from = 0; i < length; i++, from++) {
      message[i] = source[from]!;
    }
    const seconds = this.#readSeconds(now);
    const bank = this.#secrets.currentBank();
    if (size === CLIENT_COOKIE_OCTETS + SERVER_COOKIE_OCTETS && octets[server] === VERSION) {
      // Serial number arithmetic (RFC 1982): the difference counts, not who is greater.
      const age = (seconds - read32(octets, server + 4)) | 0;
      if (age <= OLDEST && age >= -FURTHEST_AHEAD) {
        for (let i = 0; i < HASH_AT; i++) message[CLIENT_COOKIE_OCTETS + i] = octets[server + i]!;
        const signer = this.#findSigner(bank, length, octets, server + HASH_AT);
        if (signer === 0 && age <= RENEWED_AFTER) {
          for (let i = 0; i < SERVER_COOKIE_OCTETS; i++) {
            this.serverCookie[i] = octets[server + i]!;
          }
          return COOKIE.good;
        }
        if (signer >= 0) {
          this.#make(bank, length, seconds);
          return COOKIE.good;
        }
      }
    }
    this.#make(bank, length, seconds);
    return size === CLIENT_COOKIE_OCTETS ? COOKIE.fresh : COOKIE.bad;
  }

  /** @returns seconds since 1970, of which the lower 32 bits are in a cookie, in 2106 as well */
  #readSeconds(now: number): number {
    const age = (now - (this.#readAt ?? 0)) | 0;
    if (this.#readAt === undefined || age < 0 || age >= WALL_FRESH_MS) {
      this.#readAt = now | 0;
      this.#seconds = Math.floor(this.#wallClock() / 1000) | 0;
    }
    return this.#seconds;
  }

  /** @returns the number of the secret that makes the hash at `at` of what is in the message, or -1 */
  #findSigner(bank: number, length: number, octets: Uint8Array, at: number): number {
    const secrets = this.#secrets;
    const count = secrets.countIn(bank);
    for (let number = 0; number < count; number++) {
      sipHash24(secrets.words, secrets.secretAt(bank, number), this.#message, length, this.#hash);
      let difference = 0;
      for (let i = 0; i < 8; i++) difference |= octets[at + i]! ^ this.#hashOctet(i);
      if (difference === 0) return number;
    }
    return -1;
  }

  #make(bank: number, length: number, seconds: number): void {
    const message = this.#message;
    const { serverCookie } = this;
    const secrets = this.#secrets;
    serverCookie[0] = VERSION;
    serverCookie.fill(0, 1, 4);
    for (let i = 0; i < 4; i++) serverCookie[4 + i] = seconds >>> (24 - 8 * i);
    for (let i = 0; i < HASH_AT; i++) message[CLIENT_COOKIE_OCTETS + i] = serverCookie[i]!;
    sipHash24(secrets.words, secrets.secretAt(bank, 0), message, length, this.#hash);
    for (let i = 0; i < 8; i++) serverCookie[HASH_AT + i] = this.#hashOctet(i);
  }

  /** The hash as octets: its lowest comes first. */
  #hashOctet(i: number): number {
    return (this.#hash[i >> 2]! >>> (8 * (i & 3))) & 0xff;
  }
}

function read32(octets: Uint8Array, at: number): number {
  const high = (octets[at]! << 8) | octets[at + 1]!;
  return (high * 0x10000 + ((octets[at + 2]! << 8) | octets[at + 3]!)) >>> 0;
}
