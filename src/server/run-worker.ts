import { receiveMessageOnPort, workerData } from "node:worker_threads";
import { createContext } from "../answer/context.ts";
import { compileWhole } from "./compile-whole.ts";
import { ControlLink } from "./control-link.ts";
import { runDgramLoop } from "./dgram-loop.ts";
import type { Engine, ImageReader } from "./engine.ts";
import { createFaultReporter } from "./fault-reporter.ts";
import { loadLibc } from "./libc.ts";
import { type MmsgMessage, runMmsgLoop } from "./mmsg-loop.ts";
import { Reader } from "./reader.ts";
import { runStreamLoop } from "./run-stream-loop.ts";
import { createSharedClock } from "./shared-clock.ts";
import { takeShortTurns } from "./take-short-turns.ts";
import { threadCounter } from "./thread-counters.ts";
import type { WorkerData } from "./worker-protocol.ts";

/** The body of a thread of the data plane, for the thread that was started with {@link WorkerData}. */
export async function runWorker<S extends ImageReader>(engine: Engine<S>): Promise<void> {
  compileWhole();
  const data = workerData as WorkerData;
  const { role, port } = data;
  const counters = new Uint32Array(data.threadCounters);
  const clock = createSharedClock();
  const reportFault = createFaultReporter((report) => port.postMessage(report), clock);
  const context = createContext(new Uint32Array(data.answerCounters), data.settings);
  const reader = new Reader(engine, context, (error) => {
    const { faulted } = threadCounter;
    counters[faulted] = (counters[faulted] ?? 0) + 1;
    reportFault(error);
  });
  const link = new ControlLink((message) => port.postMessage({ type: "control", message }));
  if (role.path === "dgram") {
    runDgramLoop({ reader, port, counters, clock, link });
    return;
  }
  const loaded = await loadLibc();
  if (role.path === "stream") {
    const libc = "libc" in loaded ? loaded.libc : undefined;
    if (libc !== undefined) takeShortTurns(libc);
    runStreamLoop({ reader, port, counters, clock, link, limits: role.limits, libc });
    return;
  }
  if ("reason" in loaded) throw new Error(`Cannot serve UDP: ${loaded.reason}`);
  takeShortTurns(loaded.libc);
  runMmsgLoop({
    libc: loaded.libc,
    reader,
    counters,
    clock,
    link,
    control: new Int32Array(data.control),
    takeMessage: () => receiveMessageOnPort(port)?.message as MmsgMessage | undefined,
  });
  port.close();
}
