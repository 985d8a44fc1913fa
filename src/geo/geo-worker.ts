/** The thread that reads geo databases; it ends, and gives back its memory, when the table is made. */
import { parentPort, workerData } from "node:worker_threads";
import { buildGeoTable } from "./build-geo-table.ts";
import type { GeoWorkerMessage } from "./load-geo.ts";

const post = (message: GeoWorkerMessage): void => parentPort?.postMessage(message);
const { databases } = workerData as { databases: readonly string[] };
const build = buildGeoTable(databases, (index) => post({ kind: "opening", index }));
post({ kind: "built", build });
