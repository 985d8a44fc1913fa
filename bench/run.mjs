/**
 * Measures the CPU time each server spends per answered query, side by side: same zone, same load, same machine, same run.
 *
 * usage: npm run bench -- [--quick] [--only ID,ID] [--workloads ID,ID] [--runs N] [--seconds S] [--latency RATE]
 *          [--hosts N] [--subnets N] [--json]
 *
 * Every server is pinned to one core and the load generator to another; servers take turns within a run, and each figure is
 * the median over the runs. docs/benchmarks.md says how to read the table. Exit status: 0 measured, 1 a server answered
 * wrongly, lost more than 1 %, or rondo did not start, 64 wrong usage, 69 the load generator cannot run here.
 */
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { cpus, release, tmpdir, totalmem } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { readMemory } from "./cpu.mjs";
import { loadSocketCalls } from "./mmsg.mjs";
import { SERVERS, startServer } from "./servers.mjs";
import { renderReport, summarizeRuns } from "./table.mjs";
import { DATACENTERS, listWorkloads } from "./zone.mjs";

const LOAD = fileURLToPath(new URL("load.mjs", import.meta.url));

/** Longer than a load may last: what is still running then has hung. */
const LOAD_GRACE_MS = 15_000;
const MOST_LOST = 0.01;
const SHARE_TOLERANCE = 0.02;

const plan = readPlan();
const calls = await loadSocketCalls();
if (typeof calls === "string") {
  console.error(`bench: cannot make load: ${calls}`);
  process.exit(69);
}

/** What must not outlive this process, whatever ends it. */
const children = new Set();
process.once("exit", () => {
  for (const kill of children) kill();
});
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(1));

const report = await measure(plan);
console.log(plan.json ? JSON.stringify(report, null, 2) : renderReport(report));
process.exit(report.problems.length > 0 ? 1 : 0);

function readPlan() {
  let values;
  try {
    ({ values } = parseArgs({
      options: {
        quick: { type: "boolean", default: false },
        only: { type: "string" },
        workloads: { type: "string" },
        runs: { type: "string" },
        seconds: { type: "string" },
        latency: { type: "string" },
        hosts: { type: "string", default: "1000" },
        subnets: { type: "string", default: "200" },
        json: { type: "boolean", default: false },
      },
    }));
    const size = {
      hosts: readNumber("hosts", values.hosts, 32, 1_000_000),
      subnets: readNumber("subnets", values.subnets, 1, 512),
    };
    const workloads = listWorkloads(size);
    return {
      size,
      workloads: pick("workloads", values.workloads, workloads, (workload) => workload.id),
      servers: pick("only", values.only, Object.keys(SERVERS), (id) => id),
      runs: readNumber("runs", values.runs ?? (values.quick ? "3" : "5"), 1, 100),
      seconds: readNumber("seconds", values.seconds ?? (values.quick ? "0.5" : "2"), 0.1, 60),
      warmupSeconds: values.quick ? 0.3 : 0.5,
      latencyRate: values.latency && readNumber("latency", values.latency, 1, 1_000_000),
      json: values.json,
      cores: findCores(),
    };
  } catch (error) {
    console.error(`bench: ${error.message}`);
    process.exit(64);
  }
}

function readNumber(name, text, least, most) {
  const value = Number(text);
  if (value >= least && value <= most) return value;
  throw new Error(`Cannot use --${name} ${text}: it must be ${least} to ${most}`);
}

function pick(flag, text, all, idOf) {
  if (text === undefined) return all;
  const known = all.map(idOf);
  const unknown = text.split(",").find((id) => !known.includes(id));
  if (unknown !== undefined) {
    throw new Error(`Cannot use --${flag} ${unknown}: it must be among ${known.join(", ")}`);
  }
  return all.filter((entry) => text.split(",").includes(idOf(entry)));
}

/** The first two cores this process may use: one for the server, one for the load. Undefined where pinning is impossible. */
function findCores() {
  const list = /^Cpus_allowed_list:\s*(.*)$/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1];
  const cores = (list ?? "").split(",").flatMap((range) => {
    const [first, last = first] = range.split("-").map(Number);
    return Array.from({ length: Math.min(2, last - first + 1) }, (_, index) => first + index);
  });
  const hasTaskset = ["/usr/bin/taskset", "/bin/taskset"].some((path) => existsSync(path));
  return cores.length >= 2 && hasTaskset ? { server: cores[0], load: cores[1] } : undefined;
}

