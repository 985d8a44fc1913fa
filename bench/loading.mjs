/** Large zones: time to the first answer, memory, and what reading one again does to the answers meanwhile. */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { readMemory } from "./cpu.mjs";
import { runLoad } from "./load.mjs";
import { progress, undoings } from "./measure.mjs";
import { loadSocketCalls, parseLoopback } from "./mmsg.mjs";
import { writeSection } from "./page.mjs";
import { describeMachine } from "./plan.mjs";
import { parseQueries } from "./queries.mjs";
import { SERVERS } from "./servers.mjs";
import { startServer } from "./start-server.mjs";
import { alignTable, describeRun, median } from "./table.mjs";
import { hostsWorkload } from "./workloads.mjs";
import { ORIGIN } from "./zone.mjs";

const RECORDS = 1_000_000;
const YAML_RECORDS = 100_000;
/** Memory is read once what loading needed has had time to be given back. */
const SETTLE_MS = 4000;

const RELOAD_RATE = 20_000;
const RELOAD_SECONDS = 6;
const RELOADS = 3;

const SUBJECTS = [
  { id: "rondo-mmsg", size: { hosts: RECORDS, subnets: 1, form: "master" } },
  { id: "nsd", size: { hosts: RECORDS, subnets: 1 } },
  { id: "knot", size: { hosts: RECORDS, subnets: 1 } },
  { id: "gdnsd", size: { hosts: RECORDS, subnets: 1 } },
  { id: "rondo-mmsg", size: { hosts: YAML_RECORDS, subnets: 200, form: "yaml" } },
];

/** @returns {Promise<number>} exit status */
export async function measureLoading(args) {
  const { values } = parseArgs({
    args,
    options: {
      write: { type: "boolean", default: false },
      runs: { type: "string", default: "3" },
    },
  });
  const runs = Number(values.runs);
  const machine = describeMachine(undefined);
  const cores = "not pinned: loading may use all cores";
  const sections = [describeRun({ ...machine, pinned: cores }, { runs, seconds: RELOAD_SECONDS })];
  const loads = [];
  for (const subject of SUBJECTS) loads.push(await measureLoad(subject, runs));
  sections.push(
    alignTable(["server", "zone", "first answer, s", "memory (PSS)"], loads).join("\n"),
  );
  sections.push("### Answers while a zone is read again", await measureReload());
  const page = sections.join("\n\n");
  console.log(page);
  if (values.write) writeSection("loading", page);
  return 0;
}

async function measureLoad({ id, size }, runs) {
  const { title, missing } = SERVERS[id];
  const zone = `${size.hosts.toLocaleString("en")} A, ${size.form === "yaml" ? "YAML" : "master file"}`;
  const reason = missing();
  if (reason !== undefined) return [title, zone, reason, "–"];
  const times = [];
  const memories = [];
  for (let run = 0; run < runs; run++) {
    progress(`loading, run ${run + 1} of ${runs}: ${title}`);
    const server = await startServer(id, { core: undefined, size, undoings });
    times.push(server.readyMs / 1000);
    await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
    memories.push(readMemory(server.pid));
    await server.stop();
  }
  progress("");
  return [title, zone, median(times).toFixed(2), `${(median(memories) / 2 ** 20).toFixed(0)} MiB`];
}

/** Latency in an open loop: undisturbed, and while a zone of 100,000 records is read again and again. */
async function measureReload() {
  const calls = await loadSocketCalls();
  const size = { hosts: YAML_RECORDS, subnets: 200, form: "yaml" };
  progress("reload: starting");
  const server = await startServer("rondo-mmsg", { core: undefined, size, undoings });
  const load = () =>
    runLoad(calls, {
      endpoint: parseLoopback(`127.0.0.1:${server.port}`),
      messages: parseQueries(hostsWorkload(size).queries),
      sockets: 16,
      window: 8,
      seconds: RELOAD_SECONDS,
      warmupSeconds: 1,
      count: Number.POSITIVE_INFINITY,
      rate: RELOAD_RATE,
    });
  try {
    const idle = load();
    const disturber = startDisturber(join(server.folder, "zones", `${ORIGIN}.yaml`));
    const disturbed = load();
    disturber.kill();
    const row = (title, { latencyMicroseconds: latency, lost }) => [
      title,
      ...[latency.p50, latency.p99, latency.p999, latency.max].map(String),
      String(lost),
    ];
    return alignTable(
      ["rondo", "p50, µs", "p99", "p99.9", "max", "lost"],
      [row("undisturbed", idle), row(`during ${RELOADS} reloads`, disturbed)],
    ).join("\n");
  } finally {
    await server.stop();
    progress("");
  }
}

/** Changes a zone file a few times, in a process of its own: the load keeps this one busy. */
function startDisturber(file) {
  const script = 'for i in $(seq "$2"); do sleep 1.5; echo "# $i" >>"$1"; done';
  const child = spawn("sh", ["-c", script, "sh", file, String(RELOADS)], { stdio: "ignore" });
  undoings.add(() => child.kill());
  return child;
}
