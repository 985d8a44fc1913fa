import type { Worker } from "node:worker_threads";
import { listThreads } from "./list-threads.ts";
import { lowerPriority } from "./lower-priority.ts";

/**
 * Lets the threads that answer go before a new one, from its beginning on: until it could say so itself, it would have had a
 * tenth of a second of work to make its heap and load its modules. Nothing is different anywhere but on Linux.
 *
 * @param start makes the thread; by the end of the call it has to be there, and no other
 */
export function startInBackground(start: () => Worker): Worker {
  const before = new Set(listThreads());
  const worker = start();
  for (const thread of listThreads()) if (!before.has(thread)) lowerPriority(thread);
  return worker;
}
