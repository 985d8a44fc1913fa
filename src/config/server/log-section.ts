import { object, oneOf, optional } from "../decode.ts";
import type { Maybe, Section } from "./section.ts";

export interface LogSettings {
  readonly level: "debug" | "info" | "warn" | "error";
}

interface WrittenLog {
  readonly level: Maybe<LogSettings["level"]>;
}

export const logSection: Section<WrittenLog, LogSettings> = {
  decode: object<WrittenLog>("the log settings", {
    level: optional(oneOf(["debug", "info", "warn", "error"])),
  }),
  defaults: { level: "info" },
  complete: ({ level }) => ({ level: level?.value ?? "info" }),
};
