/** What reading zones and geo data again does to the answers meanwhile. */
import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { readCpu, subtractCpu } from "./cpu.mjs";
import { progress, spawnLoad, undoings } from "./measure.mjs";
import { writeSection } from "./page.mjs";
import { describeMachine, findCores } from "./plan.mjs";
import { startServer } from "./start-server.mjs";
import { alignTable, describeRun, median } from "./table.mjs";
import { hostsWorkload } from "./workloads.mjs";
import { ORIGIN } from "./zone.mjs";

/** Long enough for the largest zone to be read; no change comes after that. */
const SECONDS = 10;
/** In the open loop, after the load at which a saturated server was seen. */
const LOAD_SHARE = 0.5;
const WARMUP_SECONDS = 1;
/** What was changed last is read, and its memory given back, before the next load: it takes so long, and until the server rests. */
const SETTLE_MS = 6000;
const RESTING_SHARE = 0.1;
const RESTING_WITHIN_MS = 60_000;

/**
 * Each a server with zones of that size, and what changes in its folder while it answers; `$1` is the folder.
 *
 * @type {Record<string, {title: string, size: object, change: string, everySeconds: number}>}
 */
const SCENES = {
  yaml: {
    title: "a YAML zone of 100,000 records",
    size: { hosts: 100_000, subnets: 200, form: "yaml" },
    change: `echo "# $i" >>"$1/zones/${ORIGIN}.yaml"`,
    everySeconds: 4,
  },
  master: {
    title: "a master file of 1,000,000 records",
    size: { hosts: 1_000_000, subnets: 1, form: "master" },
    change: `echo "; $i" >>"$1/zones/${ORIGIN}.zone"`,
    everySeconds: 4,
  },
  zones: {
    title: "10,000 zones, all of them",
    size: { hosts: 1000, subnets: 200, zones: 10_000 },
    change: 'for file in "$1"/zones/z*.zone; do echo "added$i A 192.0.2.1" >>"$file"; done',
    everySeconds: 4,
  },
  geo: {
    title: "the geo data",
    size: { hosts: 1000, subnets: 200, geoFile: true },
    change: 'touch "$1/geo.mmdb" && kill -HUP "$2"',
    everySeconds: 4,
  },
};

/** @returns {Promise<number>} exit status */
export async function measureReload(args) {
  const { values } = parseArgs({
    args,
    options: {
      write: { type: "boolean", default: false },
      runs: { type: "string", default: "3" },
      only: { type: "string", default: Object.keys(SCENES).join(",") },
      rate: { type: "string" },
    },
  });
  const runs = Number(values.runs);
  const cores = findCores();
  const machine = describeMachine(cores);
  if (cores !== undefined) {
    machine.pinned = `the load pinned to core ${cores.load}, the server to ${cores.allButLoad}`;
  }
  const rows = [];
  for (const id of values.only.split(",")) {
    const rate = values.rate && Number(values.rate);
    rows.push(...(await measureScene(SCENES[id], runs, rate, cores)));
  }
  progress("");
  const page = [
    describeRun(machine, { runs, seconds: SECONDS }),
    alignTable(
      [
        "while this is read again",
        "",
        "answers/s",
        "p50, µs",
        "p99",
        "p99.9",
        "max",
        "× p99.9",
        "lost",
      ],
      rows,
    ).join("\n"),
  ].join("\n\n");
  console.log(page);
  if (values.write) writeSection("reload", page);
  return 0;
}

/** Latency in an open loop at half of what the server can answer: undisturbed, and while something is read again. */
async function measureScene({ title, size, change, everySeconds }, runs, fixedRate, cores) {
  progress(`reload: starting, ${title}`);
  const server = await startServer("rondo-mmsg", { core: cores?.allButLoad, size, undoings });
  const workload = hostsWorkload(size);
  const queries = join(server.folder, "queries");
  writeFileSync(queries, workload.queries);
  const load = (seconds, ...flags) => {
    const timing = ["--seconds", String(seconds), "--warmup", String(WARMUP_SECONDS)];
    return spawnLoad(server, workload, queries, [...timing, ...flags], cores?.load);
  };
  try {
    await settle(server);
    const idle = [];
    const disturbed = [];
    let rate = fixedRate;
    for (let run = 0; run < runs; run++) {
      progress(`reload, run ${run + 1} of ${runs}: ${title}`);
      if (rate === undefined) {
        const { answered, seconds } = await load(1);
        rate = Math.round((LOAD_SHARE * answered) / seconds);
      }
      idle.push(await load(SECONDS, "--rate", String(rate)));
      const disturber = startDisturber(server, change, everySeconds, cores?.allButLoad);
      disturbed.push(await load(SECONDS, "--rate", String(rate)));
      disturber.stop();
      await settle(server);
    }
    const ratios = disturbed.map((report, i) => p999Of(report) / p999Of(idle[i]));
    return [
      [title, "undisturbed", String(rate), ...summarize(idle, "1.00")],
      ["", "meanwhile", String(rate), ...summarize(disturbed, median(ratios).toFixed(2))],
    ];
  } finally {
    await server.stop();
  }
}

function summarize(reports, ratio) {
  const latency = (part) =>
    median(reports.map(({ latencyMicroseconds }) => latencyMicroseconds[part])).toFixed(0);
  const lost = reports.reduce((sum, report) => sum + report.lost, 0);
  return [latency("p50"), latency("p99"), latency("p999"), latency("max"), ratio, String(lost)];
}

function p999Of({ latencyMicroseconds }) {
  return latencyMicroseconds.p999;
}

/** Makes the changes, beside the server. */
function startDisturber({ folder, pid }, change, everySeconds, cores) {
  const times = Math.floor(SECONDS / everySeconds);
  const script = `sleep ${WARMUP_SECONDS}; for i in $(seq ${times}); do ${change}; sleep ${everySeconds}; done`;
  const shell = ["nice", "-n", "19", "sh", "-c", script, "sh", folder, String(pid)];
  const [program, ...args] = cores === undefined ? shell : ["taskset", "-c", cores, ...shell];
  const child = spawn(program, args, { stdio: "ignore" });
  const stop = () => child.kill();
  undoings.add(stop);
  return {
    stop() {
      stop();
      undoings.delete(stop);
    },
  };
}

async function settle({ pid }) {
  await pause(SETTLE_MS);
  const end = performance.now() + RESTING_WITHIN_MS;
  for (let busy = 1; busy > RESTING_SHARE && performance.now() < end; ) {
    const before = readCpu(pid);
    await pause(1000);
    const { userSeconds, kernelSeconds } = subtractCpu(readCpu(pid), before);
    busy = userSeconds + kernelSeconds;
  }
}

function pause(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
