/**
 * Starts a server under test as a child on one core, on a free loopback port, in a folder of its own that is removed
 * afterwards, and waits until it answers.
 */
import { spawn } from "node:child_process";
import { createSocket } from "node:dgram";
import { rmSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseQueries } from "./queries.mjs";
import { SERVERS, searchSbin } from "./servers.mjs";
import { ORIGIN } from "./zone.mjs";

const READY_WITHIN_MS = 60_000;
const STOPPED_WITHIN_MS = 4_000;
const PROBE_MS = 20;
const KEPT_OUTPUT_BYTES = 4_000;

/**
 * Starts one of SERVERS and waits until it answers.
 *
 * @param {string} id a key of SERVERS
 * @param {{core: number | string | undefined, size: object, undoings: Set<() => void>}} options `core` may be a list (`0,2`), undefined: not pinned; `size` as zone.mjs takes it;
 *   `undoings` holds, from the first moment to stop(), a synchronous call that leaves nothing of the server behind
 * @returns {Promise<{id: string, port: number, pid: number, folder: string, readyMs: number, stop: () => Promise<void>}>};
 *   `readyMs` from the start of the process to the first right answer, to 20 ms; rejects with the server's last output
 *   when it ends early or does not answer in time
 */
export async function startServer(id, { core, size, undoings }) {
  const server = SERVERS[id];
  const folder = await mkdtemp(join(tmpdir(), `rondo-bench-${id}-`));
  const port = await findFreePort();
  const command = await server.prepare({ folder, port, size });
  const [program, ...args] =
    core === undefined ? command : ["taskset", "-c", String(core), ...command];
  const startedAt = performance.now();
  const child = spawn(program, args, { env: searchSbin(), stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (data) => {
      output = (output + data).slice(-KEPT_OUTPUT_BYTES);
    });
  }
  const ended = new Promise((resolve) => {
    child.once("exit", resolve);
    child.once("error", (error) => {
      output += error.message;
      resolve();
    });
  });
  const isRunning = () => child.exitCode === null && child.signalCode === null;
  const killNow = () => {
    if (isRunning()) child.kill("SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  };
  undoings.add(killNow);
  const stop = async () => {
    if (isRunning()) child.kill("SIGTERM");
    const timer = setTimeout(() => child.kill("SIGKILL"), STOPPED_WITHIN_MS);
    await ended;
    clearTimeout(timer);
    killNow();
    undoings.delete(killNow);
  };
  const steers = server.steers && size.form !== "master";
  const isReady = await waitForAnswer({ port, steers, echoes: server.echoes, isRunning });
  if (!isReady) {
    await stop();
    throw new Error(
      `Cannot start ${server.title}: it does not answer on port ${port}\n${output.trim()}`,
    );
  }
  const readyMs = performance.now() - startedAt;
  return { id, port, pid: child.pid, folder, readyMs, stop };
}

/** Asks until the zone's SOA (and the steered name, where there is one) comes back with an answer. */
export async function waitForAnswer({ port, steers, echoes, isRunning }) {
  const questions = [`${ORIGIN} SOA`, ...(steers ? [`gslb.${ORIGIN} A +edns`] : [])];
  const deadline = performance.now() + READY_WITHIN_MS;
  for (const message of parseQueries(questions.join("\n"))) {
    for (;;) {
      if (!isRunning() || performance.now() > deadline) return false;
      const answer = await ask(port, message);
      if (answer && (echoes || ((answer[3] & 15) === 0 && answer[7] > 0))) break;
      if (answer) await new Promise((resolve) => setTimeout(resolve, PROBE_MS));
    }
  }
  return true;
}

function ask(port, message) {
  return new Promise((resolve) => {
    const socket = createSocket("udp4");
    const finish = (answer) => {
      clearTimeout(timer);
      socket.close();
      resolve(answer);
    };
    const timer = setTimeout(finish, PROBE_MS, undefined);
    // A refused port says so at once (ECONNREFUSED): the timer goes on, so that the next try is not immediate.
    socket.on("error", () => {});
    socket.once("message", finish);
    socket.send(message, port, "127.0.0.1");
  });
}

export async function findFreePort() {
  for (;;) {
    const tcp = createServer();
    const port = await new Promise((resolve, reject) => {
      tcp.once("error", reject);
      tcp.listen(0, "127.0.0.1", () => resolve(tcp.address().port));
    });
    const udp = createSocket("udp4");
    const isFree = await new Promise((resolve) => {
      udp.once("error", () => resolve(false));
      udp.bind(port, "127.0.0.1", () => resolve(true));
    });
    udp.close();
    await new Promise((resolve) => tcp.close(resolve));
    if (isFree) return port;
  }
}
