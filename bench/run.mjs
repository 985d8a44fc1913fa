/**
 * Measures the CPU time each server spends per answered query, side by side: same zone, same load, same machine, same run.
 *
 * usage: npm run bench -- [--quick] [--only ID,ID] [--workloads ID,ID] [--runs N] [--seconds S] [--latency RATE]
 *          [--hosts N] [--subnets N] [--json] [--write]
 *
 * Every server is pinned to one core and the load generator to another; servers take turns within a run, and each figure is
 * the median over the runs. docs/benchmarks.md says how to read the table; `--write` puts the figures there. Exit status: 0 measured, 1 a server answered
 * wrongly, lost more than 1 %, or rondo did not start, 64 wrong usage, 69 the load generator cannot run here.
 */
import { spawn } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { mkdtemp, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { readMemory } from "./cpu.mjs";
import { loadSocketCalls } from "./mmsg.mjs";
import { describeMachine, findCores, readPlan } from "./plan.mjs";
import { SERVERS } from "./servers.mjs";
import { startServer } from "./start-server.mjs";
import { renderReport, summarizeRuns } from "./table.mjs";
import { DATACENTERS } from "./zone.mjs";

const LOAD = fileURLToPath(new URL("load.mjs", import.meta.url));

const PAGE = fileURLToPath(new URL("../docs/benchmarks.md", import.meta.url));
const FIGURES_BEGIN = "<!-- figures: written by npm run bench -- --write -->";
const FIGURES_END = "<!-- end of the figures -->";

/** Longer than a load may last: what is still running then has hung. */
const LOAD_GRACE_MS = 15_000;
/** The unmeasured round ends with the first of these. */
const WARMUP_QUERIES = 200_000;
const WARMUP_SECONDS = 3;

const MOST_LOST = 0.01;
const SHARE_TOLERANCE = 0.02;

const plan = readPlanOrExit();
const calls = await loadSocketCalls();
if (typeof calls === "string") {
  console.error(`bench: cannot make load: ${calls}`);
  process.exit(69);
}

/** What must not outlive this process, whatever ends it: the processes and folders it made, each as a synchronous undoing. */
const undoings = new Set();
process.once("exit", () => {
  for (const undo of undoings) undo();
});
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(1));

const report = await measure(plan);
console.log(plan.json ? JSON.stringify(report, null, 2) : renderReport(report));
if (plan.write) writeFigures(report);
process.exit(report.problems.length > 0 ? 1 : 0);

function readPlanOrExit() {
  try {
    return readPlan(process.argv.slice(2));
  } catch (error) {
    console.error(`bench: ${error.message}`);
    process.exit(64);
  }
}

/** Replaces what stands between the two markers of docs/benchmarks.md. */
function writeFigures(report) {
  const page = readFileSync(PAGE, "utf8");
  const [before, after] = [page.split(FIGURES_BEGIN)[0], page.split(FIGURES_END)[1]];
  if (after === undefined) throw new Error(`Cannot write the figures: ${PAGE} has no markers`);
  const figures = `\`${plan.command}\`\n\n${renderReport(report)}`;
  writeFileSync(PAGE, `${before}${FIGURES_BEGIN}\n\n${figures}\n\n${FIGURES_END}${after}`);
}

async function measure({ size, workloads, servers, runs, seconds, warmupSeconds, latencyRate }) {
  const cores = findCores();
  const scratch = await mkdtemp(join(tmpdir(), "rondo-bench-load-"));
  const removeScratch = () => rmSync(scratch, { recursive: true, force: true });
  undoings.add(removeScratch);
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
          undoings,
        });
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
    // One round unmeasured: until a JIT compiler has seen enough queries, it is what would be measured.
    for (const { server, workload } of pairs) {
      progress(`warming up: ${workload.id}, ${SERVERS[server.id].title}`);
      const queries = join(scratch, workload.id);
      const flags = ["--count", String(WARMUP_QUERIES)];
      await runLoad(server, queries, WARMUP_SECONDS, flags, cores?.load);
    }
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
    targets.close();
    removeScratch();
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
    undoings.add(kill);
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
      undoings.delete(kill);
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

/** One line on the terminal that is written over; nothing where standard error is a file. */
function progress(text) {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
}
