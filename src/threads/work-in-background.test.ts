import { once } from "node:events";
import { getPriority } from "node:os";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { Worker } from "node:worker_threads";
import { expect, it } from "vitest";

const BUILT = pathToFileURL(
  resolve(import.meta.dirname, "../../dist/threads/work-in-background.js"),
);

it("workInBackground() lowers the priority of the calling thread, and of no other", async () => {
  const before = getPriority();
  const program = `
    import { getPriority } from "node:os";
    import { parentPort } from "node:worker_threads";
    import { workInBackground } from "${BUILT}";
    workInBackground();
    parentPort.postMessage(getPriority());
  `;
  const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(program)}`));
  // Elsewhere threads have no priority of their own.
  const lowered = process.platform === "linux" ? Math.max(before, 10) : before;
  expect(await once(worker, "message")).toEqual([lowered]);
  expect(getPriority()).toBe(before);
  await worker.terminate();
});
