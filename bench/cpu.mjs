/** CPU time and memory of a process and all its descendants, from /proc (proc(5)). */
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";

let ticksPerSecond;

/**
 * Reads the CPU time used so far by a process, its threads and its living descendants.
 *
 * @param {number} pid
 * @returns {{userSeconds: number, kernelSeconds: number, runSeconds: number}} `runSeconds` is exact, the other two come in steps of
 *   10 ms; throws when the process has ended
 */
export function readCpu(pid) {
  ticksPerSecond ??= Number(execFileSync("getconf", ["CLK_TCK"], { encoding: "utf8" }));
  let userTicks = 0;
  let kernelTicks = 0;
  let runNanoseconds = 0;
  for (const member of findTree(pid)) {
    // The command's name may hold spaces and brackets: the fields are counted from the last ")".
    const stat = readFileSync(`/proc/${member}/stat`, "latin1");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    userTicks += Number(fields[11]);
    kernelTicks += Number(fields[12]);
    for (const task of readdirSync(`/proc/${member}/task`)) {
      runNanoseconds += readRunNanoseconds(`/proc/${member}/task/${task}/schedstat`);
    }
  }
  return {
    userSeconds: userTicks / ticksPerSecond,
    kernelSeconds: kernelTicks / ticksPerSecond,
    runSeconds: runNanoseconds / 1e9,
  };
}

/**
 * The CPU time between two readings of one process.
 *
 * @returns {{userSeconds: number, kernelSeconds: number}} their sum exact, unless threads have ended;
 *   how it divides is as the kernel's ticks sampled it
 */
export function subtractCpu(after, before) {
  const user = after.userSeconds - before.userSeconds;
  const kernel = after.kernelSeconds - before.kernelSeconds;
  const run = after.runSeconds - before.runSeconds;
  // Threads that have ended count only in the ticks.
  if (!(run > (user + kernel) * 0.9)) return { userSeconds: user, kernelSeconds: kernel };
  const userShare = user + kernel > 0 ? user / (user + kernel) : 0;
  return { userSeconds: run * userShare, kernelSeconds: run * (1 - userShare) };
}

/** 0 where the kernel keeps no such statistics (CONFIG_SCHED_INFO), or for a thread that has just ended. */
function readRunNanoseconds(path) {
  try {
    return Number(readFileSync(path, "latin1").split(" ")[0]);
  } catch {
    return 0;
  }
}

/**
 * Reads the memory of a process and its living descendants, pages shared among processes divided between them.
 *
 * @param {number} pid
 * @returns {number} proportional set size in octets
 */
export function readMemory(pid) {
  let kibibytes = 0;
  for (const member of findTree(pid)) {
    kibibytes += Number(
      /^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${member}/smaps_rollup`, "latin1"))?.[1] ?? 0,
    );
  }
  return kibibytes * 1024;
}

function findTree(root) {
  const tree = [root];
  for (const pid of tree) {
    for (const task of readdirSync(`/proc/${pid}/task`)) {
      tree.push(...readChildren(`/proc/${pid}/task/${task}/children`));
    }
  }
  return tree;
}

/** None of a thread that has just ended. */
function readChildren(path) {
  try {
    return readFileSync(path, "latin1").split(" ").filter(Boolean).map(Number);
  } catch {
    return [];
  }
}
