/**
 * A file in the state folder that is worth the last moments only: written when something changes, at most once per
 * second, and once a minute, so that its age says how long the server was away; always to a neighbour that is renamed
 * over it, so that no crash leaves half a file.
 */
import { constants } from "node:fs";
import { open, rename } from "node:fs/promises";
import { dirname } from "node:path";
import type { Clock } from "../clock/clock.ts";

export interface PacedFileOptions {
  readonly path: string;
  readonly clock: Clock;
  /** What to write. */
  readonly text: () => string;
  /** A write failed; the file before it stays. Called at most once per attempt. */
  readonly onError: (error: Error) => void;
  /** Whether the file is this process's to write, at the moment; always if left out. */
  readonly mayWrite?: (() => boolean) | undefined;
}

export interface PacedFile {
  /** What is to be written has changed. */
  touch(): void;
  /** Writes once more and stops. */
  close(): Promise<void>;
}

const MIN_PAUSE_MS = 1000;
const MAX_PAUSE_MS = 60_000;

export function createPacedFile(options: PacedFileOptions): PacedFile {
  const { clock } = options;
  let writtenAt = Number.NEGATIVE_INFINITY;
  let writing: Promise<void> | undefined;
  let cancelTimer = clock.schedule(save, MAX_PAUSE_MS);
  let timerAt = clock.now() + MAX_PAUSE_MS;
  let isClosed = false;

  return {
    touch() {
      plan(Math.max(clock.now(), writtenAt + MIN_PAUSE_MS));
    },
    async close() {
      isClosed = true;
      cancelTimer();
      await writing;
      if (options.mayWrite?.() !== false) await write();
    },
  };

  /** Makes the next write come at `at`, unless it comes sooner anyway. */
  function plan(at: number): void {
    if (isClosed || at >= timerAt) return;
    cancelTimer();
    timerAt = at;
    cancelTimer = clock.schedule(save, at - clock.now());
  }

  function save(): void {
    timerAt = clock.now() + MAX_PAUSE_MS;
    cancelTimer = clock.schedule(save, MAX_PAUSE_MS);
    if (writing !== undefined || options.mayWrite?.() === false) {
      // A disk that takes more than a second, or another's turn: try again when it may be over.
      plan(clock.now() + MIN_PAUSE_MS);
      return;
    }
    writtenAt = clock.now();
    writing = write().finally(() => {
      writing = undefined;
    });
  }

  async function write(): Promise<void> {
    try {
      await replaceFile(options.path, options.text());
    } catch (error) {
      options.onError(error instanceof Error ? error : new Error(String(error)));
    }
  }
}

/** Reads a file of at most `longest` octets; or says why there is nothing to read, for people. */
export async function readBounded(
  path: string,
  longest: number,
): Promise<{ readonly text: string } | { readonly reason: string; readonly isMissing: boolean }> {
  const refuse = (reason: string) => ({ reason, isMissing: false });
  try {
    // Non-blocking: a named pipe in its place must not hold up the start.
    const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const stat = await file.stat();
      if (!stat.isFile()) return refuse("it is not a regular file");
      if (stat.size > longest) return refuse("it is too large");
      return { text: await file.readFile("utf8") };
    } finally {
      await file.close();
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return { reason: "there is none", isMissing: true };
    return refuse(`it cannot be read (${code ?? "unknown error"})`);
  }
}

/** Writes a neighbour, syncs it and renames it over the file: a crash leaves the old text or the new one. */
export async function replaceFile(path: string, text: string): Promise<void> {
  // Of its own: a server and its successor run side by side for a moment.
  const neighbour = `${path}.${process.pid}.tmp`;
  const file = await open(neighbour, "w", 0o644);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(neighbour, path);
  await syncFolder(dirname(path));
}

/** Makes the rename itself durable; where folders cannot be opened (Windows), the rename alone has to do. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, "r").catch(() => undefined);
  await folder?.sync().catch(() => {});
  await folder?.close();
}
