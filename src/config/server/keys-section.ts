import {
  type Decoder,
  type Entry,
  mapOf,
  object,
  oneOf,
  optional,
  startOf,
  text,
} from "../decode.ts";
import type { IssueList } from "../issue-list.ts";
import { canonicalName, explainBadName } from "../plain-name.ts";
import type { Maybe, Section } from "./section.ts";

/** A TSIG key as the server file has it. Never to be logged or shown. */
export interface KeySettings {
  /** In lower case, with the dot at the end. */
  readonly name: string;
  readonly algorithm: KeyAlgorithm;
  /** Its octets in base64, or the file that holds them so. */
  readonly secret: { readonly base64: string } | { readonly file: string };
}

export const KEY_ALGORITHMS = [
  "hmac-sha256",
  "hmac-sha512",
  "hmac-sha384",
  "hmac-sha224",
  "hmac-sha1",
] as const;
export type KeyAlgorithm = (typeof KEY_ALGORITHMS)[number];

interface WrittenKey {
  readonly algorithm: Maybe<KeyAlgorithm>;
  readonly secret: Maybe<string>;
  readonly secret_file: Maybe<string>;
}

/** Octets below which a secret can be found by trying. */
const LEAST_OCTETS = 16;

const secret: Decoder<string> = (tree, name, issues) => {
  issues.hide(tree.place);
  if (tree.kind !== "scalar" || typeof tree.value !== "string") {
    issues.error(tree.place, `${name} must be text, in quotes if it looks like a number`);
    return undefined;
  }
  const problem = explainBadSecret(tree.value);
  if (problem === undefined) return tree.value;
  issues.error(tree.place, `${name} ${problem}`);
  return undefined;
};

const fields = object<WrittenKey>("a key", {
  algorithm: optional(oneOf(KEY_ALGORITHMS)),
  secret: optional(secret),
  secret_file: optional(text),
});

const key: Decoder<WrittenKey> = (tree, name, issues) => {
  const written = fields(tree, name, issues);
  if (written === undefined || tree.kind !== "mapping") return undefined;
  const named = tree.entries.filter(({ key: each }) => each.startsWith("secret"));
  if (named.length !== 1) {
    issues.error(startOf(tree), `the key ${name} needs either "secret" or "secret_file"`);
    return undefined;
  }
  return written;
};

const keys = mapOf("keys by name", key);

export const keysSection: Section<readonly Entry<WrittenKey>[], readonly KeySettings[]> = {
  decode(tree, name, issues) {
    const entries = keys(tree, name, issues);
    if (entries !== undefined) checkNames(entries, issues);
    return entries;
  },
  defaults: [],
  complete(entries, resolve) {
    return entries.flatMap(({ key: written, value }): KeySettings[] => {
      const name = canonicalName(written);
      if (name === undefined || value === undefined) return [];
      const { algorithm, secret: base64, secret_file } = value;
      const source =
        secret_file === undefined
          ? { base64: base64!.value }
          : { file: resolve(secret_file.value) };
      return [{ name, algorithm: algorithm?.value ?? "hmac-sha256", secret: source }];
    });
  },
};

/** Why a text is no secret, in words that follow its name and do not repeat it; undefined if it is one. */
export function explainBadSecret(base64: string): string | undefined {
  if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(base64)) {
    return "must be base64, padded with = to a multiple of four characters";
  }
  const octets = Buffer.from(base64, "base64").length;
  if (octets >= LEAST_OCTETS) return undefined;
  return `is ${octets} octets long, at least ${LEAST_OCTETS} are needed: make one by "openssl rand -base64 32"`;
}

function checkNames(entries: readonly Entry<WrittenKey>[], issues: IssueList): void {
  const seen = new Map<string, string>();
  for (const { key: written, keyPlace } of entries) {
    const name = canonicalName(written);
    if (name === undefined) {
      issues.error(keyPlace, explainBadName(written, "key"));
      continue;
    }
    const other = seen.get(name);
    if (other !== undefined) issues.error(keyPlace, `"${written}" and "${other}" are the same key`);
    seen.set(name, written);
  }
}
