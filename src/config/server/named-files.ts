import type { Entry } from "../decode.ts";
import type { Place } from "../issue-list.ts";
import { type ListenSetting, usesTls } from "./listen-item.ts";
import type { Maybe } from "./section.ts";

/** A file without which a server with these settings does not start. Paths are absolute or relative to the working directory. */
export type NamedFile =
  | {
      readonly use: "certificate" | "certificate key";
      /** Of both, since each is good only with the other. */
      readonly cert: string;
      readonly key: string;
    }
  | { readonly use: "cookie secrets" | "key" | "token"; readonly path: string };

export interface PlacedFile {
  readonly file: NamedFile;
  /** Where the server file names it. */
  readonly place: Place;
}

/** The parts of a server file that name such files. */
export interface NamingParts {
  readonly listen: Maybe<readonly { readonly value: ListenSetting }[]>;
  readonly tls: Maybe<{ readonly cert: Maybe<string>; readonly key: Maybe<string> }>;
  readonly cookies: Maybe<{
    readonly enabled: Maybe<boolean>;
    readonly secret_file: Maybe<string>;
  }>;
  readonly keys: Maybe<readonly Entry<{ readonly secret_file: Maybe<string> }>[]>;
  readonly admin: Maybe<{
    readonly token_file: Maybe<string>;
    readonly read_token_file: Maybe<string>;
  }>;
}

/** The files that a start reads; not those of settings that nothing makes use of. */
export function listNamedFiles(
  { listen, tls, cookies, keys, admin }: NamingParts,
  resolve: (path: string) => string,
): readonly PlacedFile[] {
  const files: PlacedFile[] = [];
  const add = (use: "cookie secrets" | "key" | "token", written: Maybe<string>): void => {
    if (written === undefined) return;
    files.push({ file: { use, path: resolve(written.value) }, place: written.place });
  };
  const { cert, key } = tls?.value ?? {};
  if (
    cert !== undefined &&
    key !== undefined &&
    listen?.value.some(({ value }) => usesTls(value))
  ) {
    const pair = { cert: resolve(cert.value), key: resolve(key.value) };
    files.push(
      { file: { use: "certificate", ...pair }, place: cert.place },
      { file: { use: "certificate key", ...pair }, place: key.place },
    );
  }
  if (cookies?.value.enabled?.value !== false) add("cookie secrets", cookies?.value.secret_file);
  for (const { value } of keys?.value ?? []) add("key", value?.secret_file);
  add("token", admin?.value.token_file);
  add("token", admin?.value.read_token_file);
  return files;
}
