import { expect, it } from "vitest";
import { type StartingSuccessor, type Successor, startSuccessor } from "./start-successor.ts";

/** Starts a process that says these things, one after the other, and then does something or just is. */
function start(says: readonly object[], then = "", steadyMs = 20_000): StartingSuccessor {
  const script = `
    setInterval(() => {}, 1000);
    const say = (message) => new Promise((resolve) => process.send(message, resolve));
    for (const message of ${JSON.stringify(says)}) await say(message);
    ${then}`;
  return startSuccessor({
    sockets: [],
    version: "1.0.0",
    admin: undefined,
    steering: () => "",
    verdicts: () => new Map(),
    command: [process.execPath, "--input-type=module", "--eval", script],
    steadyMs,
  });
}

const READY = { type: "ready", version: "2.0.0" };
const SERVING = { type: "serving" };

async function findAnswering({ outcome }: StartingSuccessor): Promise<Successor> {
  const settled = await outcome;
  if (settled.kind === "kept") throw new Error(settled.reason);
  return settled.successor;
}

it("startSuccessor() tells of one that answers, and goes on", async () => {
  const starting = start([READY, SERVING, { type: "steady" }]);
  const successor = await findAnswering(starting);
  expect(successor.version).toBe("2.0.0");
  expect(await successor.steady).toBeUndefined();
  starting.abort("over");
});

it.each([
  ["ends", "process.exit(3);", "status 3"],
  ["is killed", "process.kill(process.pid, 'SIGKILL');", "SIGKILL"],
  ["says that it will not", "await say({ type: 'failed', reason: 'no more' });", "no more"],
])("startSuccessor() tells of one that answers and then %s", async (_, then, told) => {
  const starting = start([READY, SERVING], then);
  const { steady } = await findAnswering(starting);
  expect(await steady).toContain(told);
  starting.abort("over");
});

it("startSuccessor() ends one that answers and then is stuck", async () => {
  const { pid, steady } = await findAnswering(start([READY, SERVING], "for (;;);", 300));
  expect(await steady).toContain("says nothing");
  await expect.poll(() => isRunning(pid), { timeout: 20_000 }).toBe(false);
});

it("startSuccessor() hears first what it was told while this process was held up", async () => {
  const then = "setTimeout(() => say({ type: 'steady' }), 200);";
  const starting = start([READY, SERVING], then, 300);
  const { steady } = await findAnswering(starting);
  // Stopped, or waiting for a disk: longer than the successor may say nothing.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1000);
  expect(await steady).toBeUndefined();
  starting.abort("over");
});

it("startSuccessor() takes no word that it does not know for another", async () => {
  const starting = start([READY, { type: "news" }], "process.exit(0);");
  expect(await starting.outcome).toMatchObject({
    kind: "kept",
    reason: expect.stringContaining("before it had taken over"),
  });
});

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
