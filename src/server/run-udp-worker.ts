import { receiveMessageOnPort, workerData } from "node:worker_threads";
import { createContext } from "../answer/context.ts";
import { ControlLink } from "./control-link.ts";
import { runDgramLoop } from "./dgram-loop.ts";
import type { Engine, ImageReader } from "./engine.ts";
import { createFaultReporter } from "./fault-reporter.ts";
import { loadLibc } from "./libc.ts";
import { type MmsgMessage, runMmsgLoop } from "./mmsg-loop.ts";
import { Reader } from "./reader.ts";
import { createSharedClock } from "./shared-clock.ts";
import { udpCounter } from "./udp-counters.ts";
import type { UdpWorkerData } from "./udp-worker-protocol.ts";

/** The body of a UDP worker thread, for the thread that was started with {@link UdpWorkerData}. */
export async function runUdpWorker<S extends ImageReader>(engine: Engine<S>): Promise<void> {
  const data = workerData as UdpWorkerData;
  const { port } = data;
  const counters = new Uint32Array(data.udpCounters);
  const clock = createSharedClock();
  const reportFault = createFaultReporter((report) => port.postMessage(report), clock);
  const context = createContext(new Uint32Array(data.answerCounters), data.settings);
  const reader = new Reader(engine, context, (error) => {
    const { faulted } = udpCounter;
    counters[faulted] = (counters[faulted] ?? 0) + 1;
    reportFault(error);
  });
  const link = new ControlLink((message) => port.postMessage({ type: "control", message }));
  if (data.path === "dgram") {
    runDgramLoop({ reader, port, counters, clock, link });
    return;
  }
  const loaded = await loadLibc();
  if ("reason" in loaded) throw new Error(`Cannot serve UDP: ${loaded.reason}`);
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
