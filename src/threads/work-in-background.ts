import { lowerPriority } from "./lower-priority.ts";

/**
 * Lets the threads that answer go first: for the thread that calls it, which must not be the main one. Nothing is
 * different anywhere but on Linux.
 */
export function workInBackground(): void {
  if (process.platform === "linux") lowerPriority(0);
}
