/** Restarts without a lost query: `rondo upgrade` again and again while queries come at an even rate. */
import { execFile, spawn } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { progress, undoings } from "./measure.mjs";
import { writeSection } from "./page.mjs";
import { describeMachine } from "./plan.mjs";
import { SERVERS } from "./servers.mjs";
import { findFreePort, waitForAnswer } from "./start-server.mjs";
import { alignTable, describeRun } from "./table.mjs";
import { ORIGIN } from "./zone.mjs";

const RONDO = fileURLToPath(new URL("../dist/main.js", import.meta.url));
const LOAD = fileURLToPath(new URL("load.mjs", import.meta.url));

const SIZE = { hosts: 10_000, subnets: 200, workers: 2 };
const UNDISTURBED_SECONDS = 10;
/** Into the load. */
const BEGIN_MS = 500;
const STOPPED_WITHIN_MS = 4000;

/** @returns {Promise<number>} exit status: 1 if a query was lost or a successor did not take over */
export async function measureRestarts(args) {
  const { values } = parseArgs({
    args,
    options: {
      write: { type: "boolean", default: false },
      restarts: { type: "string", default: "10" },
      rate: { type: "string", default: "20000" },
      // Of the load of one upgrade; one that takes longer is made up for by another.
      seconds: { type: "string", default: "6" },
    },
  });
  const restarts = Number(values.restarts);
  const rate = Number(values.rate);
  const seconds = Number(values.seconds);
  const server = await startChain();
  try {
    progress("restarts: undisturbed");
    const before = await load(server.port, rate, UNDISTURBED_SECONDS);
    const during = [];
    const tookMs = [];
    let covered = 0;
    while (covered < restarts) {
      progress(`restarts: ${covered + 1} of ${restarts}`);
      const report = load(server.port, rate, seconds);
      await new Promise((resolve) => setTimeout(resolve, BEGIN_MS));
      const isOver = report.then(() => true);
      const took = await server.upgrade();
      if (!(await Promise.race([isOver, Promise.resolve(false)]))) covered += 1;
      during.push(await report);
      tookMs.push(took);
      if (during.length === 2 * restarts && covered < restarts) {
        throw new Error(`Upgrades outlast their load: say --seconds ${seconds * 2}`);
      }
    }
    progress("");
    const machine = { ...describeMachine(undefined), pinned: "not pinned: a start uses all cores" };
    const page = [
      describeRun(machine, { runs: restarts, seconds }),
      alignTable(
        ["", "queries", "late", "lost", "p50, µs", "p99", "p99.9", "max"],
        [summarize("undisturbed", [before]), summarize(`during ${during.length} upgrades`, during)],
      ).join("\n"),
      `An upgrade took ${describeRange(tookMs)} s from the command to its end. Latencies are the worst of all loads. Of the lost queries
${server.countDrops()} were too many for the sockets' buffers (the drops of /proc/net/udp).`,
    ].join("\n\n");
    console.log(page);
    if (values.write) writeSection("restarts", page);
    return [before, ...during].some((report) => countLost(report) > 0) ? 1 : 0;
  } finally {
    await server.stop();
  }
}

/** A server that is replaced again and again, by whoever is its successor at the time. */
async function startChain() {
  const folder = await mkdtemp(join(tmpdir(), "rondo-bench-restarts-"));
  const port = await findFreePort();
  const admin = `127.0.0.1:${await findFreePort()}`;
  const [program, ...args] = await SERVERS["rondo-mmsg"].prepare({ folder, port, size: SIZE });
  const child = spawn(program, [...args, "--admin", admin], { stdio: "ignore" });
  let pid = child.pid;
  const isRunning = () => {
    try {
      process.kill(pid, 0);
      return true;
    } catch {
      return false;
    }
  };
  const killNow = () => {
    if (isRunning()) process.kill(pid, "SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  };
  undoings.add(killNow);
  const isReady = await waitForAnswer({ port, steers: true, isRunning });
  if (!isReady) throw new Error("Cannot start rondo: it does not answer");
  return {
    port,
    /** Datagrams that found no room, since the first server has opened the sockets: they are the same all the time. */
    countDrops: () => {
      const local = `0100007F:${port.toString(16).toUpperCase().padStart(4, "0")}`;
      const rows = readFileSync("/proc/net/udp", "utf8")
        .split("\n")
        .map((line) => line.trim().split(/\s+/));
      return rows
        .filter((row) => row[1] === local)
        .reduce((drops, row) => drops + Number(row.at(-1)), 0);
    },
    upgrade: async () => {
      const startedAt = performance.now();
      const text = await run([RONDO, "upgrade", "--json", "--admin", admin]);
      pid = JSON.parse(text).pid;
      return performance.now() - startedAt;
    },
    stop: async () => {
      if (isRunning()) process.kill(pid, "SIGTERM");
      const until = performance.now() + STOPPED_WITHIN_MS;
      while (isRunning() && performance.now() < until) {
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      killNow();
      undoings.delete(killNow);
    },
  };
}

/** Queries at an even rate whatever the server does, each of them awaited. */
async function load(port, rate, seconds) {
  const questions = [`h7.${ORIGIN} A +edns`, `gslb.${ORIGIN} A +edns`, `${ORIGIN} SOA`];
  const text = await run([
    LOAD,
    ...["--target", `127.0.0.1:${port}`, "--rate", String(rate), "--seconds", String(seconds)],
    ...questions.flatMap((question) => ["--query", question]),
    ...["--warmup", "0.5", "--sockets", "64", "--json"],
  ]);
  return JSON.parse(text);
}

function run(args) {
  return new Promise((resolve, reject) => {
    execFile(process.execPath, args, (error, stdout, stderr) => {
      if (error) reject(new Error(`${stderr || stdout}`.trim() || error.message));
      else resolve(stdout);
    });
  });
}

function summarize(title, reports) {
  const sum = (read) => reports.reduce((total, report) => total + read(report), 0);
  const worst = (part) =>
    String(Math.max(...reports.map(({ latencyMicroseconds }) => latencyMicroseconds[part])));
  return [
    title,
    sum(({ sent }) => sent).toLocaleString("en"),
    String(sum(({ stray }) => stray)),
    String(sum(countLost)),
    ...["p50", "p99", "p999", "max"].map(worst),
  ];
}

/** Queries without any answer: a late one is one that was given up on before it came. */
function countLost({ lost, stray }) {
  return lost - stray;
}

function describeRange(all) {
  const [least, most] = [Math.min(...all), Math.max(...all)].map((ms) => (ms / 1000).toFixed(1));
  return least === most ? least : `${least} to ${most}`;
}
