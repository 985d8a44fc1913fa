/**
 * `overrides.json` in the state folder: what operators have said outlives restarts. One that cannot be understood is
 * kept aside, never overwritten, and never half believed.
 */
import { readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import type { Log } from "../log/log.ts";
import { replaceFile } from "../state/paced-file.ts";
import { isRecord, isTime, parseStateText } from "../state/state-text.ts";
import type { Override } from "../steering/world.ts";

/** Times are milliseconds since 1970; null for what is not set. */
export interface SavedOverride {
  readonly id: string;
  readonly action: Override["action"];
  readonly selector: string;
  readonly by: string;
  readonly reason: string | null;
  readonly since: number;
  readonly until: number | null;
}

export interface OverridesFile {
  /** Never rejects: a file that cannot be understood holds nothing. */
  read(): Promise<readonly SavedOverride[]>;
  /** Resolves when it is on disk, with what kept it from getting there if something did. */
  write(overrides: readonly SavedOverride[]): Promise<Error | undefined>;
  /** Resolves when every write so far has ended. */
  settle(): Promise<void>;
}

const FORMAT = 1;

export function createOverridesFile(stateDirectory: string, log: Log): OverridesFile {
  const path = join(stateDirectory, "overrides.json");
  let lastWrite: Promise<unknown> = Promise.resolve();
  return {
    async read() {
      let text: string;
      try {
        text = await readFile(path, "utf8");
      } catch (err) {
        if ((err as NodeJS.ErrnoException).code !== "ENOENT") {
          log.error({ err, file: path }, "overrides cannot be read: none is in force");
        }
        return [];
      }
      const parsed = parseOverrides(text);
      if (typeof parsed !== "string") return parsed;
      await keepAside(path, parsed, log);
      return [];
    },
    write(overrides) {
      const text = `${JSON.stringify({ format: FORMAT, overrides }, undefined, 2)}\n`;
      const written = lastWrite
        .then(() => replaceFile(path, text))
        .then(
          () => undefined,
          (error: Error) => error,
        );
      lastWrite = written;
      return written;
    },
    async settle() {
      await lastWrite;
    },
  };
}

/** All of what is written, or what is wrong with it. */
function parseOverrides(text: string): readonly SavedOverride[] | string {
  const file = parseStateText(text, FORMAT);
  if (typeof file === "string") return file;
  const { overrides } = file;
  if (!Array.isArray(overrides)) return "it holds no list";
  return overrides.every(isSaved) ? overrides : "it holds an override that makes no sense";
}

async function keepAside(path: string, problem: string, log: Log): Promise<void> {
  const aside = `${path}.bad-${Date.now()}`;
  try {
    await rename(path, aside);
    log.error(
      { file: path, problem, aside },
      "overrides not understood: none is in force, the file is kept aside",
    );
  } catch (err) {
    log.error({ err, file: path, problem }, "overrides not understood: none is in force");
  }
}

function isSaved(entry: unknown): entry is SavedOverride {
  if (!isRecord(entry)) return false;
  const { id, action, selector, by, reason, since, until } = entry;
  return (
    typeof id === "string" &&
    (action === "drain" || action === "up" || action === "down") &&
    typeof selector === "string" &&
    typeof by === "string" &&
    (reason === null || typeof reason === "string") &&
    isTime(since) &&
    (until === null || isTime(until))
  );
}
