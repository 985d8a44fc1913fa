import { join } from "node:path";
import type { Clock } from "../clock/clock.ts";
import { readMoment } from "../health/health-file.ts";
import type { Log } from "../log/log.ts";
import { createPacedFile, readBounded } from "../state/paced-file.ts";
import { SteeringMemory } from "./memory.ts";
import {
  MAX_FAILBACK_TEXT,
  parseFailbacks,
  type SavedFailback,
  serializeFailbacks,
} from "./saved-failback.ts";

export interface OpenMemory {
  readonly memory: SteeringMemory;
  /** What it remembers at the moment, as the file has it. */
  text(): string;
  /** What such a text of another process says; if that makes no sense, nothing, which is logged. */
  parse(text: string): readonly SavedFailback[];
  /** Writes once more and stops. */
  close(): Promise<void>;
}

/**
 * What steering remembers, gone on with from `steering.json` and kept there.
 *
 * @param isRestored whether to go on with that; another process that is still there has something newer, and tells of it later
 */
export async function openMemory(
  stateDirectory: string,
  clock: Clock,
  mayWrite: () => boolean,
  log: Log,
  isRestored = true,
): Promise<OpenMemory> {
  const path = join(stateDirectory, "steering.json");
  const memory = new SteeringMemory({ log, onChange: () => file.touch() });
  const text = (): string => serializeFailbacks(memory.export(clock.now()), readMoment());
  let isBroken = false;
  const file = createPacedFile({
    path,
    clock,
    text,
    mayWrite,
    onError: (err) => {
      if (!isBroken) log.warn({ err, file: path }, "pools that were left cannot be saved");
      isBroken = true;
    },
  });
  const ignore = (problem: string): readonly SavedFailback[] => {
    log.warn({ file: path, problem }, "no pool is held back from before: file ignored");
    return [];
  };
  const parse = (saved: string): readonly SavedFailback[] => {
    const parsed = parseFailbacks(saved, readMoment());
    return typeof parsed === "string" ? ignore(parsed) : parsed;
  };
  if (isRestored) {
    const read = await readBounded(path, MAX_FAILBACK_TEXT);
    if ("text" in read) memory.restore(parse(read.text), clock.now());
    else if (!read.isMissing) ignore(read.reason);
  }
  return { memory, text, parse, close: () => file.close() };
}
