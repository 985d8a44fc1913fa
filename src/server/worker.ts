/** Entry of the data plane's threads. */
import { answerEngine } from "./answer-engine.ts";
import { runWorker } from "./run-worker.ts";

await runWorker(answerEngine);
