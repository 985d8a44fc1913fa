import type { Prefix } from "../address/address.ts";
import { type Keyring, NO_KEYS } from "../tsig/keyring.ts";

/**
 * What the operator has decided about answers beside the zones. Every thread that answers gets it as it is: plain data and
 * shared buffers, so that it can be sent to a thread (structured clone).
 */
export interface AnswerSettings {
  /** Who may ask for explanations; nobody if empty. */
  readonly operators: readonly Prefix[];
  /** By which queries may be signed. */
  readonly keyring: Keyring;
  readonly identity: Identity;
  /** Undefined: cookies are an option like any other unknown one. */
  readonly cookies: CookieSettings | undefined;
  /** Undefined: nobody's responses are limited. */
  readonly rateLimit: RateLimitSettings | undefined;
  /** See expiry-table.ts. */
  readonly expiries: SharedArrayBuffer;
}

/** See rate-limiter.ts. */
export interface RateLimitSettings {
  /** Responses per second, by RESPONSE_KIND; 0: no limit. */
  readonly rates: readonly number[];
  /** How long at most somebody stays limited who asks no more. */
  readonly windowSeconds: number;
  /** Of the limited responses every so manieth is sent short, 0: none; at most 15. */
  readonly slip: number;
  /** Bits of a client's address that count: up to 32, up to 64. */
  readonly prefix4: number;
  readonly prefix6: number;
  readonly exempt: readonly Prefix[];
  /** Whether it is only counted what would be limited. */
  readonly isLogOnly: boolean;
  /** Random. */
  readonly key: readonly [number, number];
  /** RATE_TABLE_OCTETS, all zero, for all threads together. */
  readonly table: SharedArrayBuffer;
}

/** DNS cookies (RFC 7873). */
export interface CookieSettings {
  /** See cookie-secrets.ts. */
  readonly secrets: SharedArrayBuffer;
  /** Whether a client that knows cookies must have one of ours to be answered over UDP; else it gets BADCOOKIE. */
  readonly isRequired: boolean;
  /** Octets of an answer over UDP to a client without one of ours. */
  readonly limitWithout: number;
}

/** What this server says of itself, each at most as many octets as {@link IDENTITY_OCTETS} has; none: it does not say. */
export interface Identity {
  /** The content of the NSID option (RFC 5001). */
  readonly nsid: Uint8Array;
  /** Answers `version.bind CH TXT` and `version.server`. */
  readonly version: Uint8Array;
  /** Answers `id.server CH TXT` and `hostname.bind` (RFC 4892). */
  readonly id: Uint8Array;
}

/** Of an identity: an OPT record leaves room for an answer in 512 octets; a character-string has no more than 255. */
export const IDENTITY_OCTETS: Readonly<Record<keyof Identity, number>> = {
  nsid: 128,
  version: 255,
  id: 255,
};

const NOTHING = new Uint8Array(0);

export const DEFAULT_ANSWER_SETTINGS: AnswerSettings = {
  operators: [],
  keyring: NO_KEYS,
  identity: { nsid: NOTHING, version: NOTHING, id: NOTHING },
  cookies: undefined,
  rateLimit: undefined,
  expiries: new SharedArrayBuffer(0),
};
