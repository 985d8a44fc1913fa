/** The UDP worker thread with the echo engine. Runs compiled code: Node 20 cannot load TypeScript into a thread. */
import { runUdpWorker } from "../../dist/server/run-udp-worker.js";
import { echoEngine } from "./echo-engine.mjs.mts";

await runUdpWorker(echoEngine);
