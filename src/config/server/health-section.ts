import { type Decoder, type Located, listOf, object, optional, text } from "../decode.ts";
import { parseSocketAddress, type SocketAddress } from "../socket-address.ts";
import { describeTree } from "../tree.ts";
import type { Maybe, Section } from "./section.ts";

export interface HealthSettings {
  /** Witnesses that our own network works, connected to over TCP. */
  readonly references: readonly SocketAddress[];
}

interface WrittenHealth {
  readonly references: Maybe<readonly Located<SocketAddress>[]>;
}

const reference: Decoder<SocketAddress> = (tree, name, issues) => {
  const written = text(tree, name, issues);
  if (written === undefined) return undefined;
  const scheme = "tcp://";
  if (!written.startsWith(scheme)) {
    issues.error(tree.place, `${name} must be like tcp://192.0.2.1:443: ${describeTree(tree)}`);
    return undefined;
  }
  const parsed = parseSocketAddress(written.slice(scheme.length));
  if (typeof parsed !== "string") return parsed;
  issues.error(tree.place, `${name}: ${parsed}`);
  return undefined;
};

export const healthSection: Section<WrittenHealth, HealthSettings> = {
  decode: object<WrittenHealth>("the health settings", { references: optional(listOf(reference)) }),
  defaults: { references: [] },
  complete: ({ references }) => ({ references: references?.value.map(({ value }) => value) ?? [] }),
};
