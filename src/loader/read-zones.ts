import type { Issue } from "../config/issue.ts";
import type { ZoneSource } from "../config/server-file.ts";
import { NOTHING_SERVED, type ServedState } from "./file-loads.ts";
import { createLoadPool } from "./load-pool.ts";
import type { LoadGeo } from "./load-zone-file.ts";
import type { LoadedZone } from "./resolve-zones.ts";
import { startZones, ZoneLoadError } from "./start-zones.ts";

/** What a look at the zone files finds, without serving or keeping anything. */
export interface ZoneReport {
  /** Those that would be served. */
  readonly zones: readonly LoadedZone[];
  /** Errors and warnings of all files. */
  readonly issues: readonly Issue[];
}

/**
 * Loads all zones once, for commands that only want to look at them. A folder that cannot be read is an issue.
 *
 * @param serialOf the serial that a zone is served with: automatic ones go on from there, as in a reload
 * @param areCopies whether the files are last good copies
 */
export async function readZones(
  source: ZoneSource,
  geo: LoadGeo,
  workerModule?: URL,
  hasReferences = false,
  knowsAsns = true,
  serialOf: ServedState["serialOf"] = NOTHING_SERVED.serialOf,
  areCopies = false,
): Promise<ZoneReport> {
  const pool = createLoadPool({ geo, hasReferences, knowsAsns }, false, workerModule);
  try {
    const served = { ...NOTHING_SERVED, serialOf };
    const { resolved } = await startZones(source, pool, undefined, served, areCopies);
    const zones = [...resolved.served.values()];
    const issues = [
      ...resolved.problems.flatMap((problem) => problem.issues),
      ...zones.flatMap((zone) => zone.warnings),
    ];
    return { zones, issues };
  } catch (error) {
    if (error instanceof ZoneLoadError) return { zones: [], issues: error.issues };
    throw error;
  } finally {
    await pool.close();
  }
}
