/**
 * The thread that makes zones of what primaries send: one job in, one result out. Whatever it throws ends it, and fails
 * that job alone.
 */
import { parentPort } from "node:worker_threads";
import { type BuildJob, runBuildJob } from "./build-job.ts";

parentPort?.on("message", (job: BuildJob) => {
  parentPort?.postMessage(runBuildJob(job));
});
