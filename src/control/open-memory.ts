import { join } from "node:path";
import type { Clock } from "../health/clock.ts";
import { readMoment } from "../health/health-file.ts";
import { createPacedFile, readBounded } from "../health/paced-file.ts";
import type { Log } from "../log/log.ts";
import { SteeringMemory } from "./memory.ts";
import { MAX_FAILBACK_TEXT, parseFailbacks, serializeFailbacks } from "./saved-failback.ts";

export interface OpenMemory {
  readonly memory: SteeringMemory;
  /** What it remembers at the moment, as the file has it. */
  text(): string;
  /** Writes once more and stops. */
  close(): Promise<void>;
}

/**
 * What steering remembers, gone on with from `steering.json` and kept there.
 *
 * @param handed what another process remembers, in place of the file: that may be older, or could not be written
 */
export async function openMemory(
  stateDirectory: string,
  clock: Clock,
  mayWrite: () => boolean,
  log: Log,
  handed?: string,
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
  const read = handed === undefined ? await readBounded(path, MAX_FAILBACK_TEXT) : { text: handed };
  const saved = "text" in read ? parseFailbacks(read.text, readMoment()) : read.reason;
  if (typeof saved !== "string") memory.restore(saved, clock.now());
  else if ("text" in read || !read.isMissing) {
    log.warn({ file: path, problem: saved }, "no pool is held back from before: file ignored");
  }
  return { memory, text, close: () => file.close() };
}
