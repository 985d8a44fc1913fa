import type { Prefix } from "../address/address.ts";
import type { Keyring } from "../tsig/keyring.ts";
import type { AnswerSettings, Identity } from "./answer-settings.ts";
import { CookieJar } from "./cookie-jar.ts";
import { RateLimiter } from "./rate-limiter.ts";

/** Who asks, over what, and the worker's own state: everything `respond()` needs beside the query and the image. */
export interface Context {
  /** Source address: octets 0–3 for IPv4, all 16 for IPv6. IPv4-mapped addresses arrive here as IPv4. */
  readonly source: Uint8Array;
  family: 4 | 6;
  /** Stream transports have no truncation below 65 535 octets. */
  stream: boolean;
  /** Whether nobody on the way can read along (TLS, HTTPS). */
  encrypted: boolean;
  /** How long an idle connection is kept, in units of 100 ms (RFC 7828 §3.1); 0 where nobody is to be told. */
  keepalive: number;
  /** The server's own ceiling for a UDP response in octets (1232, RFC 9715). */
  readonly udpLimit: number;
  /** The same for clients that have not shown a good cookie. */
  readonly limitWithoutCookie: number;
  /**
   * Rotation counters by slot, shared with the control plane, which only reads; the server replaces it by a larger copy
   * before a publication that asks for more slots.
   */
  rotation: Uint32Array;
  /** This worker's slots, see counters.ts. Shared with the control plane, which only reads. */
  readonly counters: Uint32Array;
  /** Milliseconds since 1970, for what clients check against their own clocks. */
  readonly wallClock: () => number;
  /** Who may ask for explanations; nobody if empty. */
  readonly operators: readonly Prefix[];
  /** By which queries may be signed. */
  readonly keyring: Keyring;
  readonly identity: Identity;
  /** When zones that are kept elsewhere expire: see expiry-table.ts. */
  readonly expiries: Uint32Array;
  /** Undefined: no cookies. */
  readonly cookies: CookieJar | undefined;
  /** Undefined: no limits. */
  readonly limiter: RateLimiter | undefined;
}

/** The server's own ceiling for a UDP response in octets: no path fragments it (RFC 9715). */
const UDP_LIMIT = 1232;

/**
 * The context of a thread or a transport: UDP over IPv4 until somebody says otherwise.
 *
 * @param counters COUNTER_SLOTS of them
 */
export function createContext(
  counters: Uint32Array,
  settings: AnswerSettings,
  wallClock: () => number = Date.now,
): Context {
  return {
    source: new Uint8Array(16),
    family: 4,
    stream: false,
    encrypted: false,
    keepalive: 0,
    udpLimit: UDP_LIMIT,
    limitWithoutCookie: Math.min(UDP_LIMIT, settings.cookies?.limitWithout ?? UDP_LIMIT),
    rotation: new Uint32Array(0),
    counters,
    wallClock,
    operators: settings.operators,
    keyring: settings.keyring,
    identity: settings.identity,
    expiries: new Uint32Array(settings.expiries),
    limiter: settings.rateLimit && new RateLimiter(settings.rateLimit),
    cookies: settings.cookies && new CookieJar(settings.cookies, wallClock),
  };
}
