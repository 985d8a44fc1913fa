import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { silentLog } from "../log/log.ts";
import { createStateFolder, stateFileOf, writeStateFile } from "./state-files.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "rondo-state-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test("stateFileOf() names a zone's file after it", () => {
  expect(basename(stateFileOf(folder, "example.net."))).toBe("example.net.state");
  expect(basename(stateFileOf(folder, "2.0.192.in-addr.arpa."))).toBe("2.0.192.in-addr.arpa.state");
});

test("stateFileOf() stays in the folder and tells zones apart, whatever they are called", () => {
  const names = [
    ".",
    "..\\.\\./x.",
    "\\047etc\\047passwd.",
    "a/b.example.",
    "*.example.",
    "\\000.example.",
    `${`${"a".repeat(63)}.`.repeat(3)}${"b".repeat(60)}.`,
    `${`${"a".repeat(63)}.`.repeat(3)}${"c".repeat(60)}.`,
  ];
  const files = names.map((name) => stateFileOf(folder, name));
  expect(new Set(files).size).toBe(names.length);
  for (const file of files) {
    expect(dirname(file)).toBe(folder);
    expect(basename(file)).toMatch(/^[0-9a-f]{64}\.state$/);
  }
});

test("writeStateFile() writes a whole file with its time, makes the folder, and leaves nothing else", () => {
  const file = join(folder, "secondary", "example.net.state");
  expect(writeStateFile(file, Uint8Array.of(1, 2, 3), 1_700_000_000)).toBeUndefined();
  expect(writeStateFile(file, Uint8Array.of(4), 1_700_000_001)).toBeUndefined();
  expect([...readFileSync(file)]).toEqual([4]);
  expect(statSync(file).mtimeMs).toBe(1_700_000_001_000);
  expect(readdirSync(dirname(file))).toEqual(["example.net.state"]);
});

test("writeStateFile() says why it cannot", () => {
  const inTheWay = join(folder, "a");
  writeStateFile(inTheWay, new Uint8Array(0), 0);
  expect(writeStateFile(join(inTheWay, "b"), new Uint8Array(0), 0)).toMatch(/ENOTDIR|EEXIST/);
});

test("find() has nothing to say of what is not there, or no file", async () => {
  const states = createStateFolder(folder, silentLog);
  expect(await states.find(join(folder, "none"))).toBeUndefined();
  expect(await states.find(folder)).toBeUndefined();
});

test("confirm() and remove() do not reject for what is not there", async () => {
  const states = createStateFolder(folder, silentLog);
  await states.confirm(join(folder, "none"), 1);
  await states.remove(join(folder, "none"));
});

test("confirm() warns once while it fails, and again after it went well", async () => {
  const warnings: string[] = [];
  const warn = (_: object, message: string): void => void warnings.push(message);
  const states = createStateFolder(folder, { ...silentLog, warn });
  const file = join(folder, "example.net.state");
  for (let second = 1; second <= 3; second++) await states.confirm(file, second);
  expect(warnings).toEqual([expect.stringContaining("Cannot note")]);
  writeStateFile(file, Uint8Array.of(1), 4);
  await states.confirm(file, 5);
  expect(statSync(file).mtimeMs).toBe(5000);
  rmSync(file);
  await states.confirm(file, 6);
  expect(warnings).toHaveLength(2);
});

test("keepOnly() leaves what is wanted and what is being written, and removes what is left of writers", async () => {
  const states = createStateFolder(folder, silentLog);
  const kept = ["README", "a.state", `a.state.${process.pid}.new`];
  // No process has such a number.
  const others = ["a.state.999999999.new", "b.state", `b.state.${process.pid}.new`];
  for (const name of [...kept, ...others]) writeFileSync(join(folder, name), "");
  await states.keepOnly([join(folder, "a.state")]);
  expect(readdirSync(folder).sort()).toEqual(kept);
});
