import { boolean, type Decoder, object, optional, startOf } from "../decode.ts";
import { plainName } from "../plain-name.ts";
import {
  allowList,
  type NotifyTarget,
  notifyList,
  type TransferRule,
  type WrittenTransfer,
} from "../transfer-schema.ts";
import type { Maybe, Section } from "./section.ts";

/** The zone that lists the zones of this server (RFC 9432). */
export interface CatalogSettings {
  /** Its apex in lower case, with the dot at the end; undefined: there is none. */
  readonly zone: string | undefined;
  /** The group property of its members. */
  readonly group: string | undefined;
  /** Whether zones that this server has from others are in it. */
  readonly secondaries: boolean;
  /** Undefined: as for other zones. */
  readonly allow: readonly TransferRule[] | undefined;
  readonly notify: readonly NotifyTarget[] | undefined;
}

interface WrittenCatalog extends WrittenTransfer {
  readonly zone: Maybe<string>;
  readonly group: Maybe<string>;
  readonly secondaries: Maybe<boolean>;
}

/** As a consumer takes it: up to 255 octets of text (RFC 9432 §4.3.2). */
const group: Decoder<string> = (tree, name, issues) => {
  const isText = tree.kind === "scalar" && typeof tree.value === "string";
  const value = isText ? (tree.value as string) : "";
  if (/^[\x20-\x7e]{1,255}$/.test(value)) return value;
  issues.error(tree.place, `${name} must be text of 1 to 255 ASCII characters`);
  return undefined;
};

const fields = object<WrittenCatalog>("the catalog", {
  zone: optional(plainName("zone")),
  group: optional(group),
  secondaries: optional(boolean),
  allow: optional(allowList),
  notify: optional(notifyList),
});

export const catalogSection: Section<WrittenCatalog, CatalogSettings> = {
  decode(tree, name, issues) {
    const isEmpty = tree.kind === "mapping" && tree.entries.length === 0;
    const hasZone = tree.kind === "mapping" && tree.entries.some(({ key }) => key === "zone");
    if (tree.kind === "mapping" && !isEmpty && !hasZone) {
      issues.error(startOf(tree), 'the catalog needs the key "zone"');
    }
    return fields(tree, name, issues);
  },
  defaults: {
    zone: undefined,
    group: undefined,
    secondaries: true,
    allow: undefined,
    notify: undefined,
  },
  complete: ({ zone, group: name, secondaries, allow, notify }) => ({
    zone: zone?.value,
    group: name?.value,
    secondaries: secondaries?.value ?? true,
    allow: allow?.value.map(({ value }) => value),
    notify: notify?.value.map(({ value }) => value),
  }),
};
