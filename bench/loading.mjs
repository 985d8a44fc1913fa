/** Large zones: time to the first answer, and memory. */
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { readMemory } from "./cpu.mjs";
import { progress, undoings } from "./measure.mjs";
import { writeSection } from "./page.mjs";
import { describeMachine } from "./plan.mjs";
import { SERVERS } from "./servers.mjs";
import { startServer } from "./start-server.mjs";
import { alignTable, describeRun, median } from "./table.mjs";
import { ORIGIN, writeMasterZone } from "./zone.mjs";

const RONDO = fileURLToPath(new URL("../dist/main.js", import.meta.url));

const RECORDS = 1_000_000;
const YAML_RECORDS = 100_000;
/** Memory is read once what loading needed has had time to be given back. */
const SETTLE_MS = 4000;
/** Between two looks at how much memory is in use. */
const PEAK_MS = 20;

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
  const samples = SUBJECTS.map(() => []);
  const checks = [];
  // One after the other in every run: what else the machine does meanwhile is shared by all.
  for (let run = 0; run < runs; run++) {
    for (const [i, subject] of SUBJECTS.entries()) {
      const { title, missing } = SERVERS[subject.id];
      if (missing() !== undefined) continue;
      progress(`loading, run ${run + 1} of ${runs}: ${title}`);
      samples[i].push(await measureLoad(subject));
    }
    progress(`loading, run ${run + 1} of ${runs}: rondo check`);
    checks.push(await measureCheck());
  }
  progress("");
  const page = [
    describeRun({ ...machine, pinned: cores }, { runs, seconds: SETTLE_MS / 1000 }),
    renderLoads(samples),
    renderCheck(checks),
  ].join("\n\n");
  console.log(page);
  if (values.write) writeSection("loading", page);
  return 0;
}

async function measureLoad({ id, size }) {
  const server = await startServer(id, { core: undefined, size, undoings });
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
  const octets = readMemory(server.pid);
  await server.stop();
  return { seconds: server.readyMs / 1000, octets };
}

/** `rondo check` of the same master file: how long it takes, and how much memory it has in use at most. */
async function measureCheck() {
  const folder = await mkdtemp(join(tmpdir(), "rondo-bench-check-"));
  try {
    const file = join(folder, `${ORIGIN}.zone`);
    await writeFile(file, writeMasterZone({ hosts: RECORDS, subnets: 1 }));
    const startedAt = performance.now();
    const child = spawn(process.execPath, [RONDO, "check", file], { stdio: "ignore" });
    const stop = () => child.kill("SIGKILL");
    undoings.add(stop);
    let octets = 0;
    const timer = setInterval(() => {
      octets = Math.max(octets, readPeak(child.pid));
    }, PEAK_MS);
    await new Promise((resolve) => child.once("exit", resolve));
    clearInterval(timer);
    undoings.delete(stop);
    return { seconds: (performance.now() - startedAt) / 1000, octets };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The most octets that a process has had in memory so far; 0 when it has ended. */
function readPeak(pid) {
  try {
    const kibibytes = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "latin1"));
    return Number(kibibytes?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}

function renderLoads(samples) {
  const secondsOf = (list) => median(list.map(({ seconds }) => seconds));
  const reference = samples[SUBJECTS.findIndex(({ id }) => id === "nsd")];
  const rows = SUBJECTS.map(({ id, size }, i) => {
    const { title, missing } = SERVERS[id];
    const form = size.form === "yaml" ? "YAML" : "master file";
    const zone = `${size.hosts.toLocaleString("en")} A, ${form}`;
    const reason = missing();
    if (reason !== undefined) return [title, zone, reason, "–", "–"];
    const isComparable = size.form !== "yaml" && reference.length > 0;
    const ratio = isComparable ? secondsOf(samples[i]) / secondsOf(reference) : undefined;
    return [
      title,
      zone,
      secondsOf(samples[i]).toFixed(2),
      ratio === undefined ? "–" : `${ratio.toFixed(2)} ×`,
      formatMemory(median(samples[i].map(({ octets }) => octets))),
    ];
  });
  const head = ["server", "zone", "first answer, s", "of NSD's", "memory (PSS)"];
  return alignTable(head, rows).join("\n");
}

function renderCheck(checks) {
  const seconds = median(checks.map((check) => check.seconds));
  const octets = median(checks.map((check) => check.octets));
  return `\`rondo check\` of the same master file takes ${seconds.toFixed(2)} s, and ${formatMemory(octets)} at most.`;
}

function formatMemory(octets) {
  return `${(octets / 2 ** 20).toFixed(0)} MiB`;
}
