/**
 * The thread that makes zones of what primaries send: one job in, one result out. Whatever it throws ends it, and fails
 * that job alone.
 */
import { parentPort } from "node:worker_threads";
import { workInBackground } from "../threads/work-in-background.ts";
import { type BuildJob, runBuildJob } from "./build-job.ts";

parentPort?.on("message", (job: BuildJob) => {
  // What is restored is waited for; whatever has been transferred has a version in service.
  if (job.kind === "transfer") workInBackground();
  parentPort?.postMessage(runBuildJob(job));
});
