/** `health.json` on disk: written whenever verdicts change. */
import { readFileSync } from "node:fs";
import type { Clock } from "../clock/clock.ts";
import {
  createPacedFile,
  type PacedFile,
  type PacedFileOptions,
  readBounded,
} from "../state/paced-file.ts";
import {
  MAX_TEXT_LENGTH,
  type Moment,
  type ParsedHealth,
  parseHealth,
  serializeHealth,
} from "./persist.ts";
import type { SavedHealth } from "./saved-health.ts";

export interface HealthFileOptions extends Pick<PacedFileOptions, "mayWrite"> {
  readonly path: string;
  readonly clock: Clock;
  /** Now; `readMoment` in a real server. */
  readonly moment: () => Moment;
  /** What to write. */
  readonly read: () => SavedHealth;
  /** A write failed; the file before it stays. Called at most once per attempt. */
  readonly onError: (error: Error) => void;
}

export function createHealthFile({ moment, read, ...options }: HealthFileOptions): PacedFile {
  return createPacedFile({ ...options, text: () => serializeHealth(read(), moment()) });
}

/** Reads and judges the file; one that does not exist or is no regular file is ignored with the reason. */
export async function readHealthFile(path: string, moment: Moment): Promise<ParsedHealth> {
  const read = await readBounded(path, MAX_TEXT_LENGTH);
  return "text" in read ? parseHealth(read.text, moment) : { kind: "ignored", reason: read.reason };
}

/** The moment by this machine's clocks. */
export function readMoment(): Moment {
  return {
    wallMs: Date.now(),
    bootMs: Number(process.hrtime.bigint() / 1_000_000n),
    bootId: readBootId(),
  };
}

function readBootId(): string | undefined {
  try {
    return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
  } catch {
    return undefined;
  }
}
