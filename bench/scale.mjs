/** Scaling curves: what one query costs, and what one change costs, as names, zones, values, rules and threads grow. */
import { parseArgs } from "node:util";
import { measureFlips } from "./flips.mjs";
import { measure } from "./measure.mjs";
import { writePicture, writeSection } from "./page.mjs";
import { describeMachine, findCores } from "./plan.mjs";
import { drawChart } from "./svg.mjs";
import { alignTable, describeRun, summarizeRuns } from "./table.mjs";
import { hostsWorkload, steeredWorkload, zonesWorkload } from "./workloads.mjs";

const BASE = { hosts: 1000, subnets: 200 };
const STEERERS = ["rondo-mmsg", "gdnsd"];
const ALL = ["rondo-mmsg", "gdnsd", "knot", "nsd"];

/** A curve: the sizes along it, whom it is measured of, and what is asked. */
const CURVES = [
  curve(
    "names",
    "names in a zone",
    ALL,
    [10, 1000, 100_000, 1_000_000],
    hostsWorkload,
    (hosts) => ({
      ...BASE,
      hosts,
    }),
  ),
  curve("zones", "zones", ALL, [1, 100, 10_000], zonesWorkload, (zones) => ({ ...BASE, zones })),
  curve("values", "values in a pool", ["rondo-mmsg"], [2, 20, 200], steeredWorkload, (values) => ({
    ...BASE,
    values,
  })),
  curve("subnets", "client subnets", STEERERS, [1, 100, 10_000], steeredWorkload, (subnets) => ({
    ...BASE,
    subnets,
  })),
  curve("rules", "rules", ["rondo-mmsg"], [1, 100, 10_000], steeredWorkload, (subnets) => ({
    ...BASE,
    subnets,
    ruleEach: true,
  })),
  curve("workers", "UDP threads", ["rondo-mmsg"], [1, 2], hostsWorkload, (workers) => ({
    ...BASE,
    workers,
  })),
];

const TITLES = { "rondo-mmsg": "rondo", gdnsd: "gdnsd", knot: "Knot DNS", nsd: "NSD" };

function curve(id, title, servers, steps, workload, sizeOf) {
  return { id, title, servers, steps, workload, sizeOf };
}

/** @returns {Promise<number>} exit status */
export async function measureScale(args) {
  const { values } = parseArgs({
    args,
    options: {
      write: { type: "boolean", default: false },
      runs: { type: "string", default: "5" },
      seconds: { type: "string", default: "1" },
      curves: { type: "string", default: [...CURVES.map(({ id }) => id), "flips"].join(",") },
    },
  });
  const wanted = values.curves.split(",");
  const cores = findCores();
  const settings = {
    runs: Number(values.runs),
    seconds: Number(values.seconds),
    warmupSeconds: 0.5,
    cores,
  };
  const sections = [describeRun(describeMachine(cores), settings)];
  const problems = [];
  for (const one of CURVES.filter(({ id }) => wanted.includes(id))) {
    const { text, chart, problems: found } = await measureCurve(one, settings);
    problems.push(...found);
    const picture = values.write ? writePicture(one.id, drawChart(chart)) : undefined;
    sections.push(`### ${capitalize(one.title)}`);
    if (picture) sections.push(`![${chart.title}](${picture})`);
    sections.push(text);
  }
  if (wanted.includes("flips")) {
    const { text, chart } = await measureFlips();
    sections.push("### Publishing after one verdict");
    if (values.write)
      sections.push(`![${chart.title}](${writePicture("flips", drawChart(chart))})`);
    sections.push(text);
  }
  for (const problem of problems) sections.push(`PROBLEM: ${problem}`);
  const page = sections.join("\n\n");
  console.log(page);
  if (values.write) writeSection("scale", page);
  return problems.length > 0 ? 1 : 0;
}

/** All sizes of a curve run side by side, with the floor among them, and take turns. */
async function measureCurve({ id, title, servers, steps, workload, sizeOf }, settings) {
  const keyOf = (server, step) => `${server} ${step}`;
  const floor = { key: "echo", id: "echo", size: sizeOf(steps[0]) };
  const subjects = servers.flatMap((server) =>
    steps.map((step) => ({ key: keyOf(server, step), id: server, size: sizeOf(step) })),
  );
  const measured = await measure(
    [floor, ...subjects].map((subject) => ({ ...subject, workloads: [workload(subject.size)] })),
    settings,
  );
  const results = new Map(summarizeRuns(measured.samples).map((result) => [result.key, result]));
  const memory = new Map(measured.running.map(({ key, memoryBytes }) => [key, memoryBytes]));
  const rows = [];
  const curves = [];
  for (const server of servers) {
    const points = steps.flatMap((step) => {
      const result = results.get(keyOf(server, step));
      return result === undefined ? [] : [{ step, result, memory: memory.get(result.key) }];
    });
    if (points.length === 0) continue;
    curves.push({
      name: TITLES[server],
      points: points.map(({ step, result }) => [step, result.totalMicroseconds]),
    });
    const smallest = points[0].result.ratioToFloor;
    for (const { step, result, memory: bytes } of points) {
      rows.push([
        TITLES[server],
        step.toLocaleString("en"),
        result.totalMicroseconds.toFixed(2),
        result.ratioToFloor.toFixed(2),
        (result.ratioToFloor / smallest).toFixed(2),
        `${(bytes / 2 ** 20).toFixed(0)} MiB`,
      ]);
    }
  }
  const head = ["server", title, "CPU µs/query", "× floor", "× smallest", "memory (PSS)"];
  return {
    text: alignTable(head, rows).join("\n"),
    chart: {
      title: `CPU per query by ${title}`,
      xTitle: title,
      yTitle: "CPU µs per answered query",
      curves,
    },
    problems: [
      ...measured.problems.map((problem) => `${id}: ${problem}`),
      ...measured.skipped.map(({ key, reason }) => `${id}: ${key} left out: ${reason}`),
    ],
  };
}

function capitalize(text) {
  return text[0].toUpperCase() + text.slice(1);
}
