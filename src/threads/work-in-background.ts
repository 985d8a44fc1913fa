import { getPriority, setPriority } from "node:os";

/** A tenth of the share of a thread that answers, where both want the same processor; all of it where nobody else does. */
const NICE = 10;

/**
 * Lets the threads that answer go first: for the thread that calls it, which must not be the main one. Where a thread has
 * no priority of its own (anywhere but on Linux), or may not change it, nothing is different.
 */
export function workInBackground(): void {
  if (process.platform !== "linux") return;
  try {
    // On Linux "this process" means the calling thread.
    setPriority(0, Math.max(getPriority(0), NICE));
  } catch {
    // A service whose system calls are filtered is refused it; it does its work all the same.
  }
}
