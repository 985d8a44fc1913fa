/**
 * Watches the zone files: hears of changes from the system, looks again every half minute for those it was not told
 * of, and reports files once they are whole.
 */

import { performance } from "node:perf_hooks";
import type { ZoneSource } from "../config/server-file.ts";
import type { Log } from "../log/log.ts";
import { createChangeTracker, type SeenFile } from "./change-tracker.ts";
import { watchDirectories } from "./directory-events.ts";
import { listZoneFiles, statZoneFile, type ZoneFileStat } from "./zone-folder.ts";

export interface FileChanges {
  /** Came, or look different now. */
  readonly toRead: readonly ZoneFileStat[];
  readonly gone: readonly string[];
}

export interface ZoneWatch {
  close(): void;
}

export interface ZoneWatchOptions {
  readonly source: ZoneSource;
  readonly log: Log;
  /** The files that were read before the watch began, in the state they had then. */
  readonly known: readonly ZoneFileStat[];
  /** The next changes are reported when the promise has resolved, a second after this call at the earliest. */
  readonly onChanges: (changes: FileChanges) => Promise<void>;
  /** The folder cannot be listed (why), or can be again (undefined). */
  readonly onFolder: (problem: string | undefined) => void;
  /** Time between looks without an event, in milliseconds. */
  readonly pollMs?: number;
}

const DEBOUNCE_MS = 100;
const SPACING_MS = 1000;
const POLL_MS = 30_000;
/** Rest after a look per time spent on it: a folder of tens of thousands of files must not become the main work. */
const REST_FACTOR = 10;
/** Above so many names with events the whole folder is looked at. */
const MAX_DIRTY = 256;
const NEVER = Number.POSITIVE_INFINITY;

export function createZoneWatch(options: ZoneWatchOptions): ZoneWatch {
  const { source } = options;
  const pollMs = options.pollMs ?? POLL_MS;
  const tracker = createChangeTracker();
  for (const file of options.known) tracker.markHandled(file);

  /** Names to look at; everything if `isAllDirty`. */
  const dirty = new Set<string>();
  let isAllDirty = true;
  let isClosed = false;
  let isLooking = false;
  let hadFolderProblem = false;
  let timer: NodeJS.Timeout | undefined;
  // When the next look is wanted, and why; monotonic milliseconds.
  let eventLookAt = performance.now();
  let settledLookAt = NEVER;
  let pollAt = performance.now() + pollMs;
  let restUntil = 0;

  const directories = watchDirectories({
    source,
    log: options.log,
    onEvent(path, kind) {
      tracker.noteEvent(path, kind, performance.now());
      if (dirty.size < MAX_DIRTY) dirty.add(path);
      else isAllDirty = true;
      wake();
    },
    onSwap() {
      tracker.noteSwap();
      isAllDirty = true;
      wake();
    },
  });

  function wake(): void {
    if (eventLookAt !== NEVER) return;
    eventLookAt = performance.now() + DEBOUNCE_MS;
    schedule();
  }

  function schedule(): void {
    if (isClosed || isLooking) return;
    clearTimeout(timer);
    const wantedAt = Math.min(eventLookAt, settledLookAt, pollAt);
    const delayMs = Math.max(wantedAt, restUntil) - performance.now();
    timer = setTimeout(() => void look(), Math.max(0, delayMs)).unref();
  }

  async function look(): Promise<void> {
    const startedAt = performance.now();
    if (startedAt >= pollAt) isAllDirty = true;
    isLooking = true;
    eventLookAt = NEVER;
    let restMs: number;
    try {
      const seen = await takeSeen();
      const result = tracker.look(seen, startedAt);
      for (const path of result.unfinished) dirty.add(path);
      settledLookAt = result.lookAgainAt ?? NEVER;
      restMs = Math.max(DEBOUNCE_MS, REST_FACTOR * (performance.now() - startedAt));
      reportFolder(undefined);
      if (!isClosed && result.toRead.length + result.gone.length > 0) {
        restMs = Math.max(restMs, SPACING_MS);
        await options.onChanges(result);
      }
    } catch (error) {
      isAllDirty = true;
      restMs = SPACING_MS;
      settledLookAt = startedAt;
      reportFolder((error as Error).message);
    }
    isLooking = false;
    restUntil = startedAt + restMs;
    schedule();
  }

  /** Looks at the dirty names or at all; events that come while it does are for the next look. */
  async function takeSeen(): Promise<SeenFile[]> {
    if (!isAllDirty) {
      const paths = [...dirty];
      dirty.clear();
      return Promise.all(
        paths.map(async (path) => ({ path, file: await statZoneFile(source, path) })),
      );
    }
    isAllDirty = false;
    dirty.clear();
    pollAt = performance.now() + pollMs;
    await directories.refresh();
    const files = await listZoneFiles(source);
    const present = new Set(files.map((file) => file.path));
    const absent = tracker.knownPaths().filter((path) => !present.has(path));
    return [
      ...files.map((file) => ({ path: file.path, file })),
      ...absent.map((path) => ({ path, file: undefined })),
    ];
  }

  function reportFolder(problem: string | undefined): void {
    if (problem === undefined && !hadFolderProblem) return;
    hadFolderProblem = problem !== undefined;
    options.onFolder(problem);
  }

  schedule();
  return {
    close() {
      isClosed = true;
      clearTimeout(timer);
      directories.close();
    },
  };
}
