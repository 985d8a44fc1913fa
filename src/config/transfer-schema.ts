import type { Prefix } from "../address/address.ts";
import {
  type Decoder,
  type Located,
  listOf,
  object,
  optional,
  required,
  startOf,
  text,
} from "./decode.ts";
import { describe, type JsonSchema, schemaOf } from "./describe.ts";
import { plainName } from "./plain-name.ts";
import { clientPrefix } from "./server/client-prefix.ts";
import { parseSocketAddress, type SocketAddress } from "./socket-address.ts";

/** Who may have a zone, and who is told when it changes: of one zone, or of all that say nothing else. */
export interface WrittenTransfer {
  readonly allow: Located<readonly Located<TransferRule>[]> | undefined;
  readonly notify: Located<readonly Located<NotifyTarget>[]> | undefined;
}

/** Those from an address in `prefix`, if it is there, who sign with `key`, if it is there. */
export interface TransferRule {
  readonly prefix: Prefix | undefined;
  /** The name of a TSIG key, in lower case, with the dot at the end. */
  readonly key: string | undefined;
}

/** A secondary that NOTIFY is sent to. */
export interface NotifyTarget {
  /** Presentation form. */
  readonly address: string;
  readonly port: number;
  /** The name of the TSIG key to sign with, in lower case, with the dot at the end. */
  readonly key: string | undefined;
}

const DNS_PORT = 53;

interface WrittenRule {
  readonly prefix: Located<Prefix> | undefined;
  readonly key: Located<string> | undefined;
}

const ruleFields = object<WrittenRule>("who may have a zone", {
  prefix: optional(clientPrefix),
  key: optional(plainName("key")),
});

const rule: Decoder<TransferRule> = describe(
  (tree, name, issues) => {
    if (tree.kind !== "mapping") {
      const prefix = clientPrefix(tree, name, issues);
      return prefix && { prefix, key: undefined };
    }
    const errors = issues.errors;
    const written = ruleFields(tree, name, issues);
    // What is left of a rule that was refused in part would let in more than was meant.
    if (written === undefined || issues.errors > errors) return undefined;
    if (written.prefix === undefined && written.key === undefined) {
      issues.error(startOf(tree), `${name}: a mapping needs "prefix", "key" or both`);
      return undefined;
    }
    return { prefix: written.prefix?.value, key: written.key?.value };
  },
  () => eitherTextOr(ruleFields),
);

const endpoint: Decoder<SocketAddress> = describe(
  (tree, name, issues) => {
    const written = text(tree, name, issues);
    if (written === undefined) return undefined;
    const parsed = parseSocketAddress(written, DNS_PORT);
    if (typeof parsed !== "string") return parsed;
    issues.error(tree.place, `${name}: ${parsed}`);
    return undefined;
  },
  () => ({ type: "string" }),
);

interface WrittenTarget {
  readonly address: Located<SocketAddress>;
  readonly key: Located<string> | undefined;
}

const targetFields = object<WrittenTarget>("whom to notify", {
  address: required(endpoint),
  key: optional(plainName("key")),
});

const target: Decoder<NotifyTarget> = describe(
  (tree, name, issues) => {
    if (tree.kind !== "mapping") {
      const address = endpoint(tree, name, issues);
      return address && { ...address, key: undefined };
    }
    const written = targetFields(tree, name, issues);
    return written && { ...written.address.value, key: written.key?.value };
  },
  () => eitherTextOr(targetFields),
);

/** Who may have a zone. */
export const allowList: Decoder<readonly Located<TransferRule>[]> = listOf(rule);
/** Who is told when it changes. */
export const notifyList: Decoder<readonly Located<NotifyTarget>[]> = listOf(target);

/** What stands under `transfer`, in a zone file and in the server file. */
export const transfer: Decoder<WrittenTransfer> = object<WrittenTransfer>("the transfer settings", {
  allow: optional(allowList),
  notify: optional(notifyList),
});

function eitherTextOr(mapping: Decoder<unknown>): JsonSchema {
  return { anyOf: [{ type: "string" }, schemaOf(mapping)] };
}
