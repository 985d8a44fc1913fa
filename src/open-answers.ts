import { randomBytes } from "node:crypto";
import { hostname } from "node:os";
import {
  type AnswerSettings,
  IDENTITY_OCTETS,
  type RateLimitSettings,
} from "./answer/answer-settings.ts";
import { COOKIE_SECRET_OCTETS, createCookieSecrets } from "./answer/cookie-secrets.ts";
import { RATE_TABLE_OCTETS } from "./answer/rate-limiter.ts";
import type { Closers } from "./closers.ts";
import type { IdentityText } from "./config/server/identity-section.ts";
import type { RrlSettings } from "./config/server/rrl-section.ts";
import type { ServerSettings } from "./config/server-file.ts";
import { openCookieSecretFile } from "./cookie-secret-file.ts";
import { EXPIRY_TABLE_OCTETS } from "./image/expiry-table.ts";
import type { Log } from "./log/log.ts";
import { type LimitedTotals, reportRateLimits } from "./report-rate-limits.ts";
import type { Keyring } from "./tsig/keyring.ts";

/** What the operator has decided about answers, as the threads that answer need it. */
export interface OpenedAnswers {
  readonly settings: AnswerSettings;
  /** From now on the log says how many responses were limited. */
  reportLimits(read: () => LimitedTotals): void;
}

/** @throws CookieSecretError if there is a file of cookie secrets and it holds none */
export function openAnswers(
  { explain, identity, cookies, rrl }: ServerSettings,
  keyring: Keyring,
  version: string,
  log: Log,
  closers: Closers,
): OpenedAnswers {
  const { enabled, secretFile } = cookies;
  const file =
    enabled && secretFile !== undefined ? openCookieSecretFile(secretFile, log) : undefined;
  closers.add(() => file?.close());
  return {
    settings: {
      operators: explain.allow,
      keyring,
      identity: {
        nsid: toOctets(identity.nsid, hostname(), IDENTITY_OCTETS.nsid),
        version: toOctets(identity.version, `rondo ${version}`, IDENTITY_OCTETS.version),
        id: toOctets(identity.id, hostname(), IDENTITY_OCTETS.id),
      },
      cookies: enabled
        ? {
            // Clients that show the cookie of another run get a new one and notice nothing.
            secrets: file?.secrets ?? createCookieSecrets([randomBytes(COOKIE_SECRET_OCTETS)]),
            isRequired: cookies.require,
            limitWithout: cookies.maxResponseWithoutCookie,
          }
        : undefined,
      rateLimit: rrl.enabled ? toRateLimit(rrl) : undefined,
      expiries: new SharedArrayBuffer(EXPIRY_TABLE_OCTETS),
    },
    reportLimits: (read) => {
      if (rrl.enabled) closers.add(reportRateLimits(read, rrl.logOnly, log));
    },
  };
}

function toRateLimit(rrl: RrlSettings): RateLimitSettings {
  const random = randomBytes(8);
  const every = rrl.responsesPerSecond;
  return {
    // In the order of RESPONSE_KIND.
    rates: [
      every,
      rrl.referralsPerSecond ?? every,
      rrl.nodataPerSecond ?? every,
      rrl.nxdomainsPerSecond ?? every,
      rrl.errorsPerSecond ?? every,
    ],
    windowSeconds: rrl.window / 1000,
    slip: rrl.slip,
    prefix4: rrl.ipv4Prefix,
    prefix6: rrl.ipv6Prefix,
    exempt: rrl.exempt,
    isLogOnly: rrl.logOnly,
    key: [random.readInt32LE(0), random.readInt32LE(4)],
    table: new SharedArrayBuffer(RATE_TABLE_OCTETS),
  };
}

function toOctets(text: IdentityText, auto: string, most: number): Uint8Array {
  if (text === undefined) return new Uint8Array(0);
  return text === "auto" ? new Uint8Array(Buffer.from(auto).subarray(0, most)) : text.octets;
}
