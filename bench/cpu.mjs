/** CPU time and memory of a process and all its descendants, from /proc (proc(5)). */
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";

let ticksPerSecond;

/**
 * Reads the CPU time used so far by a process, its threads and its living descendants.
 *
 * @param {number} pid
 * @returns {{userSeconds: number, kernelSeconds: number}} to 10 ms; throws when the process has ended
 */
export function readCpu(pid) {
  ticksPerSecond ??= Number(execFileSync("getconf", ["CLK_TCK"], { encoding: "utf8" }));
  let user = 0;
  let kernel = 0;
  for (const member of findTree(pid)) {
    // The command's name may hold spaces and brackets: the fields are counted from the last ")".
    const stat = readFileSync(`/proc/${member}/stat`, "latin1");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    user += Number(fields[11]);
    kernel += Number(fields[12]);
  }
  return { userSeconds: user / ticksPerSecond, kernelSeconds: kernel / ticksPerSecond };
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
      const children = readFileSync(`/proc/${pid}/task/${task}/children`, "latin1");
      tree.push(...children.split(" ").filter(Boolean).map(Number));
    }
  }
  return tree;
}
