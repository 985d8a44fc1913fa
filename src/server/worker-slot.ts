import { MessageChannel, type MessagePort, Worker } from "node:worker_threads";
import type { AnswerSettings } from "../answer/answer-settings.ts";
import type { Publication } from "../image/publication.ts";
import type { Log } from "../log/log.ts";
import type { ControlDesk } from "./control-desk.ts";
import type { FromControlDesk } from "./control-protocol.ts";
import { ControlService } from "./control-service.ts";
import { exposeCollector } from "./memory-return.ts";
import { nextRestartDelay } from "./restart-delay.ts";
import { THREAD_COUNTERS, threadCounter } from "./thread-counters.ts";
import { ThreadRotation } from "./thread-rotation.ts";
import {
  CONTROL_WORDS,
  type FromWorker,
  type ToWorker,
  type WorkerData,
  type WorkerRole,
} from "./worker-protocol.ts";

export interface WorkerSlotOptions {
  readonly entry: URL;
  readonly role: WorkerRole;
  /** For the log, e.g. `UDP`. */
  readonly name: string;
  /** 0, 1, … different for each thread of the server. */
  readonly thread: number;
  /** How many counters the answers need. */
  readonly answerCounters: number;
  readonly settings: AnswerSettings;
  readonly desk: ControlDesk;
  readonly log: Log;
  /** Everything a new thread has to hear first: image and sockets. */
  readonly greeting: () => readonly ToWorker[];
  /** Told what became of a `bind`. */
  readonly onBinding?: (message: Extract<FromWorker, { type: "bound" | "bindFailed" }>) => void;
}

/** A thread that does not end by itself this long after the stop is terminated. Connections are ended 1.1 s after it. */
const STOP_MS = 1500;

/** The place of one worker thread: whoever dies in it is replaced, and the counters go on. */
export class WorkerSlot {
  readonly answerCounters: Uint32Array;
  readonly threadCounters: Uint32Array;
  readonly rotation: ThreadRotation;
  /** Threads that had to be replaced. */
  deaths = 0;
  readonly #options: WorkerSlotOptions;
  readonly #control = new Int32Array(new SharedArrayBuffer(4 * CONTROL_WORDS));
  readonly #stopped: Promise<void>;
  #resolveStopped: () => void = () => {};
  #worker: Worker | undefined;
  #port: MessagePort | undefined;
  #startedAt = 0;
  #delayMs: number | undefined;
  #restart: NodeJS.Timeout | undefined;
  #isStopping = false;

  constructor(options: WorkerSlotOptions) {
    this.#options = options;
    this.answerCounters = new Uint32Array(new SharedArrayBuffer(4 * options.answerCounters));
    this.threadCounters = new Uint32Array(new SharedArrayBuffer(4 * THREAD_COUNTERS));
    this.rotation = new ThreadRotation(options.thread);
    this.#stopped = new Promise((resolve) => {
      this.#resolveStopped = resolve;
    });
    this.#start();
  }

  /** Reaches the thread of the moment; its successors hear what the greeting says. */
  post(message: ToWorker): void {
    if (this.#port === undefined) return;
    this.#port.postMessage(message);
    // After the message: a thread that sees the word change finds it.
    Atomics.add(this.#control, 0, 1);
    Atomics.notify(this.#control, 0);
  }

  publish(publication: Publication): void {
    const buffer = this.rotation.grow(publication.rotationSlots);
    if (buffer !== undefined) this.post({ type: "rotation", buffer });
    this.post({ type: "publication", publication });
  }

  /**
   * Resolves when the thread has ended and holds no descriptor any more.
   *
   * @param patienceMs how long connections may go on that are in use
   */
  async stop(patienceMs = 0): Promise<void> {
    this.#isStopping = true;
    clearTimeout(this.#restart);
    const worker = this.#worker;
    if (worker === undefined) return;
    this.post({ type: "stop", patienceMs });
    const terminate = setTimeout(() => void worker.terminate(), STOP_MS + patienceMs);
    await this.#stopped;
    clearTimeout(terminate);
  }

  #start(): void {
    const { entry, role, name, thread, settings, log } = this.#options;
    const { port1, port2 } = new MessageChannel();
    const data: WorkerData = {
      role,
      control: this.#control.buffer as SharedArrayBuffer,
      answerCounters: this.answerCounters.buffer as SharedArrayBuffer,
      threadCounters: this.threadCounters.buffer as SharedArrayBuffer,
      settings,
      port: port2,
    };
    const reply = (message: FromControlDesk): void => this.post({ type: "control", message });
    const control = new ControlService(this.#options.desk, reply, log);
    port1.on("message", (message: FromWorker) => {
      if (message.type === "control") {
        control.hear(message.message);
      } else if (message.type === "fault") {
        const { stack, count } = message;
        log.error({ thread, stack, count }, "Query answered SERVFAIL because of a fault");
      } else {
        this.#options.onBinding?.(message);
      }
    });
    this.#port = port1;
    this.#startedAt = performance.now();
    this.post({ type: "rotation", buffer: this.rotation.settle() });
    for (const message of this.#options.greeting()) this.post(message);
    exposeCollector();
    const worker = new Worker(entry, {
      name: `rondo-${name.toLowerCase()}-${thread}`,
      workerData: data,
      transferList: [port2],
    });
    this.#worker = worker;
    worker.on("error", (err) => log.error({ err, thread }, `${name} thread failed`));
    worker.on("exit", (code) => {
      port1.close();
      control.close();
      this.#port = undefined;
      this.#worker = undefined;
      this.threadCounters[threadCounter.connections] = 0;
      if (this.#isStopping) this.#resolveStopped();
      else this.#replace(code);
    });
  }

  #replace(code: number): void {
    this.deaths += 1;
    this.#delayMs = nextRestartDelay(this.#delayMs, performance.now() - this.#startedAt);
    const { name, thread, log } = this.#options;
    log.error({ thread, code, delayMs: this.#delayMs }, `${name} thread ended, starting another`);
    if (this.#delayMs === 0) this.#start();
    else this.#restart = setTimeout(() => this.#start(), this.#delayMs);
  }
}
