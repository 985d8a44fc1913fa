/**
 * The thread that loads zone files: one job in, one result out. Whatever it throws ends it, and fails that job alone.
 */
import { parentPort, workerData } from "node:worker_threads";
import {
  type LoadJob,
  type LoadResult,
  type LoadSettings,
  loadZoneFile,
} from "./load-zone-file.ts";

const settings: LoadSettings = workerData;

parentPort?.on("message", (job: LoadJob) => {
  const result = loadZoneFile(job, settings);
  parentPort?.postMessage(result, listGiven(result));
});

/** What the result holds of large files: the memory itself changes hands, no copy is made. */
function listGiven(result: LoadResult): ArrayBuffer[] {
  if (result.kind !== "loaded" || result.uncopied === undefined) return [];
  const { buffer, byteLength } = result.uncopied;
  // Small ones may be a part of the memory that Node has for such.
  return buffer instanceof ArrayBuffer && buffer.byteLength === byteLength ? [buffer] : [];
}
