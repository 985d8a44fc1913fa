/** The thread that prepares zones for other geo data: one zone in, the same zone out. */
import { parentPort, workerData } from "node:worker_threads";
import type { LoadGeo } from "./load-zone-file.ts";
import { type PreparedZone, prepareAgain } from "./prepare-zone.ts";

const { table, version }: LoadGeo = workerData;

parentPort?.on("message", (zone: PreparedZone) => {
  parentPort?.postMessage(prepareAgain(zone, table, version));
});
