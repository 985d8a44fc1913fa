import { afterEach, expect, test } from "vitest";
import { createWorkerPool, type WorkerPool } from "./worker-pool.ts";

type Job = "echo" | "hang" | "throw" | "exit" | "grow" | "id";

/** A worker that does what it is told, misbehaviour included. */
const program = `
  import { parentPort, threadId } from "node:worker_threads";
  const kept = [];
  parentPort.on("message", (job) => {
    if (job === "hang") for (;;);
    if (job === "throw") throw new Error("thrown on purpose");
    if (job === "exit") process.exit(3);
    if (job === "grow") for (;;) kept.push(new Array(100000).fill(job.length));
    parentPort.postMessage(job === "id" ? String(threadId) : job);
  });
`;

let pool: WorkerPool<Job, string>;

function create(size: number, idleMs = 60_000): void {
  pool = createWorkerPool({
    module: new URL(`data:text/javascript,${encodeURIComponent(program)}`),
    isBackground: false,
    size,
    idleMs,
    resourceLimits: { maxOldGenerationSizeMb: 32 },
  });
}

afterEach(async () => {
  await pool.close();
});

const MINUTE = 60_000;

test("run() resolves with what the worker answers", async () => {
  create(1);
  expect(await pool.run("echo", MINUTE)).toEqual({ kind: "done", result: "echo" });
});

test.each([
  ["throw", /thrown on purpose/],
  ["exit", /ended with code 3/],
  ["grow", /needs more memory/],
] as const)(
  "run() fails a job that makes its worker %s, and runs the next",
  async (job, reason) => {
    create(1);
    const [failed, next] = await Promise.all([pool.run(job, MINUTE), pool.run("echo", MINUTE)]);
    expect(failed).toMatchObject({ kind: "failed", reason: expect.stringMatching(reason) });
    expect(next).toEqual({ kind: "done", result: "echo" });
  },
);

test("run() fails a job that misses its deadline, and runs the next", async () => {
  create(1);
  const [failed, next] = await Promise.all([pool.run("hang", 200), pool.run("echo", MINUTE)]);
  expect(failed).toEqual({ kind: "failed", reason: "it took longer than 0.2 s" });
  expect(next).toEqual({ kind: "done", result: "echo" });
});

test("run() keeps at most `size` workers and uses them again", async () => {
  create(2);
  const outcomes = await Promise.all(Array.from({ length: 20 }, () => pool.run("id", MINUTE)));
  const ids = outcomes.map((outcome) => (outcome.kind === "done" ? outcome.result : "failed"));
  expect(ids).not.toContain("failed");
  expect(new Set(ids).size).toBeLessThanOrEqual(2);
});

test("run() starts a new worker after an idle one was ended", async () => {
  create(1, 0);
  const first = await pool.run("id", MINUTE);
  // The idle timer of 0 ms was set before this one.
  await new Promise((done) => setTimeout(done, 5));
  const second = await pool.run("id", MINUTE);
  expect(second.kind).toBe("done");
  expect(second).not.toEqual(first);
});

test("close() fails the job under way and those that wait", async () => {
  create(1);
  const outcomes = Promise.all([pool.run("hang", MINUTE), pool.run("echo", MINUTE)]);
  await pool.close();
  for (const outcome of await outcomes) {
    expect(outcome).toEqual({ kind: "failed", reason: "rondo is stopping" });
  }
  expect(await pool.run("echo", MINUTE)).toMatchObject({ kind: "failed" });
});
