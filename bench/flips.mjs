/**
 * How long a change of one verdict takes to become a publication, by the number of names whose answers it changes. Runs
 * the control plane in this process: no sockets, no checks, the verdict is handed in.
 */
import { alignTable, median } from "./table.mjs";

const NAMES = [100, 1000, 10_000];
const FLIPS = 15;
const ORIGIN = "flips.test";

/** What the names differ in: what costs something is how many different answers have to be made and written. */
const KINDS = {
  alike: { title: "names with equal settings", settingsOf: () => ({}) },
  subnets: {
    title: "names with rules of their own",
    settingsOf: (i) => ({ subnet: `10.${i >> 8}.${i & 255}.0/24` }),
  },
  ttls: { title: "names with TTLs of their own", settingsOf: (i) => ({ ttl: 30 + i }) },
  pools: {
    title: "names with pools of their own",
    settingsOf: (i) => ({
      pool: `[p${i}, b]`,
      poolLine: `  p${i}: { healthcheck: web, values: [{ value: 127.0.1.1, weight: ${1 + (i % 7)} }, { value: 127.0.1.2 }] }`,
    }),
  },
};

/** @returns {Promise<{text: string, chart: object}>} */
export async function measureFlips() {
  const rows = [];
  const curves = [];
  for (const { title, settingsOf } of Object.values(KINDS)) {
    const points = [];
    for (const names of NAMES) {
      const { decideMs, applyMs, octets } = await measureNames(names, settingsOf);
      points.push([names, decideMs]);
      rows.push([
        title,
        names.toLocaleString("en"),
        decideMs.toFixed(2),
        applyMs.toFixed(3),
        `${(octets / 1024).toFixed(0)} KiB`,
      ]);
    }
    curves.push({ name: title.replace("names with ", ""), points });
  }
  const head = ["pool used by", "names", "decide and publish, ms", "take over, ms", "published"];
  return {
    text: alignTable(head, rows).join("\n"),
    chart: {
      title: "From one verdict to its publication",
      xTitle: "names that use the pool",
      yTitle: "ms",
      curves,
    },
  };
}

async function measureNames(names, settingsOf) {
  const { ControlPlane } = await import("../dist/control/control-plane.js");
  const { SteeringMemory } = await import("../dist/control/memory.js");
  const { combineDatabases } = await import("../dist/geo/combine-databases.js");
  const { Serving } = await import("../dist/image/serving.js");
  const { prepareZone } = await import("../dist/loader/prepare-zone.js");
  const { silentLog } = await import("../dist/log/log.js");
  const { loadZone } = await import("../dist/zone/load-zone.js");
  const clock = { now: () => performance.now(), schedule: () => () => {} };
  const { zone, issues } = loadZone(writeZone(names, settingsOf), { file: ORIGIN, changedAt: 1 });
  if (zone === undefined) throw new Error(`Cannot load the zone: ${JSON.stringify(issues[0])}`);

  const serving = new Serving();
  let published;
  const plane = new ControlPlane({
    memory: new SteeringMemory(clock, silentLog),
    publish: (publication) => {
      published = publication;
    },
    log: silentLog,
    clock,
  });
  plane.serve([prepareZone(zone, combineDatabases([]), 0)]);
  serving.apply(published);
  const target = zone.pools.flatMap(({ values }) => values.flatMap(({ targets }) => targets))[0];
  const decide = [];
  const apply = [];
  for (let flip = 0; flip < FLIPS; flip++) {
    const before = published;
    const start = performance.now();
    plane.setHealth({ targets: new Map([[target.key, state(flip % 2 === 0 ? "down" : "up")]]) });
    const decided = performance.now();
    if (published === before) throw new Error("A verdict changed and nothing was published");
    serving.apply(published);
    apply.push(performance.now() - decided);
    decide.push(decided - start);
  }
  return {
    decideMs: median(decide),
    applyMs: median(apply),
    octets: published.steering?.byteLength ?? 0,
  };
}

function state(verdict) {
  const marks = { suspect: false, held: false, blind: false, stale: false };
  return { verdict, ...marks, since: 0, lastError: undefined };
}

function writeZone(names, settingsOf) {
  const all = Array.from({ length: names }, (_, i) => settingsOf(i));
  const lines = [
    `zone: ${ORIGIN}.`,
    `soa: { mname: ns1.${ORIGIN}., rname: hostmaster.${ORIGIN}., serial: 1 }`,
    "healthchecks: { web: { protocol: HTTP, port: 80, path: / } }",
    "pools:",
    "  a: { healthcheck: web, values: [{ value: 127.0.1.1 }, { value: 127.0.1.2 }] }",
    "  b: { healthcheck: web, values: [{ value: 127.0.1.3 }] }",
    ...all.flatMap(({ poolLine = [] }) => poolLine),
    "records:",
    '  "": { type: NS, values: [ns1.dns.test., ns2.dns.test.] }',
  ];
  for (const [i, { ttl = 30, subnet = "10.0.0.0/8", pool = "[a, b]" }] of all.entries()) {
    lines.push(
      `  n${i}: { type: A, ttl: ${ttl}, dynamic: { rules: [{ subnets: [${subnet}], pool: [b, a] }, { pool: ${pool} }] } }`,
    );
  }
  return `${lines.join("\n")}\n`;
}
