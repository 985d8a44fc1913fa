/** Where the transferred content of zones is kept. A file's time of change is when a primary confirmed it last. */
import { createHash } from "node:crypto";
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  utimesSync,
  writeSync,
} from "node:fs";
import { readdir, rm, stat, utimes } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Log } from "../log/log.ts";
import { isRunning } from "../state/is-running.ts";

const SUFFIX = ".state";
/** A file; one that is not whole yet, and the number of the process that is writing it. */
const OURS = /^(.*\.state)(?:(?:\.(\d+))?(\.new))?$/;
/** File names have 255 octets at most, and need some for the name that they are written under first. */
const MAX_NAME = 200;

/**
 * The file of a zone in a folder: its name where that can be one of a file, else a digest of it.
 *
 * @param zone the apex in presentation form, lower case, with the dot at the end
 */
export function stateFileOf(folder: string, zone: string): string {
  const isPlain = /^([a-z0-9_][a-z0-9_-]*\.)+$/.test(zone) && zone.length <= MAX_NAME;
  const name = isPlain ? zone.slice(0, -1) : createHash("sha256").update(zone).digest("hex");
  return join(folder, `${name}${SUFFIX}`);
}

/**
 * Replaces the file: temporary file, sync, rename, so that a crash or a full disk leaves the old one or the new one.
 *
 * @param confirmedAt seconds since 1970
 * @returns why that failed
 */
export function writeStateFile(
  file: string,
  octets: Uint8Array,
  confirmedAt: number,
): string | undefined {
  const temporary = temporaryOf(file);
  try {
    mkdirSync(dirname(file), { recursive: true });
    const descriptor = openSync(temporary, "w", 0o644);
    try {
      for (let at = 0; at < octets.length; ) at += writeSync(descriptor, octets, at);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    utimesSync(temporary, confirmedAt, confirmedAt);
    renameSync(temporary, file);
    return undefined;
  } catch (error) {
    removeQuietly(temporary);
    return (error as Error).message;
  }
}

/** What a file is called until it is whole; of its own, for a server and its successor run side by side for a moment. */
function temporaryOf(file: string): string {
  return `${file}.${process.pid}.new`;
}

/** Where a file cannot be written it may be impossible to remove it, too. */
function removeQuietly(file: string): void {
  try {
    rmSync(file, { force: true });
  } catch {
    // It is written over next time.
  }
}

export interface FoundState {
  /** When it was confirmed last, in seconds since 1970. */
  readonly confirmedAt: number;
  readonly octets: number;
}

/** What is done with the files beside writing and reading them. Nothing of it rejects. */
export interface StateFolder {
  /** Notes when a file was confirmed, in seconds since 1970. */
  confirm(file: string, seconds: number): Promise<void>;
  /** What there is of a zone; undefined: there is none. */
  find(file: string): Promise<FoundState | undefined>;
  remove(file: string): Promise<void>;
  /** Removes what was kept of zones, but for these files. */
  keepOnly(files: readonly string[]): Promise<void>;
}

export function createStateFolder(folder: string, log: Log): StateFolder {
  async function attempt(what: string, file: string, act: () => Promise<void>): Promise<void> {
    try {
      await act();
    } catch (err) {
      log.warn({ file, err }, what);
    }
  }
  let isConfirming = true;
  return {
    async confirm(file, seconds) {
      try {
        await utimes(file, seconds, seconds);
        isConfirming = true;
      } catch (error) {
        // Where one cannot be noted thousands cannot, again and again.
        if (isConfirming) {
          const problem = (error as Error).message;
          log.warn(
            { file, problem },
            "Cannot note that zones are as their primaries have them: after a restart they seem older than they are",
          );
        }
        isConfirming = false;
      }
    },
    async find(file) {
      const found = await stat(file).catch(() => undefined);
      if (!found?.isFile()) return undefined;
      return { confirmedAt: Math.floor(found.mtimeMs / 1000), octets: found.size };
    },
    remove: (file) =>
      attempt("Cannot remove what was kept of a zone", file, () => rm(file, { force: true })),
    async keepOnly(files) {
      const wanted = new Set(files);
      const names = await readdir(folder).catch(() => []);
      for (const name of names) {
        const file = join(folder, name);
        // One that is being written is wanted, too; what is left of a process that has ended is not.
        const [, whole, writer, unfinished] = OURS.exec(file) ?? [];
        if (whole === undefined) continue;
        const isWriting = writer !== undefined && isRunning(Number(writer));
        const isLeft = unfinished !== undefined && !isWriting;
        if (isLeft || !wanted.has(whole)) await this.remove(file);
      }
    },
  };
}