async function measure({
  size,
  workloads,
  servers,
  runs,
  seconds,
  warmupSeconds,
  latencyRate,
  cores,
}) {
  const scratch = await mkdtemp(join(tmpdir(), "rondo-bench-load-"));
  const targets = await startCheckTargets();
  const skipped = [];
  const problems = [];
  const running = [];
  try {
    for (const id of servers) {
      const reason = SERVERS[id].missing();
      if (reason !== undefined) {
        skipped.push({ id, reason });
        continue;
      }
      progress(`starting ${SERVERS[id].title}`);
      try {
        const server = await startServer(id, {
          core: cores?.server,
          size: { ...size, checkPort: targets.port },
        });
        children.add(server.killNow);
        running.push(server);
      } catch (error) {
        skipped.push({ id, reason: error.message });
        if (SERVERS[id].isOurs) problems.push(error.message);
      }
    }
    for (const workload of workloads) {
      await writeFile(join(scratch, workload.id), workload.queries);
    }

    const samples = [];
    const takeSample = async (server, workload, run, flags) => {
      progress(`run ${run + 1} of ${runs}: ${workload.id}, ${SERVERS[server.id].title}`);
      const sample = await runLoad(
        server,
        join(scratch, workload.id),
        seconds,
        [...["--warmup", String(warmupSeconds)], ...flags],
        cores?.load,
      );
      const problem = SERVERS[server.id].echoes ? undefined : findProblem(sample, workload, flags);
      if (problem) problems.push(`${SERVERS[server.id].title}, ${workload.id}: ${problem}`);
      return { server: server.id, workload: workload.id, run, ...sample };
    };
    const pairs = workloads.flatMap((workload) =>
      running
        .filter(({ id }) => SERVERS[id].steers || !workload.steered)
        .map((server) => ({ server, workload })),
    );
    for (let run = 0; run < runs; run++) {
      for (const { server, workload } of pairs) {
        samples.push(await takeSample(server, workload, run, []));
      }
    }
    const latencies = [];
    if (latencyRate) {
      for (const { server, workload } of pairs) {
        latencies.push(await takeSample(server, workload, 0, ["--rate", String(latencyRate)]));
      }
    }
    return {
      machine: describeMachine(cores),
      settings: { ...size, runs, seconds, warmupSeconds, latencyRate },
      servers: running.map(({ id, pid }) => ({
        id,
        title: SERVERS[id].title,
        version: SERVERS[id].version(),
        memoryBytes: readMemory(pid),
      })),
      workloads: workloads.map(({ id, title }) => ({ id, title })),
      results: summarizeRuns(samples),
      latencies,
      samples,
      skipped,
      problems: [...new Set(problems)],
    };
  } finally {
    await Promise.all(running.map((server) => server.stop()));
    for (const server of running) children.delete(server.killNow);
    targets.close();
    await rm(scratch, { recursive: true, force: true });
    progress("");
  }
}

/** Runs load.mjs as a process of its own on its own core. */
function runLoad(server, queriesFile, seconds, flags, core) {
  const pin = core === undefined ? [] : ["taskset", "-c", String(core)];
  const [program, ...args] = [
    ...[...pin, process.execPath, LOAD, "--json"],
    ...["--target", `127.0.0.1:${server.port}`],
    ...["--queries", queriesFile],
    ...["--seconds", String(seconds)],
    ...["--cpu-of", String(server.pid)],
    ...flags,
  ];
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"] });
    const kill = () => child.kill("SIGKILL");
    children.add(kill);
    const timer = setTimeout(kill, seconds * 1000 + LOAD_GRACE_MS);
    let output = "";
    let errors = "";
    child.stdout.on("data", (data) => {
      output += data;
    });
    child.stderr.on("data", (data) => {
      errors += data;
    });
    child.once("error", reject);
    child.once("close", (code) => {
      clearTimeout(timer);
      children.delete(kill);
      if (code === 0) resolve(JSON.parse(output));
      else reject(new Error(`The load generator ended with ${code}: ${errors.trim()}`));
    });
  });
}

/** A figure counts only if the answers were right: this says what was wrong with them. */
function findProblem(sample, workload, flags) {
  if (sample.answered === 0) return "no answers";
  const lost = sample.lost / sample.sent;
  if (lost > MOST_LOST && flags.length === 0)
    return `${(lost * 100).toFixed(1)} % of the queries lost`;
  const others = Object.keys(sample.rcodes).filter((rcode) => Number(rcode) !== workload.rcode);
  if (others.length > 0) {
    return `RCODE ${others.join(", ")} where ${workload.rcode} was due: ${JSON.stringify(sample.rcodes)}`;
  }
  const share = sample.withAnswers / sample.answered;
  if (Math.abs(share - workload.answerShare) > SHARE_TOLERANCE) {
    return `${(share * 100).toFixed(1)} % of the responses hold an answer, ${workload.answerShare * 100} % were due`;
  }
  return undefined;
}

/** What the health checks of rondo and gdnsd talk to: an HTTP server on every address of the steered pools, one port. */
async function startCheckTargets() {
  const servers = [];
  let port = 0;
  for (const address of Object.values(DATACENTERS).flat()) {
    const server = createServer((_, response) => response.end("ok\n"));
    await new Promise((resolve, reject) => {
      server.once("error", reject);
      server.listen(port, address, resolve);
    });
    port = server.address().port;
    servers.push(server);
  }
  return {
    port,
    close: () => {
      for (const server of servers) {
        server.close();
        server.closeAllConnections();
      }
    },
  };
}

function describeMachine(cores) {
  const [first] = cpus();
  const pinned = cores
    ? `each server pinned to core ${cores.server}, the load to core ${cores.load}`
    : "NOT PINNED (fewer than two cores, or no taskset): figures are not comparable";
  return {
    processor: first?.model.trim() ?? "unknown",
    cores: cpus().length,
    memoryBytes: totalmem(),
    kernel: `Linux ${release()}`,
    node: process.version,
    pinned,
    date: new Date().toISOString().slice(0, 10),
  };
}

/** One line on the terminal that is written over; nothing where standard error is a file. */
function progress(text) {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
}
