/**
 * `health.json` on disk. Written when verdicts change, at most once per second, and once a minute, so that its age says
 * how long the server was away; always to a neighbour that is renamed over it, so that no crash leaves half a file.
 */
import { constants, readFileSync } from "node:fs";
import { open, rename } from "node:fs/promises";
import { dirname } from "node:path";
import type { Clock } from "./clock.ts";
import {
  MAX_TEXT_LENGTH,
  type Moment,
  type ParsedHealth,
  parseHealth,
  serializeHealth,
} from "./persist.ts";
import type { SavedHealth } from "./saved-health.ts";

export interface HealthFileOptions {
  readonly path: string;
  readonly clock: Clock;
  /** Now; `readMoment` in a real server. */
  readonly moment: () => Moment;
  /** What to write. */
  readonly read: () => SavedHealth;
  /** A write failed; the file before it stays. Called at most once per attempt. */
  readonly onError: (error: Error) => void;
}

export interface HealthFile {
  /** Verdicts have changed. */
  touch(): void;
  /** Writes once more and stops. */
  close(): Promise<void>;
}

const MIN_PAUSE_MS = 1000;
const MAX_PAUSE_MS = 60_000;

export function createHealthFile(options: HealthFileOptions): HealthFile {
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
      await write();
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
    if (writing !== undefined) {
      // A disk that takes more than a second: try again when it may be done.
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
      await replaceFile(options.path, serializeHealth(options.read(), options.moment()));
    } catch (error) {
      options.onError(error instanceof Error ? error : new Error(String(error)));
    }
  }
}

/** Reads and judges the file; one that does not exist or is no regular file is ignored with the reason. */
export async function readHealthFile(path: string, moment: Moment): Promise<ParsedHealth> {
  try {
    // Non-blocking: a named pipe in its place must not hold up the start.
    const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const stat = await file.stat();
      if (!stat.isFile()) return { kind: "ignored", reason: "it is not a regular file" };
      if (stat.size > MAX_TEXT_LENGTH) return { kind: "ignored", reason: "it is too large" };
      return parseHealth(await file.readFile("utf8"), moment);
    } finally {
      await file.close();
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const reason =
      code === "ENOENT" ? "there is none" : `it cannot be read (${code ?? "unknown error"})`;
    return { kind: "ignored", reason };
  }
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

/** Writes a neighbour, syncs it and renames it over the file: a crash leaves the old text or the new one. */
export async function replaceFile(path: string, text: string): Promise<void> {
  const neighbour = `${path}.tmp`;
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
