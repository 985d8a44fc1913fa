import { join } from "node:path";
import type { StateReport } from "../admin/api.ts";
import type { PreparedZone } from "../loader/prepare-zone.ts";
import { runBuildJob } from "../secondary/build-job.ts";
import { stateFileOf } from "../secondary/state-files.ts";
import { formatName } from "../wire/name.ts";

/**
 * Puts what is served of secondary zones that are to be none any more in the place of their empty files: what the server
 * has kept of them. Where that is not what it serves, or is of no use, they are left as they are.
 *
 * @param old changed in place
 * @param state of the running server; undefined: what was kept last counts
 */
export function restoreSecondaries(
  old: PreparedZone[],
  next: readonly PreparedZone[],
  stateDirectory: string,
  state: StateReport | undefined,
): void {
  const own = new Set(
    next.flatMap(({ zone }) => (zone.secondary === undefined ? [formatName(zone.apex)] : [])),
  );
  for (const [i, { zone }] of old.entries()) {
    const name = formatName(zone.apex);
    if (zone.secondary === undefined || !own.has(name)) continue;
    const { isUnavailable: _, ...plain } = zone;
    const stateFile = stateFileOf(join(stateDirectory, "secondary"), name);
    const result = runBuildJob({ kind: "restore", zone: plain, stateFile });
    if (result.kind !== "built") continue;
    const served = state?.zones.find((one) => one.name === name);
    if (served !== undefined && served.serial !== result.prepared.zone.serial) continue;
    old[i] = result.prepared;
  }
}
