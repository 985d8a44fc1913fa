import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Log } from "../log/log.ts";
import { removeLeftovers } from "./remove-leftovers.ts";

let folder: string;
let log: Log;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "rondo-leftovers-"));
  log = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() };
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Of a process that has ended. */
const DEAD = spawnSync(process.execPath, ["--version"]).pid;

test("removeLeftovers() removes what ended processes were writing, and nothing else", () => {
  const left = [
    ...["catalog", "health", "overrides", "resolved", "steering"].map(
      (name) => `${name}.json.${DEAD}.tmp`,
    ),
    `health.json.${process.pid}.tmp`,
    `geo-cache.${DEAD}.new`,
  ];
  const others = [
    "geo-cache",
    "geo-cache.new",
    "health.json",
    "health.json.tmp",
    `health.json.${process.ppid}.tmp`,
    `health.json.${DEAD}.tmp.old`,
    `notes.json.${DEAD}.tmp`,
    `notes.${DEAD}.new`,
    `my-health.json.${DEAD}.tmp`,
  ];
  for (const name of [...left, ...others]) writeFileSync(join(folder, name), "");
  const [own, anHourAgo] = [
    join(folder, `health.json.${process.pid}.tmp`),
    Date.now() / 1000 - 3600,
  ];
  utimesSync(own, anHourAgo, anHourAgo);
  const asFolder = `steering.json.${process.pid}.tmp`;
  mkdirSync(join(folder, asFolder));
  removeLeftovers(folder, log);
  expect(readdirSync(folder).sort()).toEqual([...others, asFolder].sort());
  expect(log.info).toHaveBeenCalledOnce();
  expect(log.warn).not.toHaveBeenCalled();
});

test("removeLeftovers() leaves what a process of another container with the same number may be writing", () => {
  const name = `health.json.${process.pid}.tmp`;
  writeFileSync(join(folder, name), "");
  removeLeftovers(folder, log);
  expect(readdirSync(folder)).toEqual([name]);
});

test("removeLeftovers() says nothing where there is nothing to remove, and goes on without a folder", () => {
  removeLeftovers(folder, log);
  removeLeftovers(join(folder, "missing"), log);
  expect(log.info).not.toHaveBeenCalled();
  expect(log.warn).not.toHaveBeenCalled();
});
