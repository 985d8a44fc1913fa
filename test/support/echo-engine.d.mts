import type { Engine, ImageReader } from "../../src/server/engine.ts";

export const ECHO: Readonly<Record<"throw" | "exit" | "silent" | "big", number>>;
export const ECHO_OCTETS: number;
export const BIG_OCTETS: number;
export const ECHO_COUNTERS: number;
export const echoEngine: Engine<ImageReader>;
