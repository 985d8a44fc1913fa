import { listThreads } from "./list-threads.ts";
import { lowerPriority } from "./lower-priority.ts";

/**
 * Lets the threads that answer go before those that the runtime has for itself: V8's, which collect garbage and compile for
 * all others, and libuv's, for files. When a zone of 100,000 records is read, V8's do half of the work, whatever the priority of
 * the thread that reads; with the threads that answer they had the processor in equal shares, and a hundredth of the
 * answers was three times later for it.
 *
 * To be called by the main thread before it has made threads of its own. Nothing is different anywhere but on Linux.
 */
export function letHelpersWait(): void {
  for (const thread of listThreads()) if (thread !== process.pid) lowerPriority(thread);
}
