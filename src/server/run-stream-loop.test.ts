import { once } from "node:events";
import { connect } from "node:net";
import { MessageChannel } from "node:worker_threads";
import { expect, it } from "vitest";
import { echoOptions, echoPublication } from "../../test/support/echo-engine.ts";
import { findFreePort } from "../../test/support/ports.ts";
import { DEFAULT_ANSWER_SETTINGS } from "../answer/answer-settings.ts";
import { createContext } from "../answer/context.ts";
import { ControlLink } from "./control-link.ts";
import { Reader } from "./reader.ts";
import { runStreamLoop } from "./run-stream-loop.ts";
import { findStreamLimits } from "./stream-limits.ts";
import { THREAD_COUNTERS } from "./thread-counters.ts";
import type { FromWorker, ToWorker } from "./worker-protocol.ts";

/** @returns what it says until it ends */
async function run(messages: readonly ToWorker[]): Promise<FromWorker[]> {
  const { port1, port2 } = new MessageChannel();
  const context = createContext(
    new Uint32Array(echoOptions.answerCounters),
    DEFAULT_ANSWER_SETTINGS,
  );
  runStreamLoop({
    reader: new Reader(echoOptions.engine, context, () => {}),
    port: port2,
    link: new ControlLink(() => {}),
    limits: findStreamLimits(1),
    counters: new Uint32Array(THREAD_COUNTERS),
    clock: () => 0,
    libc: undefined,
  });
  const said: FromWorker[] = [];
  port1.on("message", (message: FromWorker) => said.push(message));
  for (const message of messages) port1.postMessage(message);
  await once(port1, "close");
  return said;
}

function listen(id: number, port: number): ToWorker {
  const host = "127.0.0.1";
  const descriptor = undefined;
  return { type: "listen", id, host, port, descriptor, protocol: "dns", path: "", proxies: [] };
}

function connects(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}

it("runStreamLoop() leaves no socket behind when it is told to stop while it opens them", async () => {
  const [before, after] = [await findFreePort("127.0.0.1"), await findFreePort("127.0.0.1")];
  const said = await run([
    { type: "publication", publication: echoPublication(1) },
    listen(0, before),
    { type: "stop", patienceMs: 0 },
    listen(1, after),
  ]);
  expect(said).toEqual([{ type: "bound", id: 0, port: before }]);
  expect(await connects(before)).toBe(false);
  expect(await connects(after)).toBe(false);
});
