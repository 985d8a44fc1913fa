/**
 * Decides when a changed file is whole and may be read. A pure function of events, looks and the time passed in.
 *
 * A file that was renamed into place was finished before it got its name and is read at once. One that is written in
 * place is read only after it has looked the same for a second; one that vanished counts as gone only then, because
 * editors remove and create within moments.
 */
import type { ZoneFileStat } from "./zone-folder.ts";

/** How long a file written in place must be quiet, in milliseconds. */
export const QUIET_MS = 1000;

export interface ChangeTracker {
  /** A file whose present state needs no reading. */
  markHandled(file: Pick<ZoneFileStat, "path" | "fingerprint">): void;
  /** The last state of a file that was found whole; undefined if there is none. */
  handled(path: string): string | undefined;
  /** The system says that something happened to a name: it came, went or was replaced (`rename`), or was written (`change`). */
  noteEvent(path: string, kind: "rename" | "change", nowMs: number): void;
  /** The links of a folder were switched to another set of files, all of them finished. */
  noteSwap(): void;
  /** Takes in what some files look like now. */
  look(seen: readonly SeenFile[], nowMs: number): Look;
  /** All paths it has ever handled and not yet reported as gone. */
  knownPaths(): string[];
}

/** `file` is undefined if nothing is at that path. */
export interface SeenFile {
  readonly path: string;
  readonly file: ZoneFileStat | undefined;
}

export interface Look {
  readonly toRead: readonly ZoneFileStat[];
  readonly gone: readonly string[];
  /** Monotonic time at which the unfinished ones want another look, in milliseconds. */
  readonly lookAgainAt: number | undefined;
  /** The unfinished ones. */
  readonly unfinished: readonly string[];
}

interface Settling {
  readonly fingerprint: string;
  quietSince: number;
}

const GONE = "gone";

export function createChangeTracker(): ChangeTracker {
  const handled = new Map<string, string>();
  const settling = new Map<string, Settling>();
  /** Names whose last event was an arrival under that name, with nothing written since. */
  const arrived = new Set<string>();
  let isSwapped = false;

  /** Whether this state of the file may be read now; if not, the time to look again. */
  function judge(path: string, file: ZoneFileStat | undefined, nowMs: number): true | number {
    if (file !== undefined && isWhole(file)) return true;
    const fingerprint = file?.fingerprint ?? GONE;
    const entry = settling.get(path);
    if (entry?.fingerprint !== fingerprint) {
      settling.set(path, { fingerprint, quietSince: nowMs });
      return nowMs + QUIET_MS;
    }
    const quietAt = entry.quietSince + QUIET_MS;
    return nowMs >= quietAt ? true : quietAt;
  }

  function isWhole(file: ZoneFileStat): boolean {
    if (file.refusal !== undefined) return true;
    if (isSwapped && file.isSymlink) return true;
    // An empty file may have been created a moment ago by a writer who has yet to write.
    return arrived.has(file.path) && file.size > 0;
  }

  return {
    markHandled(file) {
      handled.set(file.path, file.fingerprint);
    },
    handled: (path) => handled.get(path),
    noteEvent(path, kind, nowMs) {
      if (kind === "rename") arrived.add(path);
      else arrived.delete(path);
      const entry = settling.get(path);
      if (entry !== undefined) entry.quietSince = nowMs;
    },
    noteSwap() {
      isSwapped = true;
    },
    look(seen, nowMs) {
      const toRead: ZoneFileStat[] = [];
      const gone: string[] = [];
      const unfinished: string[] = [];
      let lookAgainAt: number | undefined;
      for (const { path, file } of seen) {
        const known = handled.get(path);
        if (known === file?.fingerprint) {
          settling.delete(path);
          continue;
        }
        const verdict = judge(path, file, nowMs);
        if (verdict === true) {
          settling.delete(path);
          if (file === undefined) {
            handled.delete(path);
            gone.push(path);
          } else {
            handled.set(path, file.fingerprint);
            toRead.push(file);
          }
        } else {
          unfinished.push(path);
          lookAgainAt = Math.min(lookAgainAt ?? verdict, verdict);
        }
      }
      for (const { path } of seen) arrived.delete(path);
      isSwapped = false;
      return { toRead, gone, lookAgainAt, unfinished };
    },
    knownPaths: () => [...handled.keys()],
  };
}
