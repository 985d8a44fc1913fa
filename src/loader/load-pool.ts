/** The workers that load zone files. */
import type { LoadJob, LoadResult, LoadSettings } from "./load-zone-file.ts";
import { createWorkerPool, type WorkerPool } from "./worker-pool.ts";

export type ZonePool = WorkerPool<LoadJob, LoadResult>;

const WORKERS = 2;
const IDLE_MS = 10_000;
/** A file of 8 MB that is one flow collection needs about 800 MB while it is parsed; lists and mappings in blocks a third of it. */
const WORKER_HEAP_MB = 1024;

/**
 * Makes the pool; threads start with the first job.
 *
 * @param isBackground whether threads that answer go first
 * @param workerModule the built load worker, for callers that are not built themselves
 */
export function createLoadPool(
  settings: LoadSettings,
  isBackground: boolean,
  workerModule: URL | undefined,
): ZonePool {
  return createWorkerPool({
    module: workerModule ?? new URL("./load-worker.js", import.meta.url),
    workerData: settings,
    isBackground,
    size: WORKERS,
    idleMs: IDLE_MS,
    resourceLimits: { maxOldGenerationSizeMb: WORKER_HEAP_MB },
  });
}
