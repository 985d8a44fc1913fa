import { getPriority, setPriority } from "node:os";

/** A tenth of the share of a thread that answers, where both want the same processor; all of it where nobody else does. */
const NICE = 10;

/**
 * Lowers the priority of a thread of this process, for good. Where it may not be changed, nothing is different: a service
 * whose system calls are filtered does its work all the same.
 *
 * @param thread as Linux numbers it, which alone has threads with priorities of their own; 0: the calling one
 */
export function lowerPriority(thread: number): void {
  try {
    setPriority(thread, Math.max(getPriority(thread), NICE));
  } catch {
    // Refused, or there is no such thread any more.
  }
}
