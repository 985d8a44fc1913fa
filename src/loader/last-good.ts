/**
 * Copies of the zone files that were last served, kept for the day when a file is broken at start. A copy's time of change is
 * the serial the zone was served with, so that serials never go backwards over a restart.
 */

import { createHash } from "node:crypto";
import { mkdir, open, readdir, rename, rm, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import type { ZoneSource } from "../config/server-file.ts";
import type { Log } from "../log/log.ts";

export interface Copy {
  readonly path: string;
  readonly serial: number;
}

export interface LastGood {
  /** The copy of a zone file; undefined if there is none. */
  find(file: string): Promise<Copy | undefined>;
  /** Writes a copy in the background; a later one of the same file wins. */
  store(file: string, octets: Uint8Array, serial: number): void;
  /** Removes the copy of a file in the background, if there is one. */
  remove(file: string): void;
  /** Removes the copies of files that are not in the list. */
  keepOnly(files: readonly string[]): Promise<void>;
  /** Why a copy could not be written; undefined once none is missing. */
  problem(): string | undefined;
  /** Copies that could not be written since the start. */
  failures(): number;
  /** Files whose last copy could not be written; the one that failed last is the last. */
  missing(): readonly string[];
  /** Resolves when all copies are written or have failed. */
  settle(): Promise<void>;
}

interface Content {
  readonly octets: Uint8Array;
  readonly serial: number;
}

/** The copies live in `directory`, which is made when it is first needed. */
export function createLastGood(directory: string, source: ZoneSource, log: Log): LastGood {
  /** By file; undefined: the copy is to go. */
  const waiting = new Map<string, Content | undefined>();
  const missing = new Set<string>();
  let writer: Promise<void> | undefined;
  let problem: string | undefined;
  let failures = 0;

  async function writeWaiting(): Promise<void> {
    // Entries that are added meanwhile are visited as well.
    for (const [file, content] of waiting) {
      waiting.delete(file);
      missing.delete(file);
      if (content === undefined) {
        await removeCopy(file);
        continue;
      }
      try {
        await mkdir(directory, { recursive: true });
        await writeCopy(directory, nameOf(source, file), content);
      } catch (error) {
        failures += 1;
        missing.add(file);
        if (problem === undefined) {
          log.warn(
            { file, directory, err: error },
            "Cannot write the last good copy of a zone file; a broken file at the next start would have no stand-in",
          );
        }
        problem = (error as Error).message;
      }
    }
    if (problem === undefined || missing.size > 0) return;
    log.info({ directory }, "Copies of zone files are written again");
    problem = undefined;
  }

  async function removeCopy(file: string): Promise<void> {
    try {
      await rm(join(directory, nameOf(source, file)), { force: true });
    } catch (err) {
      log.warn({ file, directory, err }, "Cannot remove the last good copy of a zone file");
    }
  }

  function enqueue(file: string, content: Content | undefined): void {
    waiting.set(file, content);
    writer ??= writeWaiting().finally(() => {
      writer = undefined;
    });
  }

  return {
    async find(file) {
      const path = join(directory, nameOf(source, file));
      const found = await stat(path).catch(() => undefined);
      return found?.isFile() ? { path, serial: Math.floor(found.mtimeMs / 1000) } : undefined;
    },
    store: (file, octets, serial) => enqueue(file, { octets, serial }),
    remove: (file) => enqueue(file, undefined),
    async keepOnly(files) {
      const wanted = new Set(files.map((file) => nameOf(source, file)));
      const names = await readdir(directory).catch(() => []);
      for (const name of names) {
        if (!wanted.has(name)) await rm(join(directory, name), { force: true }).catch(() => {});
      }
    },
    problem: () => problem,
    failures: () => failures,
    missing: () => [...missing],
    async settle() {
      await writer;
    },
  };
}

/** Names of a folder are unique; files that the operator listed may have the same name in several folders. */
function nameOf(source: ZoneSource, file: string): string {
  if (source.kind === "folder") return basename(file);
  const tag = createHash("sha256").update(file).digest("hex").slice(0, 12);
  return `=${tag}=${basename(file)}`;
}

/** The name of the file that a copy of this name is of, without folders. */
export function originalName(copy: string): string {
  return basename(copy).replace(/^=[0-9a-f]{12}=/, "");
}

/** Temporary file, sync, rename: a crash or a full disk leaves the old copy or the new one, never half of one. */
async function writeCopy(
  directory: string,
  name: string,
  { octets, serial }: Content,
): Promise<void> {
  // Of its own: a server and its successor run side by side for a moment.
  const temporary = join(directory, `.${name}.${process.pid}.new`);
  try {
    const handle = await open(temporary, "w", 0o644);
    try {
      await handle.writeFile(octets);
      await handle.utimes(serial, serial);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, join(directory, name));
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
    throw error;
  }
}
