/** Large zones: time to the first answer, and memory. */
import { parseArgs } from "node:util";
import { readMemory } from "./cpu.mjs";
import { progress, undoings } from "./measure.mjs";
import { writeSection } from "./page.mjs";
import { describeMachine } from "./plan.mjs";
import { SERVERS } from "./servers.mjs";
import { startServer } from "./start-server.mjs";
import { alignTable, describeRun, median } from "./table.mjs";

const RECORDS = 1_000_000;
const YAML_RECORDS = 100_000;
/** Memory is read once what loading needed has had time to be given back. */
const SETTLE_MS = 4000;

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
  const sections = [
    describeRun({ ...machine, pinned: cores }, { runs, seconds: SETTLE_MS / 1000 }),
  ];
  const loads = [];
  for (const subject of SUBJECTS) loads.push(await measureLoad(subject, runs));
  sections.push(
    alignTable(["server", "zone", "first answer, s", "memory (PSS)"], loads).join("\n"),
  );
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
