import type { Prefix } from "../../address/address.ts";
import { type Located, listOf, object, optional } from "../decode.ts";
import { clientPrefix } from "./client-prefix.ts";
import type { Maybe, Section } from "./section.ts";

export interface ExplainSettings {
  /** Who may ask for explanations over DNS; nobody if empty. */
  readonly allow: readonly Prefix[];
}

interface WrittenExplain {
  readonly allow: Maybe<readonly Located<Prefix>[]>;
}

export const explainSection: Section<WrittenExplain, ExplainSettings> = {
  decode: object<WrittenExplain>("the explain settings", { allow: optional(listOf(clientPrefix)) }),
  defaults: { allow: [] },
  complete: ({ allow }) => ({ allow: allow?.value.map(({ value }) => value) ?? [] }),
};
