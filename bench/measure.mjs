/**
 * Runs servers side by side under load and takes samples of what each spends per answered query. All servers of one
 * measurement run at the same time on one core and take turns; the load generator has the other core.
 */
import { spawn } from "node:child_process";
import { rmSync } from "node:fs";
import { mkdtemp, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { readMemory } from "./cpu.mjs";
import { SERVERS } from "./servers.mjs";
import { startServer } from "./start-server.mjs";
import { listCheckedAddresses } from "./zone.mjs";

const LOAD = fileURLToPath(new URL("load.mjs", import.meta.url));
const TCP_LOAD = fileURLToPath(new URL("tcp-load.mjs", import.meta.url));

/** Longer than a load may last: what is still running then has hung. */
const LOAD_GRACE_MS = 15_000;
/** The unmeasured round ends with the first of these. */
const WARMUP_QUERIES = 200_000;
const WARMUP_SECONDS = 3;

const MOST_LOST = 0.01;
const SHARE_TOLERANCE = 0.02;

/** What must not outlive this process, whatever ends it: the processes and folders it made, each as a synchronous undoing. */
export const undoings = new Set();
process.once("exit", () => {
  for (const undo of undoings) undo();
});
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(1));

/**
 * Measures.
 *
 * @param {{key: string, id: string, size: object, workloads: object[]}[]} subjects a server of SERVERS with a zone of some
 *   size, and what it is asked
 * @param {{runs: number, seconds: number, warmupSeconds: number, cores: object | undefined, latencyShare?: number}} settings
 *   `latencyShare`: after that, latency at this share of the answers per second that the slowest run reached
 * @returns {Promise<{running: object[], samples: object[], latencies: object[], skipped: object[], problems: string[]}>}
 */
export async function measure(subjects, settings) {
  const { runs, cores } = settings;
  const scratch = await mkdtemp(join(tmpdir(), "rondo-bench-load-"));
  const removeScratch = () => rmSync(scratch, { recursive: true, force: true });
  undoings.add(removeScratch);
  const targets = await startCheckTargets(subjects.map(({ size }) => size));
  const skipped = [];
  const problems = new Set();
  const running = [];
  try {
    for (const subject of subjects) {
      const started = await start(subject, { core: cores?.server, checkPort: targets.port });
      if (started.server !== undefined) running.push({ subject, server: started.server });
      else {
        skipped.push({ key: subject.key, id: subject.id, reason: started.reason });
        if (SERVERS[subject.id].isOurs) problems.add(started.reason);
      }
    }
    const tasks = [];
    for (const { subject, server } of running) {
      for (const workload of subject.workloads) {
        const queries = join(scratch, `${tasks.length}`);
        await writeFile(queries, workload.queries);
        tasks.push({ subject, server, workload, queries });
      }
    }

    const takeSample = async ({ subject, server, workload, queries }, run, flags, seconds) => {
      const title = `${workload.id}, ${subject.key}`;
      progress(`run ${run + 1} of ${runs}: ${title}`);
      const timing = ["--seconds", String(seconds), "--warmup", String(settings.warmupSeconds)];
      const sample = await spawnLoad(server, workload, queries, [...timing, ...flags], cores?.load);
      const isChecked = SERVERS[subject.id].echoes !== true;
      const problem = isChecked ? findProblem(sample, workload, flags) : undefined;
      if (problem) problems.add(`${title}: ${problem}`);
      return { key: subject.key, server: subject.id, workload: workload.id, run, ...sample };
    };
    // One round unmeasured: until a JIT compiler has seen enough queries, it is what would be measured.
    for (const { subject, server, workload, queries } of tasks) {
      progress(`warming up: ${workload.id}, ${subject.key}`);
      const count = workload.transport === undefined ? WARMUP_QUERIES : WARMUP_QUERIES / 20;
      const flags = ["--seconds", String(WARMUP_SECONDS), "--count", String(count)];
      await spawnLoad(server, workload, queries, flags, cores?.load);
    }
    const samples = [];
    for (let run = 0; run < runs; run++) {
      for (const task of tasks) samples.push(await takeSample(task, run, [], settings.seconds));
    }
    const latencies = [];
    if (settings.latencyShare !== undefined) {
      for (const task of tasks) {
        if (task.workload.transport !== undefined || SERVERS[task.subject.id].echoes) continue;
        const own = samples.filter(
          ({ key, workload }) => key === task.subject.key && workload === task.workload.id,
        );
        const slowest = Math.min(...own.map(({ answered, seconds }) => answered / seconds));
        const rate = Math.round((slowest * settings.latencyShare) / 1000) * 1000;
        const flags = ["--rate", String(Math.max(1000, rate))];
        latencies.push({ rate, ...(await takeSample(task, 0, flags, settings.seconds * 2)) });
      }
    }
    return {
      running: running.map(({ subject, server }) => ({
        key: subject.key,
        id: subject.id,
        title: SERVERS[subject.id].title,
        version: SERVERS[subject.id].version(),
        memoryBytes: readMemory(server.pid),
      })),
      samples,
      latencies,
      skipped,
      problems: [...problems],
    };
  } finally {
    await Promise.all(running.map(({ server }) => server.stop()));
    targets.close();
    removeScratch();
    undoings.delete(removeScratch);
    progress("");
  }
}

async function start({ key, id, size }, { core, checkPort }) {
  const reason = SERVERS[id].missing();
  if (reason !== undefined) return { reason };
  progress(`starting ${key}`);
  try {
    return { server: await startServer(id, { core, size: { ...size, checkPort }, undoings }) };
  } catch (error) {
    return { reason: error.message };
  }
}

/**
 * Runs a load generator as a process of its own, pinned to a core if one is named. It never sleeps: the kernel's own thread that
 * takes datagrams from one core to the other goes before it, or would let them wait for a turn of 4 ms now and then.
 *
 * @returns what load.mjs or tcp-load.mjs reports
 */
export function spawnLoad(server, workload, queriesFile, flags, core) {
  const pin = core === undefined ? [] : ["nice", "-n", "19", "taskset", "-c", String(core)];
  const generator = workload.transport === undefined ? [LOAD] : [TCP_LOAD, workload.transport];
  const [program, ...args] = [
    ...[...pin, process.execPath, ...generator, "--json"],
    ...["--target", `127.0.0.1:${server.port}`],
    ...["--queries", queriesFile],
    ...["--cpu-of", String(server.pid)],
    ...flags,
  ];
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"] });
    const kill = () => child.kill("SIGKILL");
    undoings.add(kill);
    const seconds = Number(flags[flags.indexOf("--seconds") + 1]);
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
async function startCheckTargets(sizes) {
  const servers = [];
  let port = 0;
  for (const address of new Set(sizes.flatMap((size) => listCheckedAddresses(size)))) {
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
export function progress(text) {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
}
