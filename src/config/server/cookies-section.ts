import { boolean, integer, object, optional, text } from "../decode.ts";
import type { Maybe, Section } from "./section.ts";

/** DNS cookies (RFC 7873). */
export interface CookiesSettings {
  readonly enabled: boolean;
  /** Path; undefined: one secret, random at each start. */
  readonly secretFile: string | undefined;
  /** Whether clients that know cookies must show one of ours to be answered over UDP. */
  readonly require: boolean;
  /** Octets of an answer over UDP to clients without one of ours. */
  readonly maxResponseWithoutCookie: number;
}

interface WrittenCookies {
  readonly enabled: Maybe<boolean>;
  readonly secret_file: Maybe<string>;
  readonly require: Maybe<boolean>;
  readonly max_response_without_cookie: Maybe<number>;
}

/** What any response over UDP may have (RFC 9715). */
const NO_FURTHER_LIMIT = 1232;

export const cookiesSection: Section<WrittenCookies, CookiesSettings> = {
  decode: object<WrittenCookies>("the cookie settings", {
    enabled: optional(boolean),
    secret_file: optional(text),
    require: optional(boolean),
    max_response_without_cookie: optional(integer(128, NO_FURTHER_LIMIT)),
  }),
  defaults: {
    enabled: true,
    secretFile: undefined,
    require: false,
    maxResponseWithoutCookie: NO_FURTHER_LIMIT,
  },
  complete: ({ enabled, secret_file, require, max_response_without_cookie }, resolve) => ({
    enabled: enabled?.value ?? true,
    secretFile: secret_file === undefined ? undefined : resolve(secret_file.value),
    require: require?.value ?? false,
    maxResponseWithoutCookie: max_response_without_cookie?.value ?? NO_FURTHER_LIMIT,
  }),
};
