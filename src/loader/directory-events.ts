/**
 * What the system reports of the directories that hold zone files, reduced to two facts: something happened to a zone
 * file's name, or a link was switched and all names may mean other files now.
 */

import { type FSWatcher, watch } from "node:fs";
import { stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import type { ZoneSource } from "../config/server-file.ts";
import type { Log } from "../log/log.ts";
import { directoriesOf, isZoneFileName } from "./zone-folder.ts";

export interface DirectoryEvents {
  /** Follows directories that were replaced by others of the same name, and retries those that could not be watched. */
  refresh(): Promise<void>;
  close(): void;
}

export interface DirectoryEventsOptions {
  readonly source: ZoneSource;
  readonly log: Log;
  /** Directories of other files, asked for at every `refresh()`, and the path of such a file by directory and name. */
  readonly parts: PartPlaces;
  /** `path` is as `ZoneFileStat.path`. */
  readonly onEvent: (path: string, kind: "rename" | "change") => void;
  readonly onSwap: () => void;
}

/** Where the files are that zone files draw in. */
export interface PartPlaces {
  /** Absolute. */
  directories(): Iterable<string>;
  pathOf(directory: string, name: string): string | undefined;
}

interface Watched {
  /** Device and inode of the directory that is watched; undefined while none is. */
  identity: string | undefined;
  watchers: FSWatcher[];
  hasFailed: boolean;
}

export function watchDirectories(options: DirectoryEventsOptions): DirectoryEvents {
  const { source, log } = options;
  const watched = new Map<string, Watched>();
  const pathOf = createPathLookup(source);
  let isClosed = false;

  function hear(directory: string, kind: "rename" | "change", name: string | null): void {
    // Kubernetes switches a ConfigMap by renaming its link `..data`; without a name anything may have happened.
    if (name === null || name.startsWith("..")) options.onSwap();
    else {
      const path = pathOf(directory, name) ?? options.parts.pathOf(directory, name);
      if (path !== undefined) options.onEvent(path, kind);
    }
  }

  function start(directory: string, identity: string, entry: Watched): void {
    stop(entry);
    try {
      const inside = watch(directory, { persistent: false }, (kind, name) =>
        hear(directory, kind as "rename" | "change", name),
      );
      entry.watchers.push(inside);
      // Its own name in its parent: the folder may be a link that is switched, or be moved away and replaced.
      const above = watch(dirname(directory), { persistent: false }, (kind, name) => {
        if (kind === "rename" && name === basename(directory)) options.onSwap();
      });
      entry.watchers.push(above);
      for (const watcher of entry.watchers) watcher.on("error", () => stop(entry));
      entry.identity = identity;
      entry.hasFailed = false;
    } catch (error) {
      stop(entry);
      if (entry.hasFailed) return;
      entry.hasFailed = true;
      log.warn(
        { directory, err: error },
        "Cannot watch the directory; its changes are found by looking twice a minute",
      );
    }
  }

  return {
    async refresh() {
      const wanted = new Set([...directoriesOf(source), ...options.parts.directories()]);
      for (const directory of wanted) {
        if (watched.has(directory)) continue;
        watched.set(directory, { identity: undefined, watchers: [], hasFailed: false });
      }
      for (const [directory, entry] of watched) {
        if (wanted.has(directory)) continue;
        stop(entry);
        watched.delete(directory);
      }
      for (const [directory, entry] of watched) {
        const identity = await identityOf(directory);
        if (isClosed) return;
        if (identity === undefined) stop(entry);
        else if (identity !== entry.identity) {
          if (entry.identity !== undefined) options.onSwap();
          start(directory, identity, entry);
        }
      }
    },
    close() {
      isClosed = true;
      for (const entry of watched.values()) stop(entry);
    },
  };
}

function stop(entry: Watched): void {
  for (const watcher of entry.watchers) watcher.close();
  entry.watchers = [];
  entry.identity = undefined;
}

/** What tells a directory from another that later has its name; links are followed. */
async function identityOf(directory: string): Promise<string | undefined> {
  const found = await stat(directory, { bigint: true }).catch(() => undefined);
  return found && `${found.dev}:${found.ino}`;
}

/** From a directory and a name in it to the path by which the source calls that zone file. */
function createPathLookup(
  source: ZoneSource,
): (directory: string, name: string) => string | undefined {
  if (source.kind === "folder") {
    return (_, name) => (isZoneFileName(name) ? join(source.path, name) : undefined);
  }
  const byPlace = new Map(source.paths.map((file) => [resolve(file), file]));
  return (directory, name) => byPlace.get(resolve(directory, name));
}
