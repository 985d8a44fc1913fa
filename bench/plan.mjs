/** What to measure, from the command line, and the machine it is measured on. */
import { existsSync, readFileSync } from "node:fs";
import { cpus, release, totalmem } from "node:os";
import { parseArgs } from "node:util";
import { SERVERS } from "./servers.mjs";
import { listWorkloads } from "./workloads.mjs";

/** Latency is measured at this share of what a server answers at most. */
const HALF_LOAD = 0.5;

/**
 * Reads the command line.
 *
 * @param {string[]} args without the program's name
 * @returns what to measure; throws an Error that says what is wrong with the arguments
 */
export function readPlan(args) {
  const { values } = parseArgs({
    args,
    options: {
      quick: { type: "boolean", default: false },
      only: { type: "string" },
      workloads: { type: "string" },
      runs: { type: "string" },
      seconds: { type: "string" },
      latency: { type: "boolean", default: false },
      check: { type: "boolean", default: false },
      hosts: { type: "string", default: "1000" },
      subnets: { type: "string", default: "200" },
      json: { type: "boolean", default: false },
      write: { type: "boolean", default: false },
    },
  });
  const size = {
    hosts: readNumber("hosts", values.hosts, 32, 1_000_000),
    subnets: readNumber("subnets", values.subnets, 1, 512),
  };
  return {
    size,
    workloads: pick("workloads", values.workloads, listWorkloads(size), ({ id }) => id),
    servers: pick("only", values.only, Object.keys(SERVERS), (id) => id),
    runs: readNumber("runs", values.runs ?? (values.quick ? "3" : "5"), 1, 100),
    seconds: readNumber("seconds", values.seconds ?? (values.quick ? "0.5" : "2"), 0.1, 60),
    warmupSeconds: values.quick ? 0.3 : 0.5,
    latencyShare: values.latency ? HALF_LOAD : undefined,
    check: values.check,
    json: values.json,
    write: values.write,
    command: ["npm run bench --", ...args].join(" ").replace(/ --write\b/, ""),
  };
}

/**
 * Finds the cores this process may use: one for the server, one for the load, and as a list all but that of the load.
 * Undefined where pinning is impossible.
 */
export function findCores() {
  const list = /^Cpus_allowed_list:\s*(.*)$/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1];
  const cores = (list ?? "").split(",").flatMap((range) => {
    const [first, last = first] = range.split("-").map(Number);
    return Array.from({ length: last - first + 1 }, (_, index) => first + index);
  });
  const hasTaskset = ["/usr/bin/taskset", "/bin/taskset"].some((path) => existsSync(path));
  if (cores.length < 2 || !hasTaskset) return undefined;
  const [server, load, ...rest] = cores;
  return { server, load, allButLoad: [server, ...rest].join(",") };
}

/** Describes where the figures come from. `cores` of findCores. */
export function describeMachine(cores) {
  const [first] = cpus();
  const pinned = cores
    ? `each server pinned to core ${cores.server}, the load to core ${cores.load}`
    : "NOT PINNED (fewer than two cores, or no taskset): figures are not comparable";
  return {
    processor: first?.model.trim() ?? "unknown",
    cores: cpus().length,
    memoryBytes: totalmem(),
    kernel: `Linux ${release()}`,
    node: process.version,
    pinned,
    date: new Date().toISOString().slice(0, 10),
  };
}

function readNumber(name, text, least, most) {
  const value = Number(text);
  if (value >= least && value <= most) return value;
  throw new Error(`Cannot use --${name} ${text}: it must be ${least} to ${most}`);
}

function pick(flag, text, all, idOf) {
  if (text === undefined) return all;
  const known = all.map(idOf);
  const unknown = text.split(",").find((id) => !known.includes(id));
  if (unknown !== undefined) {
    throw new Error(`Cannot use --${flag} ${unknown}: it must be among ${known.join(", ")}`);
  }
  return all.filter((entry) => text.split(",").includes(idOf(entry)));
}
