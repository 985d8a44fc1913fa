import type { Log } from "../log/log.ts";
import type { LoadGeo } from "./load-zone-file.ts";
import { type PreparedZone, usesGeo } from "./prepare-zone.ts";
import type { LoadedZone } from "./resolve-zones.ts";
import { createWorkerPool } from "./worker-pool.ts";

const WORKERS = 2;
const IDLE_MS = 1_000;
const HEAP_MB = 1024;
/** A location map takes half a second; a zone may have hundreds. */
const DEADLINE_MS = 120_000;

/**
 * Prepares zones for other geo data, off the main thread. One that fails is logged and left as it is.
 *
 * @param workerModule the built load worker, for callers that are not built themselves
 * @returns the zones that depend on the geo data, as they are now, by what they were
 */
export async function refreshGeo(
  zones: Iterable<LoadedZone>,
  geo: LoadGeo,
  log: Log,
  workerModule: URL | undefined,
): Promise<Map<LoadedZone, LoadedZone>> {
  const refreshed = new Map<LoadedZone, LoadedZone>();
  const affected = [...zones].filter(({ prepared }) => usesGeo(prepared.zone));
  if (affected.length === 0) return refreshed;
  const pool = createWorkerPool<PreparedZone, PreparedZone>({
    module: new URL("./refresh-worker.js", workerModule ?? import.meta.url),
    workerData: geo,
    // The first table is waited for before anything is answered.
    isBackground: geo.version > 1,
    size: WORKERS,
    idleMs: IDLE_MS,
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MB },
  });
  try {
    await Promise.all(
      affected.map(async (zone) => {
        const outcome = await pool.run(zone.prepared, DEADLINE_MS);
        if (outcome.kind === "done") refreshed.set(zone, { ...zone, prepared: outcome.result });
        else log.error({ zone: zone.name, reason: outcome.reason }, "Zone keeps its old geo data");
      }),
    );
  } finally {
    await pool.close();
  }
  return refreshed;
}
