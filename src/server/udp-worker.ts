/** Entry of the UDP worker threads. */
import { answerEngine } from "./answer-engine.ts";
import { runUdpWorker } from "./run-udp-worker.ts";

await runUdpWorker(answerEngine);
