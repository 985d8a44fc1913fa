import { readdirSync } from "node:fs";

/**
 * Lists the threads of this process as Linux numbers them: the main one has the number of the process. None where they cannot be
 * told: elsewhere, in a container without /proc, or with that of another PID namespace.
 */
export function listThreads(): number[] {
  if (process.platform !== "linux") return [];
  try {
    const threads = readdirSync("/proc/self/task").map(Number);
    return threads.includes(process.pid) ? threads : [];
  } catch {
    return [];
  }
}
