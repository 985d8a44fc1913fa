/** Ends what a failed test has left running: imported by a test file, it is the last thing that file does. */
import type { ChildProcess } from "node:child_process";
import { afterAll } from "vitest";

const children = new Set<ChildProcess>();

afterAll(() => {
  for (const child of children) child.kill("SIGKILL");
});

/** Sees to it that a child does not outlive the test file, and forgets it once it has ended. */
export function endWithUs(child: ChildProcess): void {
  children.add(child);
  child.once("exit", () => children.delete(child));
}
