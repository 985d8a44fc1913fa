import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createFakeClock, type FakeClock } from "../../test/support/fake-clock.ts";
import type { PacedFile } from "../state/paced-file.ts";
import { createHealthFile, readHealthFile, readMoment } from "./health-file.ts";
import type { Moment } from "./persist.ts";
import type { SavedHealth } from "./saved-health.ts";

let folder: string;
let path: string;
let clock: FakeClock;
let file: PacedFile;
let errors: Error[];
/** When the verdicts were read for a write. */
let reads: number[];

const MOMENT: Moment = { wallMs: 1000, bootMs: 1000, bootId: "boot" };
const SAVED: SavedHealth = new Map([
  ["a", { verdict: "down", sinceAgeMs: 5, downAgesMs: [5], lastError: "no answer" }],
]);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "rondo-health-"));
  path = join(folder, "health.json");
  clock = createFakeClock();
  errors = [];
  reads = [];
  file = createHealthFile({
    path,
    clock,
    moment: () => MOMENT,
    read: () => {
      reads.push(clock.now());
      return SAVED;
    },
    onError: (error) => errors.push(error),
  });
});

afterEach(async () => {
  await file.close();
  rmSync(folder, { recursive: true });
});

test("touch() writes at once, through a neighbour that is gone afterwards", async () => {
  file.touch();
  clock.advance(0);
  await vi.waitFor(async () => {
    expect(await readHealthFile(path, MOMENT)).toEqual({ kind: "adopted", saved: SAVED });
    expect(readdirSync(folder)).toEqual(["health.json"]);
  });
});

test("touch() writes at most once per second", async () => {
  for (let i = 0; i < 30; i++) {
    file.touch();
    clock.advance(100);
    await vi.waitFor(() => expect(readdirSync(folder)).toEqual(["health.json"]));
  }
  await vi.waitFor(() => {
    clock.advance(100);
    expect(reads.length).toBeGreaterThan(1);
  });
  const gaps = reads.slice(1).map((at, i) => at - reads[i]!);
  expect(reads[0]).toBe(0);
  expect(Math.min(...gaps)).toBeGreaterThanOrEqual(1000);
});

test("createHealthFile() writes once a minute without any change", async () => {
  clock.advance(59_999);
  expect(reads).toEqual([]);
  clock.advance(1);
  expect(reads).toEqual([60_000]);
  await vi.waitFor(() => expect(readdirSync(folder)).toEqual(["health.json"]));
  clock.advance(60_000);
  expect(reads).toEqual([60_000, 120_000]);
});

test("close() writes what there is and stops", async () => {
  await file.close();
  expect(await readHealthFile(path, MOMENT)).toMatchObject({ kind: "adopted" });
  const before = reads.length;
  file.touch();
  clock.advance(120_000);
  expect(reads).toHaveLength(before);
});

test("touch() waits while the file is another process's to write, and close() leaves it alone", async () => {
  let isOurs = false;
  const shared = createHealthFile({
    path,
    clock,
    moment: () => MOMENT,
    read: () => SAVED,
    onError: (error) => errors.push(error),
    mayWrite: () => isOurs,
  });
  shared.touch();
  clock.advance(5000);
  expect(readdirSync(folder)).toEqual([]);
  isOurs = true;
  clock.advance(1000);
  await vi.waitFor(() => expect(readdirSync(folder)).toEqual(["health.json"]));
  isOurs = false;
  writeFileSync(path, "the other's");
  await shared.close();
  expect(readFileSync(path, "utf8")).toBe("the other's");
});

test("a write that fails keeps the file before it, and is reported", async () => {
  writeFileSync(path, "the file before");
  mkdirSync(`${path}.${process.pid}.tmp`);
  file.touch();
  clock.advance(0);
  await vi.waitFor(() => expect(errors).toMatchObject([{ code: "EISDIR" }]));
  expect(readFileSync(path, "utf8")).toBe("the file before");
  rmSync(`${path}.${process.pid}.tmp`, { recursive: true });
});

test("readHealthFile() says why it has nothing", async () => {
  const reasonAt = async (name: string): Promise<string> => {
    const parsed = await readHealthFile(join(folder, name), MOMENT);
    return parsed.kind === "ignored" ? parsed.reason : "adopted";
  };
  mkdirSync(join(folder, "folder"));
  execFileSync("mkfifo", [join(folder, "pipe")]);
  writeFileSync(join(folder, "torn"), '{"format":1,');
  expect(await reasonAt("nothing")).toBe("there is none");
  expect(await reasonAt("folder")).toBe("it is not a regular file");
  expect(await reasonAt("pipe")).toBe("it is not a regular file");
  expect(await reasonAt("torn")).toBe("it is not JSON");
});

test("readMoment() is sound and moves on", async () => {
  const first = readMoment();
  const second = readMoment();
  expect(first.wallMs).toBeGreaterThan(1_600_000_000_000);
  expect(second.bootMs).toBeGreaterThanOrEqual(first.bootMs);
  expect(second.bootId).toBe(first.bootId);
});
