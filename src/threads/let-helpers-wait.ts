import { readdirSync } from "node:fs";
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
  if (process.platform !== "linux") return;
  const threads = listThreads();
  // The numbers may be those of another PID namespace.
  if (!threads.includes(process.pid)) return;
  for (const thread of threads) if (thread !== process.pid) lowerPriority(thread);
}

function listThreads(): number[] {
  try {
    return readdirSync("/proc/self/task").map(Number);
  } catch {
    // Not every container has it.
    return [];
  }
}
