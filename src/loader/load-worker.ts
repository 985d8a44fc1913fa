/**
 * The thread that loads zone files: one job in, one result out. Whatever it throws ends it, and fails that job alone.
 */
import { parentPort, workerData } from "node:worker_threads";
import { type LoadGeo, type LoadJob, loadZoneFile } from "./load-zone-file.ts";

const geo: LoadGeo = workerData;

parentPort?.on("message", (job: LoadJob) => {
  parentPort?.postMessage(loadZoneFile(job, geo));
});
