import { once } from "node:events";
import { getPriority } from "node:os";
import { Worker } from "node:worker_threads";
import { expect, it } from "vitest";
import { startInBackground } from "./start-in-background.ts";

it("startInBackground() lowers the priority of the new thread, and of no other", async () => {
  const before = getPriority();
  const program = `
    import { getPriority } from "node:os";
    import { parentPort } from "node:worker_threads";
    parentPort.postMessage(getPriority());
  `;
  const module = new URL(`data:text/javascript,${encodeURIComponent(program)}`);
  const [background, other] = [startInBackground(() => new Worker(module)), new Worker(module)];
  const told = await Promise.all([once(background, "message"), once(other, "message")]);
  // Elsewhere threads have no priority of their own.
  const lowered = process.platform === "linux" ? Math.max(before, 10) : before;
  expect(told).toEqual([[lowered], [before]]);
  expect(getPriority()).toBe(before);
  await Promise.all([background.terminate(), other.terminate()]);
});
