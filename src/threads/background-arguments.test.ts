import { once } from "node:events";
import { getPriority } from "node:os";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { Worker } from "node:worker_threads";
import { expect, it } from "vitest";
import { backgroundArguments } from "./background-arguments.ts";

const BUILT = pathToFileURL(resolve(import.meta.dirname, "../../dist/loader/load-worker.js"));

it("backgroundArguments() has a thread lower its priority before it loads its module", async () => {
  const before = getPriority();
  const program = `
    import { getPriority } from "node:os";
    import { parentPort } from "node:worker_threads";
    parentPort.postMessage(getPriority());
  `;
  const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(program)}`), {
    execArgv: backgroundArguments(BUILT),
  });
  const lowered = process.platform === "linux" ? Math.max(before, 10) : before;
  expect(await once(worker, "message")).toEqual([lowered]);
  expect(getPriority()).toBe(before);
  await worker.terminate();
});
