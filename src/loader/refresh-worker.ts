/** The thread that prepares zones for other geo data: one zone in, the same zone out. */
import { parentPort, workerData } from "node:worker_threads";
import { workInBackground } from "../threads/work-in-background.ts";
import type { RefreshSettings } from "./geo-refresh.ts";
import { type PreparedZone, prepareAgain } from "./prepare-zone.ts";

const { table, version, isBackground }: RefreshSettings = workerData;
if (isBackground) workInBackground();

parentPort?.on("message", (zone: PreparedZone) => {
  parentPort?.postMessage(prepareAgain(zone, table, version));
});
