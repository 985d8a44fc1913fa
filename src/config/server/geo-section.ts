import type { Located } from "../decode.ts";
import { listOf, object, optional, text } from "../decode.ts";
import type { Maybe, Section } from "./section.ts";

export interface GeoSettings {
  /** Names of packaged databases, or paths of .mmdb files; per field the first that knows wins. */
  readonly databases: readonly string[];
}

export const PACKAGED_DATABASES: readonly string[] = ["dbip-country", "geoip-lite"];

interface WrittenGeo {
  readonly databases: Maybe<readonly Located<string>[]>;
}

export const geoSection: Section<WrittenGeo, GeoSettings> = {
  decode: object<WrittenGeo>("the geo settings", { databases: optional(listOf(text)) }),
  defaults: { databases: PACKAGED_DATABASES },
  complete({ databases }, resolve) {
    return {
      databases:
        databases?.value.map(({ value }) =>
          PACKAGED_DATABASES.includes(value) ? value : resolve(value),
        ) ?? PACKAGED_DATABASES,
    };
  },
};
