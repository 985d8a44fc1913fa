/**
 * What the garbage collector has to do while a server answers as much as it can: the octets that each kind of query allocates, and the collections
 * of all threads of a rondo under full load, beside those of a rondo that is asked nothing.
 */
import { execFile, spawn } from "node:child_process";
import { rmSync } from "node:fs";
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs, promisify } from "node:util";
import { progress, undoings } from "./measure.mjs";
import { writeSection } from "./page.mjs";
import { describeMachine, findCores } from "./plan.mjs";
import { SERVERS } from "./servers.mjs";
import { findFreePort, waitForAnswer } from "./start-server.mjs";
import { alignTable, describeRun } from "./table.mjs";
import { listWorkloads } from "./workloads.mjs";

const ALLOCATIONS = fileURLToPath(new URL("allocations.mjs", import.meta.url));
const LOAD = fileURLToPath(new URL("load.mjs", import.meta.url));
const SIZE = { hosts: 1000, subnets: 200 };
const RONDO = "rondo-mmsg";
/** Before the first look: what starting needed is collected, and the code is compiled. */
const SETTLE_SECONDS = 5;
/** What one query may allocate, in octets: less than any object has. */
const MOST_OCTETS = 4;
/** Collections per million queries, above what an idle server does in the same time. */
const MOST_COLLECTIONS = 1;

const run = promisify(execFile);

/** @returns {Promise<number>} exit status: 1 if queries leave garbage */
export async function measureGarbage(args) {
  const { values } = parseArgs({
    args,
    options: {
      seconds: { type: "string", default: "30" },
      write: { type: "boolean", default: false },
      workloads: {
        type: "string",
        default: "static,nxdomain,roundrobin,steered,country,weighted,sticky",
      },
    },
  });
  const seconds = Number(values.seconds);
  const wanted = values.workloads.split(",");
  progress("garbage: octets by kind of query");
  const { stdout } = await run(process.execPath, ["--expose-gc", ALLOCATIONS]);
  const octets = Object.entries(JSON.parse(stdout));
  const server = await startTraced();
  const rows = [];
  let isQuiet = true;
  try {
    await sleep(SETTLE_SECONDS);
    const before = server.collections();
    progress(`garbage: idle, ${seconds} s`);
    await sleep(seconds);
    const idle = server.collections() - before;
    rows.push(["none", "0", String(idle), "–"]);
    for (const { id, queries } of listWorkloads(SIZE).filter(({ id }) => wanted.includes(id))) {
      await load(server, id, queries, SETTLE_SECONDS);
      const start = server.collections();
      progress(`garbage: ${id}, ${seconds} s`);
      const { answered } = await load(server, id, queries, seconds);
      const collections = server.collections() - start;
      const perMillion = (Math.max(0, collections - idle) / answered) * 1e6;
      isQuiet &&= perMillion <= MOST_COLLECTIONS;
      rows.push([id, answered.toLocaleString("en"), String(collections), perMillion.toFixed(2)]);
    }
  } finally {
    server.stop();
    progress("");
  }
  const machine = describeMachine(findCores());
  const page = [
    describeRun(machine, { runs: 1, seconds }),
    ...[
      alignTable(
        ["kind of query", "octets allocated per query"],
        octets.map(([kind, count]) => [kind, count.toFixed(2)]),
      ),
      alignTable(["workload", "queries", "collections", "per million queries, above idle"], rows),
    ].map((table) => table.join("\n")),
  ].join("\n\n");
  console.log(page);
  if (values.write) writeSection("garbage", page);
  const leaks = octets.filter(([, count]) => count > MOST_OCTETS);
  for (const [kind, count] of leaks) console.log(`PROBLEM: ${kind} allocates ${count} octets`);
  if (!isQuiet) console.log("PROBLEM: the garbage collector works for the queries");
  return leaks.length === 0 && isQuiet ? 0 : 1;
}

/** Starts a rondo that says when it collects. */
async function startTraced() {
  const folder = await mkdtemp(join(tmpdir(), "rondo-bench-garbage-"));
  const port = await findFreePort();
  const core = findCores()?.server;
  const [node, ...rest] = await SERVERS[RONDO].prepare({ folder, port, size: SIZE });
  const pin = core === undefined ? [] : ["taskset", "-c", String(core)];
  const [program, ...args] = [...pin, node, "--trace-gc", ...rest];
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "ignore"] });
  let collections = 0;
  child.stdout.on("data", (text) => {
    collections += String(text).match(/ms: (Scavenge|Mark-sweep|Mark-Compact)/g)?.length ?? 0;
  });
  const stop = () => {
    child.kill("SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  };
  undoings.add(stop);
  const isRunning = () => child.exitCode === null && child.signalCode === null;
  if (!(await waitForAnswer({ port, steers: true, isRunning }))) {
    stop();
    throw new Error("Cannot start rondo: it does not answer");
  }
  return { port, folder, collections: () => collections, stop };
}

async function load({ port, folder }, id, queries, seconds) {
  const file = join(folder, `${id}.queries`);
  await writeFile(file, queries);
  const core = findCores()?.load;
  const pin = core === undefined ? [] : ["taskset", "-c", String(core)];
  const [program, ...args] = [
    ...[...pin, process.execPath, LOAD, "--json"],
    ...["--target", `127.0.0.1:${port}`, "--queries", file, "--seconds", String(seconds)],
  ];
  return JSON.parse((await run(program, args)).stdout);
}

function sleep(seconds) {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1000));
}
