import { spawnSync } from "node:child_process";
import { expect, it } from "vitest";
import { hasSpareDescriptors } from "./descriptor-reserve.ts";

/** Compiled code: Node 20 does not run TypeScript. */
const COMPILED = new URL("../../dist/server/descriptor-reserve.js", import.meta.url).href;

/** Opens all that can be had, then gives back one after the other. */
const SCRIPT = `
  import { closeSync, openSync } from "node:fs";
  const { hasSpareDescriptors } = await import(${JSON.stringify(COMPILED)});
  const opened = [];
  try { for (;;) opened.push(openSync("/dev/null", "r")); } catch {}
  const seen = [];
  for (let given = 0; given < 10; given++) {
    seen.push(hasSpareDescriptors());
    closeSync(opened.pop());
  }
  console.log(JSON.stringify(seen));
`;

it("hasSpareDescriptors() says no as long as there are fewer than eight", () => {
  expect(hasSpareDescriptors()).toBe(true);
  const command = 'ulimit -n 200 && exec "$0" --input-type=module -e "$1"';
  const { stdout } = spawnSync("/bin/sh", ["-c", command, process.execPath, SCRIPT]);
  expect(JSON.parse(String(stdout))).toEqual([...new Array<boolean>(8).fill(false), true, true]);
});
