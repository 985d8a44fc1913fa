/** From samples to medians and ratios, and to a page that reads as text and as Markdown. */

const BASE = "gdnsd";
const FLOOR = "echo";

/**
 * Reduces the samples of each server and workload to their medians.
 *
 * @param {object[]} samples of measure(): `key`, `workload`, `run` and the load generator's report
 * @returns {object[]} CPU in µs per answered query; a ratio is taken within each run first, then its median, so that what
 *   slows the whole machine for a while slows both sides of it
 */
export function summarizeRuns(samples) {
  const cost = (sample) =>
    ((sample.cpu.userSeconds + sample.cpu.kernelSeconds) * 1e6) / sample.answered;
  const keyOf = ({ key, workload, run }) => `${key} ${workload} ${run}`;
  const byKey = new Map(samples.map((sample) => [keyOf(sample), sample]));
  const groups = groupBy(samples, ({ key, workload }) => `${key} ${workload}`);
  return [...groups.values()].map((group) => {
    const ratioTo = (key) => {
      const ratios = group.flatMap((sample) => {
        const other = byKey.get(keyOf({ ...sample, key }));
        return other ? [cost(sample) / cost(other)] : [];
      });
      return ratios.length > 0 ? median(ratios) : undefined;
    };
    const costs = group.map(cost);
    return {
      key: group[0].key,
      workload: group[0].workload,
      userMicroseconds: median(group.map((s) => (s.cpu.userSeconds * 1e6) / s.answered)),
      kernelMicroseconds: median(group.map((s) => (s.cpu.kernelSeconds * 1e6) / s.answered)),
      totalMicroseconds: median(costs),
      leastMicroseconds: Math.min(...costs),
      mostMicroseconds: Math.max(...costs),
      ratioToGdnsd: ratioTo(BASE),
      ratioToFloor: ratioTo(FLOOR),
      answersPerSecond: median(group.map((sample) => sample.answered / sample.seconds)),
      octetsPerAnswer: median(group.map((sample) => sample.octets / sample.answered)),
      lostShare: median(group.map((sample) => sample.lost / sample.sent)),
    };
  });
}

/**
 * Writes the report of costs.mjs as Markdown whose tables are aligned for a terminal.
 *
 * @returns {string}
 */
export function renderReport(report) {
  const { machine, settings } = report;
  const titles = new Map(report.running.map(({ key, title }) => [key, title]));
  const lines = [
    describeRun(machine, settings),
    "",
    `${settings.hosts} hosts in the zone`,
    "",
    ...alignTable(
      ["server", "version", "memory (PSS)"],
      report.running.map(({ title, version, memoryBytes }) => [
        title,
        version,
        `${(memoryBytes / 2 ** 20).toFixed(0)} MiB`,
      ]),
    ),
  ];
  for (const { id, reason } of report.skipped) lines.push("", `Left out: ${id}: ${reason}`);
  for (const { id, title } of report.workloads) {
    const rows = report.results.filter((result) => result.workload === id);
    if (rows.length === 0) continue;
    lines.push("", `### ${title}`, "");
    lines.push(
      ...alignTable(
        [
          "server",
          "CPU µs/query",
          "user",
          "kernel",
          "least–most",
          "× gdnsd",
          "× floor",
          "answers/s",
          "octets",
          "lost",
        ],
        rows.map((row) => [
          titles.get(row.key),
          row.totalMicroseconds.toFixed(2),
          row.userMicroseconds.toFixed(2),
          row.kernelMicroseconds.toFixed(2),
          `${row.leastMicroseconds.toFixed(2)}–${row.mostMicroseconds.toFixed(2)}`,
          row.ratioToGdnsd?.toFixed(2) ?? "–",
          row.ratioToFloor?.toFixed(2) ?? "–",
          String(Math.round(row.answersPerSecond)),
          row.octetsPerAnswer.toFixed(0),
          `${(row.lostShare * 100).toFixed(2)} %`,
        ]),
      ),
    );
  }
  if (report.latencies.length > 0) {
    lines.push("", "### Latency in µs at half of what each server answers at most (open loop)", "");
    lines.push(
      ...alignTable(
        ["server", "workload", "queries/s", "p50", "p99", "p99.9", "max", "lost"],
        report.latencies.map(
          ({ key, workload, rate, latencyMicroseconds: latency, lost, sent }) => [
            titles.get(key),
            workload,
            String(rate),
            ...[latency.p50, latency.p99, latency.p999, latency.max].map(String),
            `${((lost / sent) * 100).toFixed(2)} %`,
          ],
        ),
      ),
    );
  }
  for (const problem of report.problems) lines.push("", `PROBLEM: ${problem}`);
  return lines.join("\n");
}

/** Where the figures come from. @param machine of describeMachine() */
export function describeRun(machine, { runs, seconds }) {
  const { date, processor, cores, memoryBytes, kernel, node, pinned } = machine;
  return `${date} · ${processor}, ${cores} cores, ${gibibytes(memoryBytes)} GiB · ${kernel} · Node.js ${node}; ${pinned}; median of ${runs} runs of ${seconds} s`;
}

/** Rows of cells as a Markdown table that reads as text. */
export function alignTable(head, rows) {
  const widths = head.map((cell, column) =>
    Math.max(3, cell.length, ...rows.map((row) => row[column].length)),
  );
  // The first two columns may hold words, and words read best from the left; figures from the right.
  const isText = head.map((_, column) => rows.every((row) => !/^[\d–]/.test(row[column])));
  const pad = (cell, column) =>
    isText[column] ? cell.padEnd(widths[column]) : cell.padStart(widths[column]);
  const rule = widths.map((width, column) =>
    isText[column] ? "-".repeat(width) : `${"-".repeat(width - 1)}:`,
  );
  return [head.map(pad), rule, ...rows.map((row) => row.map(pad))].map(
    (cells) => `| ${cells.join(" | ")} |`,
  );
}

function groupBy(list, keyOf) {
  const groups = new Map();
  for (const entry of list) {
    const key = keyOf(entry);
    groups.set(key, [...(groups.get(key) ?? []), entry]);
  }
  return groups;
}

/** The middle one, or the mean of the two. */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

function gibibytes(bytes) {
  return (bytes / 2 ** 30).toFixed(0);
}
