import { Worker } from "node:worker_threads";
import { startInBackground } from "../threads/start-in-background.ts";
import { describeProblem, type GeoBuild } from "./build-geo-table.ts";
import type { GeoCacheSettings } from "./geo-cache.ts";
import { isPackaged } from "./open-database.ts";

/** What the worker says: which database it is about to read (their number: none, it combines them), then the result. */
export type GeoWorkerMessage =
  | { readonly kind: "opening"; readonly index: number }
  | { readonly kind: "built"; readonly build: GeoBuild };

export interface GeoSettings {
  /** Packaged names or paths of .mmdb files; the preferred one first. */
  readonly databases: readonly string[];
  /** Where the table is kept for the next start; undefined: nowhere. */
  readonly cache?: GeoCacheSettings | undefined;
  /** Whether threads that answer go first. */
  readonly isBackground?: boolean;
}

/** What the worker gets to know. */
export type GeoWorkerData = GeoSettings;

/** Milliseconds: a city database of 130 MB takes about three seconds. */
const FILE_DEADLINE = 5_000;
/** The same for a packaged database, and for combining them, on a machine that has just started everything. */
const PACKAGED_DEADLINE = 60_000;
/** How much longer it may take in the background, with what other threads leave of the processors. */
const BACKGROUND_PATIENCE = 10;
/** Megabytes of JavaScript objects; the files and tables are outside of it. */
const HEAP_LIMIT = 768;

/**
 * Reads and flattens geo databases in a thread of its own. A database that is bad, takes too long or exhausts the
 * thread's memory is left out and named among the problems; this never rejects because of one.
 *
 * @param fileDeadline milliseconds that reading one file of the operator's may take
 * @param signal ends the thread; nothing comes of the call then
 */
export async function loadGeo(
  settings: GeoSettings,
  fileDeadline: number = FILE_DEADLINE,
  signal?: AbortSignal,
): Promise<GeoBuild> {
  const databases = [...settings.databases];
  const problems: string[] = [];
  for (;;) {
    const result = await runWorker({ ...settings, databases }, fileDeadline, signal);
    if ("build" in result) {
      const { table, problems: refused } = result.build;
      return { table, problems: [...problems, ...refused] };
    }
    const [failed] = databases.splice(result.index, 1);
    // Nothing left to blame: the program itself is broken.
    if (failed === undefined) throw new Error(`geo databases cannot be combined: ${result.reason}`);
    problems.push(describeProblem(failed, result.reason));
  }
}

type Outcome = { readonly build: GeoBuild } | { readonly index: number; readonly reason: string };

function startThread(settings: GeoWorkerData): Worker {
  return new Worker(new URL("./geo-worker.js", import.meta.url), {
    name: "geo",
    workerData: settings,
    resourceLimits: { maxOldGenerationSizeMb: HEAP_LIMIT },
  });
}

/** One attempt; if the thread has to be ended, says which database it was reading. */
function runWorker(
  settings: GeoWorkerData,
  fileDeadline: number,
  signal: AbortSignal | undefined,
): Promise<Outcome> {
  const { databases, isBackground } = settings;
  const patience = isBackground ? BACKGROUND_PATIENCE : 1;
  return new Promise((resolve) => {
    const worker = isBackground
      ? startInBackground(() => startThread(settings))
      : startThread(settings);
    let index = 0;
    let timer: NodeJS.Timeout | undefined;
    const end = (): Promise<unknown> => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", end);
      worker.removeAllListeners();
      // What happens to it from now on is of no interest, but an error without a listener would be thrown here.
      worker.on("error", () => {});
      return worker.terminate();
    };
    const finish = (outcome: Outcome): void => {
      void end().then(() => resolve(outcome));
    };
    if (signal?.aborted === true) void end();
    signal?.addEventListener("abort", end);
    worker.on("message", (message: GeoWorkerMessage) => {
      if (message.kind === "built") {
        finish({ build: message.build });
        return;
      }
      index = message.index;
      const name = databases[index];
      const isOurs = name === undefined || isPackaged(name);
      const limit = (isOurs ? PACKAGED_DEADLINE : fileDeadline) * patience;
      clearTimeout(timer);
      timer = setTimeout(() => {
        finish({ index, reason: `reading it took more than ${limit / 1000} s` });
      }, limit);
    });
    worker.on("error", (error) => finish({ index, reason: error.message }));
    worker.on("exit", (code) => finish({ index, reason: `the reading thread ended (${code})` }));
  });
}
