import {
  boolean,
  type Decoder,
  integer,
  type Located,
  object,
  oneOf,
  optional,
  text,
} from "./decode.ts";
import { describe, schemaOf } from "./describe.ts";
import { describeTree } from "./tree.ts";

/** What octoDNS keeps for itself in a record; only this means something here. */
export interface OctodnsSettings {
  readonly healthcheck: Located<OctodnsCheck> | undefined;
  /** The record is kept in the file, and in no zone. */
  readonly ignored: Located<boolean> | undefined;
}

export interface OctodnsCheck {
  readonly host: Located<string> | undefined;
  readonly path: Located<string> | undefined;
  readonly port: Located<number> | undefined;
  readonly protocol: Located<"HTTP" | "HTTPS" | "TCP"> | undefined;
}

const check: Decoder<OctodnsCheck> = object<OctodnsCheck>("an octoDNS check", {
  host: optional(text),
  path: optional(text),
  port: optional(integer(1, 65_535)),
  protocol: optional(oneOf(["HTTP", "HTTPS", "TCP"])),
});

/** The key `octodns` of a record. Most of what stands there is for octoDNS or a provider: it is warned of. */
export const octodns: Decoder<OctodnsSettings> = describe(
  (tree, name, issues) => {
    if (tree.kind !== "mapping") {
      issues.error(tree.place, `${name} must be a mapping: ${describeTree(tree)}`);
      return undefined;
    }
    let healthcheck: OctodnsSettings["healthcheck"];
    let ignored: OctodnsSettings["ignored"];
    for (const { key, keyPlace, value } of tree.entries) {
      if (key === "healthcheck") {
        const settings = check(value, key, issues);
        if (settings !== undefined) healthcheck = { value: settings, place: value.place };
      } else if (key === "ignored") {
        const isIgnored = boolean(value, key, issues);
        if (isIgnored !== undefined) ignored = { value: isIgnored, place: keyPlace };
      } else {
        issues.warn(
          keyPlace,
          WARNINGS[key] ?? `${JSON.stringify(key)} of octoDNS is left out of account`,
        );
      }
    }
    return { healthcheck, ignored };
  },
  () => ({
    type: "object",
    properties: { healthcheck: schemaOf(check), ignored: schemaOf(boolean) },
  }),
);

const WARNINGS: Readonly<Record<string, string>> = {
  excluded: '"excluded" names providers of octoDNS: the record is served here all the same',
  included: '"included" names providers of octoDNS: the record is served here all the same',
  lenient: '"lenient" means nothing here: the record is checked like any other',
};
