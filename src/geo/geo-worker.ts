/** The thread that reads geo databases; it ends, and gives back its memory, when the table is made. */
import { parentPort, workerData } from "node:worker_threads";
import { buildGeoTable, type GeoBuild } from "./build-geo-table.ts";
import {
  type GeoCacheSettings,
  identifyDatabases,
  readGeoCache,
  writeGeoCache,
} from "./geo-cache.ts";
import type { GeoWorkerData, GeoWorkerMessage } from "./load-geo.ts";

const post = (message: GeoWorkerMessage): void => parentPort?.postMessage(message);
const { databases, cache }: GeoWorkerData = workerData;
post({ kind: "built", build: cache === undefined ? build() : useCache(cache) });

function build(): GeoBuild {
  return buildGeoTable(databases, (index) => post({ kind: "opening", index }));
}

function useCache(settings: GeoCacheSettings): GeoBuild {
  const identity = identify(settings);
  if (identity === undefined) return build();
  const kept = readGeoCache(settings.path, identity);
  if (kept !== undefined) return { table: kept, problems: [] };
  const built = build();
  // What was read is only known to be of this identity if nothing has changed since.
  if (built.problems.length === 0 && identify(settings) === identity) {
    try {
      writeGeoCache(settings.path, identity, built.table);
    } catch {
      // The next start takes longer, and that is all.
    }
  }
  return built;
}

/** Undefined if a file is missing: `buildGeoTable()` says so. */
function identify(settings: GeoCacheSettings): string | undefined {
  try {
    return identifyDatabases(databases, settings);
  } catch {
    return undefined;
  }
}
