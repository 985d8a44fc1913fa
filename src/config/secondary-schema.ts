import {
  type Decoder,
  fullListOf,
  type Located,
  object,
  optional,
  required,
  text,
} from "./decode.ts";
import { describe, type JsonSchema, textSchema } from "./describe.ts";
import type { IssueList } from "./issue-list.ts";
import { plainName } from "./plain-name.ts";
import { parseSocketAddress, type SocketAddress } from "./socket-address.ts";
import type { Tree } from "./tree.ts";

/** Where the records of a zone come from that is kept elsewhere. */
export interface SecondarySettings {
  /** In the order they are asked. */
  readonly primaries: Located<readonly Located<SocketAddress>[]>;
  /** The name of the TSIG key that both sides sign with, in lower case, with the dot at the end. */
  readonly key: Located<string> | undefined;
}

const DNS_PORT = 53;

const primary: Decoder<SocketAddress> = describe((tree, name, issues) => {
  const written = text(tree, name, issues);
  if (written === undefined) return undefined;
  const parsed = parseSocketAddress(written, DNS_PORT);
  if (typeof parsed !== "string") return parsed;
  issues.error(tree.place, `${name}: ${parsed}`);
  return undefined;
}, textSchema);

/** What stands under `secondary`. */
export const secondary: Decoder<SecondarySettings> = object<SecondarySettings>("a secondary zone", {
  primaries: required(fullListOf(primary)),
  key: optional(plainName("key")),
});

/** Beside `secondary`: what the zone is called, and who may have it from here. */
const KEYS_BESIDE = new Set(["zone", "secondary", "transfer"]);

/** Reports every key of a zone file that says something of records, which a secondary zone has from its primaries. */
export function refuseOwnRecords(tree: Tree & { kind: "mapping" }, issues: IssueList): void {
  for (const { key, keyPlace } of tree.entries) {
    if (KEYS_BESIDE.has(key)) continue;
    issues.error(
      keyPlace,
      `${key} and secondary exclude each other: a secondary zone has all its records from its primaries`,
    );
  }
}

/** The schema of a zone file, which has records of its own, imports some, or is a secondary zone. */
export function describeEither(envelope: JsonSchema): JsonSchema {
  const sources = ["records", "import", "secondary"];
  return { ...envelope, anyOf: sources.map((key) => ({ required: [key] })) };
}
