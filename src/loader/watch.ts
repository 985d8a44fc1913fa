/**
 * Watches the zone files: hears of changes from the system, looks again every half minute for those it was not told
 * of, and reports files once they are whole.
 */

import { performance } from "node:perf_hooks";
import type { ZoneSource } from "../config/server-file.ts";
import type { Log } from "../log/log.ts";
import { createChangeTracker, type Look, type SeenFile } from "./change-tracker.ts";
import { watchDirectories } from "./directory-events.ts";
import { forEachParallel } from "./for-each-parallel.ts";
import { createLinkLog } from "./link-log.ts";
import type { PartState } from "./part-files.ts";
import { createPartIndex } from "./part-index.ts";
import {
  isZoneFile,
  listZoneFiles,
  PARALLEL_STATS,
  statPart,
  statZoneFile,
  type ZoneFileStat,
} from "./zone-folder.ts";

export interface FileChanges {
  /** Came, or look different now. */
  readonly toRead: readonly ZoneFileStat[];
  readonly gone: readonly string[];
  /** The last state of a part that was found whole. */
  readonly settledPart: (path: string) => string | undefined;
}

/** By the path of a zone file: the paths of the files that it draws in. */
export type PartsOfFiles = ReadonlyMap<string, readonly string[]>;

export interface ZoneWatch {
  /** Follows the files that zone files draw in, and no others: a change of one is reported as one of all files that do. */
  setParts(parts: PartsOfFiles): void;
  close(): void;
}

export interface ZoneWatchOptions {
  readonly source: ZoneSource;
  readonly log: Log;
  /** The parts of files that were read before the watch began, in the state they had then. */
  readonly knownParts: Iterable<PartState>;
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
  for (const { path, fingerprint } of options.knownParts) {
    if (fingerprint !== undefined) tracker.markHandled({ path, fingerprint });
  }
  const parts = createPartIndex();
  const reportLinks = createLinkLog(options.log);

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
    parts,
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
      const changes = await withOwners(result);
      if (!isClosed && changes.toRead.length + changes.gone.length > 0) {
        restMs = Math.max(restMs, SPACING_MS);
        await options.onChanges(changes);
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

  /** The zone files that changed, and those of which a part did. */
  async function withOwners({ toRead, gone }: Look): Promise<FileChanges> {
    const files = new Map(
      toRead.filter(({ path }) => isZoneFile(source, path)).map((file) => [file.path, file]),
    );
    for (const path of [...toRead.map((file) => file.path), ...gone]) {
      for (const owner of parts.ownersOf(path)) {
        if (files.has(owner)) continue;
        const file = await statZoneFile(source, owner);
        // One that is being written itself is read when it is whole.
        if (file?.fingerprint === tracker.handled(owner) && file !== undefined)
          files.set(owner, file);
      }
    }
    return {
      toRead: [...files.values()],
      gone: gone.filter((path) => isZoneFile(source, path)),
      settledPart: tracker.handled,
    };
  }

  /** Looks at the dirty names or at all; events that come while it does are for the next look. */
  async function takeSeen(): Promise<SeenFile[]> {
    if (!isAllDirty) {
      const paths = [...dirty];
      dirty.clear();
      return Promise.all(paths.map(async (path) => ({ path, file: await statAny(path) })));
    }
    isAllDirty = false;
    dirty.clear();
    pollAt = performance.now() + pollMs;
    await directories.refresh();
    const dangling: string[] = [];
    const files = await listZoneFiles(source, undefined, (path) => dangling.push(path));
    reportLinks(dangling);
    const listed = new Set(files.map((file) => file.path));
    const others = [...parts.paths()].filter((path) => !listed.has(path));
    await forEachParallel(others, PARALLEL_STATS, async (path) => {
      const file = await statPart(path);
      if (file !== undefined) files.push(file);
    });
    const present = new Set(files.map((file) => file.path));
    const absent = tracker.knownPaths().filter((path) => !present.has(path));
    return [
      ...files.map((file) => ({ path: file.path, file })),
      ...absent.map((path) => ({ path, file: undefined })),
    ];
  }

  function statAny(path: string): Promise<ZoneFileStat | undefined> {
    return isZoneFile(source, path) ? statZoneFile(source, path) : statPart(path);
  }

  function reportFolder(problem: string | undefined): void {
    if (problem === undefined && !hadFolderProblem) return;
    hadFolderProblem = problem !== undefined;
    options.onFolder(problem);
  }

  schedule();
  return {
    setParts(wanted) {
      // Another look finds those that are new, and the directories they are in.
      if (!parts.replace(wanted)) return;
      isAllDirty = true;
      wake();
    },
    close() {
      isClosed = true;
      clearTimeout(timer);
      directories.close();
    },
  };
}
