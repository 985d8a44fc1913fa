import { mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { ZoneSource } from "../config/server-file.ts";
import { type Log, silentLog } from "../log/log.ts";
import { createLastGood } from "./last-good.ts";

const FOLDER: ZoneSource = { kind: "folder", path: "zones" };
const octets = (text: string): Uint8Array => new TextEncoder().encode(text);
let state: string;
let directory: string;

beforeEach(async () => {
  state = await mkdtemp(join(tmpdir(), "rondo-state-"));
  directory = join(state, "zones");
});
afterEach(async () => {
  await rm(state, { recursive: true });
});

test("store() keeps the content and the serial of a file", async () => {
  const lastGood = createLastGood(directory, FOLDER, silentLog);
  expect(await lastGood.find("zones/a.yaml")).toBeUndefined();
  lastGood.store("zones/a.yaml", octets("first"), 2_026_112_301);
  await lastGood.settle();
  const copy = await lastGood.find("zones/a.yaml");
  expect(copy).toEqual({ path: join(directory, "a.yaml"), serial: 2_026_112_301 });
  expect(await readFile(copy?.path ?? "", "utf8")).toBe("first");
});

test("store() leaves the last of several contents, and no temporary file", async () => {
  const lastGood = createLastGood(directory, FOLDER, silentLog);
  for (let i = 0; i < 10; i++) lastGood.store("zones/a.yaml", octets(`content ${i}`), i);
  lastGood.store("zones/b.yaml", octets("other"), 7);
  await lastGood.settle();
  expect(await readFile(join(directory, "a.yaml"), "utf8")).toBe("content 9");
  expect((await lastGood.find("zones/b.yaml"))?.serial).toBe(7);
  expect((await readdir(directory)).toSorted()).toEqual(["a.yaml", "b.yaml"]);
});

test("store() tells files of the same name in different folders apart", async () => {
  const paths = ["one/a.yaml", "two/a.yaml"];
  const lastGood = createLastGood(directory, { kind: "files", paths }, silentLog);
  for (const path of paths) lastGood.store(path, octets(path), 1);
  await lastGood.settle();
  for (const path of paths) {
    const copy = await lastGood.find(path);
    expect(await readFile(copy?.path ?? "", "utf8")).toBe(path);
  }
});

test("store() survives a state folder that cannot be written, says so once, and recovers", async () => {
  const warnings: string[] = [];
  const log: Log = { ...silentLog, warn: (_, message) => warnings.push(message) };
  // A plain file where the folder should be: an error for everybody, root included.
  await writeFile(directory, "");
  const lastGood = createLastGood(directory, FOLDER, log);
  for (const name of ["a", "b"]) {
    lastGood.store(`zones/${name}.yaml`, octets(name), 1);
    await lastGood.settle();
  }
  expect(lastGood.problem()).toBeDefined();
  expect(lastGood.failures()).toBe(2);
  expect(lastGood.missing()).toEqual(["zones/a.yaml", "zones/b.yaml"]);
  expect(warnings).toHaveLength(1);

  await rm(directory);
  lastGood.store("zones/a.yaml", octets("a"), 1);
  await lastGood.settle();
  expect(lastGood.missing()).toEqual(["zones/b.yaml"]);
  expect(lastGood.problem()).toBeDefined();
  lastGood.store("zones/b.yaml", octets("b"), 1);
  await lastGood.settle();
  expect(lastGood.missing()).toEqual([]);
  expect(lastGood.problem()).toBeUndefined();
  expect(await lastGood.find("zones/a.yaml")).toBeDefined();
});

test("store() leaves the old copy whole when the disk is full", async () => {
  const lastGood = createLastGood(directory, FOLDER, silentLog);
  lastGood.store("zones/a.yaml", octets("old"), 1);
  await lastGood.settle();
  // Writing to /dev/full fails as a full disk does.
  await symlink("/dev/full", join(directory, `.a.yaml.${process.pid}.new`));
  lastGood.store("zones/a.yaml", octets("new"), 2);
  await lastGood.settle();
  expect(lastGood.problem()).toMatch(/ENOSPC|EINVAL/);
  expect(await readFile(join(directory, "a.yaml"), "utf8")).toBe("old");
  expect(await readdir(directory)).toEqual(["a.yaml"]);
});

test("remove() takes back what is kept and what was about to be, and a later store() holds", async () => {
  const lastGood = createLastGood(directory, FOLDER, silentLog);
  lastGood.store("zones/a.yaml", octets("kept"), 1);
  lastGood.store("zones/b.yaml", octets("other"), 1);
  await lastGood.settle();
  lastGood.store("zones/a.yaml", octets("late"), 2);
  lastGood.remove("zones/a.yaml");
  lastGood.remove("zones/never.yaml");
  await lastGood.settle();
  expect(await readdir(directory)).toEqual(["b.yaml"]);
  expect(lastGood.problem()).toBeUndefined();

  lastGood.remove("zones/b.yaml");
  lastGood.store("zones/b.yaml", octets("back"), 3);
  await lastGood.settle();
  expect(await readFile(join(directory, "b.yaml"), "utf8")).toBe("back");
});

test("keepOnly() removes the copies of files that are not in the list", async () => {
  const lastGood = createLastGood(directory, FOLDER, silentLog);
  for (const name of ["a", "b", "c"]) lastGood.store(`zones/${name}.yaml`, octets(name), 1);
  await lastGood.settle();
  await lastGood.keepOnly(["zones/b.yaml"]);
  expect(await readdir(directory)).toEqual(["b.yaml"]);
});
