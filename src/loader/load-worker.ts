/**
 * The thread that loads zone files: one job in, one result out. Whatever it throws ends it, and fails that job alone.
 */
import { parentPort, workerData } from "node:worker_threads";
import { type LoadJob, type LoadSettings, loadZoneFile } from "./load-zone-file.ts";

const settings: LoadSettings = workerData;

parentPort?.on("message", (job: LoadJob) => {
  parentPort?.postMessage(loadZoneFile(job, settings));
});
