import { readFileSync } from "node:fs";
import { createInterface, type Interface } from "node:readline";

/** Calls back with every line typed on a terminal that this process may read, one at a time; undefined if there is none. */
export function readCommands(
  input: NodeJS.ReadableStream & { readonly isTTY?: boolean; unref?(): void },
  onLine: (line: string) => Promise<void>,
): Interface | undefined {
  if (input.isTTY !== true || isInBackground()) return undefined;
  // Not `terminal`: that would take Ctrl-C away from the process.
  const lines = createInterface({ input, terminal: false });
  let done = Promise.resolve();
  lines.on("line", (line) => {
    done = done.then(() => onLine(line));
  });
  input.unref?.();
  return lines;
}

/** A background job that reads its terminal is stopped by the kernel (SIGTTIN). Known on Linux only. */
function isInBackground(): boolean {
  try {
    const stat = readFileSync("/proc/self/stat", "utf8");
    // proc(5): after the command in parentheses: state, ppid, pgrp, session, tty_nr, tpgid.
    const [, , group, , , foreground] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return foreground !== "-1" && group !== foreground;
  } catch {
    return false;
  }
}
