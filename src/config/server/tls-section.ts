import { object, optional, text } from "../decode.ts";
import type { Maybe, Section } from "./section.ts";

/** What listen addresses with TLS are served with. */
export interface TlsSettings {
  /** PEM files: the certificate with those that lead from it to an authority, and its private key. Both, or neither. */
  readonly cert: string | undefined;
  readonly key: string | undefined;
}

interface WrittenTls {
  readonly cert: Maybe<string>;
  readonly key: Maybe<string>;
}

export const tlsSection: Section<WrittenTls, TlsSettings> = {
  decode: object<WrittenTls>("the TLS settings", { cert: optional(text), key: optional(text) }),
  defaults: { cert: undefined, key: undefined },
  complete({ cert, key }, resolve) {
    return {
      cert: cert === undefined ? undefined : resolve(cert.value),
      key: key === undefined ? undefined : resolve(key.value),
    };
  },
};
