import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { expect, it } from "vitest";
import { createSharedClock } from "./shared-clock.ts";

/** Compiled code: Node 20 cannot load TypeScript into a thread. */
const COMPILED = new URL("../../dist/server/shared-clock.js", import.meta.url).href;
const TELL = `
  const { parentPort, workerData } = require("node:worker_threads");
  import(workerData).then(({ createSharedClock }) => parentPort.postMessage(createSharedClock()()));
`;

it("createSharedClock() makes clocks that agree between threads", async () => {
  const clock = createSharedClock();
  const before = clock();
  const worker = new Worker(TELL, { eval: true, workerData: COMPILED });
  const [theirs] = (await once(worker, "message")) as [number];
  expect(theirs).toBeGreaterThanOrEqual(before - 1);
  expect(theirs).toBeLessThanOrEqual(clock() + 1);
});
