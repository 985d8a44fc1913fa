import { extname } from "node:path";
import { COUNTER_SLOTS } from "../answer/counters.ts";
import { answerEngine } from "./answer-engine.ts";
import { type Server, type ServerOptions, startServer } from "./start-server.ts";

/**
 * Opens the DNS service's sockets; it answers from the first publication on.
 *
 * @throws ListenError if a listen address cannot be had
 */
export function createServer(options: ServerOptions): Promise<Server> {
  return startServer({
    ...options,
    engine: answerEngine,
    answerCounters: COUNTER_SLOTS,
    // Beside this module, compiled or not as it is.
    workerEntry: new URL(`./worker${extname(import.meta.url)}`, import.meta.url),
  });
}
