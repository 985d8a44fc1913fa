import { randomBytes } from "node:crypto";
import { hostname } from "node:os";
import { type AnswerSettings, IDENTITY_OCTETS } from "./answer/answer-settings.ts";
import { COOKIE_SECRET_OCTETS, createCookieSecrets } from "./answer/cookie-secrets.ts";
import type { IdentityText } from "./config/server/identity-section.ts";
import type { ServerSettings } from "./config/server-file.ts";
import { openCookieSecretFile } from "./cookie-secret-file.ts";
import type { Log } from "./log/log.ts";
import type { Keyring } from "./tsig/keyring.ts";

/** What the operator has decided about answers, as the threads that answer need it. */
export interface OpenedAnswers {
  readonly settings: AnswerSettings;
  close(): void;
}

/** @throws CookieSecretError if there is a file of cookie secrets and it holds none */
export function openAnswers(
  { explain, identity, cookies }: ServerSettings,
  keyring: Keyring,
  version: string,
  log: Log,
): OpenedAnswers {
  const { enabled, secretFile } = cookies;
  const file =
    enabled && secretFile !== undefined ? openCookieSecretFile(secretFile, log) : undefined;
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
    },
    close: () => file?.close(),
  };
}

function toOctets(text: IdentityText, auto: string, most: number): Uint8Array {
  if (text === undefined) return new Uint8Array(0);
  return text === "auto" ? new Uint8Array(Buffer.from(auto).subarray(0, most)) : text.octets;
}
