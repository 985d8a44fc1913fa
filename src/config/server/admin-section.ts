import { type AdminListen, parseAdminListen } from "../admin-listen.ts";
import { type Decoder, type Located, listOf, object, optional, text } from "../decode.ts";
import type { Maybe, Section } from "./section.ts";

export interface AdminSettings {
  /** Undefined: 127.0.0.1:8053, unless something else has it. */
  readonly listen: AdminListen | undefined;
  /** Holds the bearer token for everything; required where others than this machine can reach the interface. */
  readonly tokenFile: string | undefined;
  /** Holds a token that changes nothing. */
  readonly readTokenFile: string | undefined;
  /** Names beside addresses and `localhost` under which the interface may be asked. */
  readonly hosts: readonly string[];
}

interface WrittenAdmin {
  readonly listen: Maybe<AdminListen>;
  readonly token_file: Maybe<string>;
  readonly read_token_file: Maybe<string>;
  readonly hosts: Maybe<readonly Located<string>[]>;
}

const adminListen: Decoder<AdminListen> = (tree, name, issues) => {
  const written = text(tree, name, issues);
  if (written === undefined) return undefined;
  const parsed = parseAdminListen(written);
  if (typeof parsed !== "string") return parsed;
  issues.error(tree.place, `${name}: ${parsed}`);
  return undefined;
};

export const adminSection: Section<WrittenAdmin, AdminSettings> = {
  decode: object<WrittenAdmin>("the admin settings", {
    listen: optional(adminListen),
    token_file: optional(text),
    read_token_file: optional(text),
    hosts: optional(listOf(text)),
  }),
  defaults: { listen: undefined, tokenFile: undefined, readTokenFile: undefined, hosts: [] },
  complete({ listen: written, token_file, read_token_file, hosts }, resolve) {
    const file = (path: Maybe<string>): string | undefined =>
      path === undefined ? undefined : resolve(path.value);
    const listen = written?.value;
    return {
      listen: listen?.kind === "socket" ? { kind: "socket", path: resolve(listen.path) } : listen,
      tokenFile: file(token_file),
      readTokenFile: file(read_token_file),
      hosts: hosts?.value.map(({ value }) => value) ?? [],
    };
  },
};
