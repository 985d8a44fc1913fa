/**
 * A few worker threads for jobs that may hang, crash or eat memory. A worker that does is ended and replaced; its job
 * fails, nothing else does. Idle workers are ended, so that their memory is given back.
 */
import { type ResourceLimits, Worker } from "node:worker_threads";
import { startInBackground } from "../threads/start-in-background.ts";

export type JobOutcome<Result> =
  | { readonly kind: "done"; readonly result: Result }
  /** The worker died or missed the deadline. */
  | { readonly kind: "failed"; readonly reason: string };

export interface WorkerPool<Job, Result> {
  /** Runs one job; waits for a free worker first. The deadline counts from its start. Never rejects. */
  run(job: Job, deadlineMs: number): Promise<JobOutcome<Result>>;
  /** Ends all workers; jobs under way and waiting fail. */
  close(): Promise<void>;
}

export interface WorkerPoolOptions {
  /** A module that answers every message with one message. */
  readonly module: URL;
  /** What every worker gets to know at its start. */
  readonly workerData?: unknown;
  /** Whether threads that answer go first. */
  readonly isBackground: boolean;
  readonly size: number;
  readonly idleMs: number;
  readonly resourceLimits: ResourceLimits;
}

interface Task<Job, Result> {
  readonly job: Job;
  readonly deadlineMs: number;
  readonly settle: (outcome: JobOutcome<Result>) => void;
}

interface Slot<Job, Result> {
  readonly worker: Worker;
  task: Task<Job, Result> | undefined;
  /** The deadline while it works, the end of its patience while it is idle. */
  timer: NodeJS.Timeout | undefined;
}

export function createWorkerPool<Job, Result>(options: WorkerPoolOptions): WorkerPool<Job, Result> {
  const waiting: Task<Job, Result>[] = [];
  const slots = new Set<Slot<Job, Result>>();
  let isClosed = false;

  function startWork(): void {
    while (waiting.length > 0) {
      const idle = [...slots].find((slot) => slot.task === undefined);
      if (idle === undefined && slots.size >= options.size) return;
      assign(idle ?? createSlot(), waiting.shift() as Task<Job, Result>);
    }
  }

  function assign(slot: Slot<Job, Result>, task: Task<Job, Result>): void {
    slot.task = task;
    clearTimeout(slot.timer);
    slot.timer = setTimeout(
      () => discard(slot, `it took longer than ${task.deadlineMs / 1000} s`),
      task.deadlineMs,
    );
    slot.worker.ref();
    slot.worker.postMessage(task.job);
  }

  function startThread(): Worker {
    return new Worker(options.module, {
      workerData: options.workerData,
      resourceLimits: options.resourceLimits,
    });
  }

  function createSlot(): Slot<Job, Result> {
    const worker = options.isBackground ? startInBackground(startThread) : startThread();
    const slot: Slot<Job, Result> = { worker, task: undefined, timer: undefined };
    slots.add(slot);
    worker.on("message", (result: Result) => finish(slot, result));
    worker.on("messageerror", (error) => discard(slot, error.message));
    worker.on("error", (error: NodeJS.ErrnoException) => discard(slot, reasonOf(error)));
    worker.on("exit", (code) => discard(slot, `its worker ended with code ${code}`));
    return slot;
  }

  function finish(slot: Slot<Job, Result>, result: Result): void {
    const { task } = slot;
    slot.task = undefined;
    clearTimeout(slot.timer);
    slot.timer = setTimeout(() => discard(slot, ""), options.idleMs).unref();
    slot.worker.unref();
    task?.settle({ kind: "done", result });
    startWork();
  }

  /** Ends a worker; whatever it was doing has failed for that reason. */
  function discard(slot: Slot<Job, Result>, reason: string): Promise<number> | undefined {
    if (!slots.delete(slot)) return undefined;
    clearTimeout(slot.timer);
    const ended = slot.worker.terminate();
    slot.task?.settle({ kind: "failed", reason });
    if (!isClosed) startWork();
    return ended;
  }

  return {
    run(job, deadlineMs) {
      if (isClosed) return Promise.resolve({ kind: "failed", reason: "rondo is stopping" });
      return new Promise((settle) => {
        waiting.push({ job, deadlineMs, settle });
        startWork();
      });
    },
    async close() {
      isClosed = true;
      for (const { settle } of waiting.splice(0)) {
        settle({ kind: "failed", reason: "rondo is stopping" });
      }
      await Promise.all([...slots].map((slot) => discard(slot, "rondo is stopping")));
    },
  };
}

function reasonOf(error: NodeJS.ErrnoException): string {
  return error.code === "ERR_WORKER_OUT_OF_MEMORY"
    ? "it needs more memory than a zone file may"
    : error.message;
}
