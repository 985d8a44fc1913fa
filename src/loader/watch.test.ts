import {
  appendFile,
  mkdir,
  mkdtemp,
  rename,
  rm,
  symlink,
  utimes,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { performance } from "node:perf_hooks";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { silentLog } from "../log/log.ts";
import { createZoneWatch, type ZoneWatch } from "./watch.ts";
import { listZoneFiles } from "./zone-folder.ts";

/** What was reported of a file, and when. */
interface Report {
  readonly name: string;
  readonly kind: "read" | "gone";
  readonly size: number;
  readonly atMs: number;
}

let parent: string;
let folder: string;
let watch: ZoneWatch | undefined;
let reports: Report[];
let batches: number[];
let folderProblems: (string | undefined)[];
/** The files that the log warns of. */
let warned: string[];

beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), "rondo-watch-"));
  folder = join(parent, "zones");
  await mkdir(folder);
  reports = [];
  batches = [];
  folderProblems = [];
  warned = [];
});
afterEach(async () => {
  watch?.close();
  await rm(parent, { recursive: true });
});

async function start(pollMs?: number): Promise<void> {
  const source = { kind: "folder", path: folder } as const;
  watch = createZoneWatch({
    source,
    log: { ...silentLog, warn: ({ file }) => void warned.push(basename(String(file))) },
    knownParts: [],
    known: await listZoneFiles(source),
    onChanges: async ({ toRead, gone }) => {
      const atMs = performance.now();
      batches.push(atMs);
      for (const { path, size } of toRead) {
        reports.push({ name: basename(path), kind: "read", size, atMs });
      }
      for (const path of gone) reports.push({ name: basename(path), kind: "gone", size: 0, atMs });
    },
    onFolder: (problem) => folderProblems.push(problem),
    ...(pollMs === undefined ? {} : { pollMs }),
  });
  // The first look sets up the system's watches and finds nothing new.
  await vi.waitFor(async () => {
    await writeFile(join(folder, ".probe.tmp"), "x");
    await rename(join(folder, ".probe.tmp"), join(folder, "probe.yaml"));
    expect(reports.length).toBeGreaterThan(0);
  }, WAIT);
  reports = [];
  batches = [];
}

const WAIT = { timeout: 20_000, interval: 20 };

async function reported(name: string, kind: Report["kind"] = "read"): Promise<Report> {
  return vi.waitFor(() => {
    const found = reports.find((report) => report.name === name && report.kind === kind);
    if (found === undefined) throw new Error(`${name} is not reported as ${kind}`);
    return found;
  }, WAIT);
}

async function replace(name: string, content: string): Promise<void> {
  await writeFile(join(folder, ".new"), content);
  await rename(join(folder, ".new"), join(folder, name));
}

test("a file renamed into place is reported though it never is quiet for a second", async () => {
  await start();
  let count = 0;
  await vi.waitFor(
    async () => {
      count += 1;
      await replace("a.yaml", "x".repeat(count));
      expect(reports.filter(({ name }) => name === "a.yaml").length).toBeGreaterThan(1);
    },
    { ...WAIT, interval: 300 },
  );
});

test("a file written in place is reported once, whole, after its writer has been quiet", async () => {
  await start();
  const path = join(folder, "slow.yaml");
  let written = 0;
  for (let i = 0; i < 15; i++) {
    await appendFile(path, "x".repeat(100));
    written = performance.now();
    await new Promise((done) => setTimeout(done, 100));
  }
  const report = await reported("slow.yaml");
  expect(report.size).toBe(1500);
  // File times and the clock of the test may differ by a tick.
  expect(report.atMs - written).toBeGreaterThan(950);
  expect(reports.filter(({ name }) => name === "slow.yaml")).toHaveLength(1);
});

test("a file that vanishes is reported as gone", async () => {
  await writeFile(join(folder, "a.yaml"), "x");
  await start();
  await rm(join(folder, "a.yaml"));
  await reported("a.yaml", "gone");
});

test("a ConfigMap that switches its link is reported", async () => {
  await mkdir(join(folder, "..v1"));
  await writeFile(join(folder, "..v1", "a.yaml"), "one");
  await symlink("..v1", join(folder, "..data"));
  await symlink("..data/a.yaml", join(folder, "a.yaml"));
  await start();
  await mkdir(join(folder, "..v2"));
  await writeFile(join(folder, "..v2", "a.yaml"), "second");
  await symlink("..v2", join(folder, "..data_tmp"));
  await rename(join(folder, "..data_tmp"), join(folder, "..data"));
  expect((await reported("a.yaml")).size).toBe(6);
});

test("a folder that is a link to another one now is followed", async () => {
  await mkdir(join(parent, "one"));
  await mkdir(join(parent, "two"));
  await writeFile(join(parent, "one", "a.yaml"), "one");
  await writeFile(join(parent, "two", "a.yaml"), "second");
  await rm(folder, { recursive: true });
  await symlink("one", folder);
  await start();
  await symlink("two", join(parent, "next"));
  await rename(join(parent, "next"), folder);
  expect((await reported("a.yaml")).size).toBe(6);
  reports = [];
  await replace("b.yaml", "in the second folder");
  await reported("b.yaml");
});

test("a folder that is gone is a problem, and its files are found when it is back", async () => {
  await writeFile(join(folder, "a.yaml"), "x");
  await start();
  await rename(folder, `${folder}.away`);
  await vi.waitFor(() => expect(folderProblems.at(-1)).toBe("No such folder"), WAIT);
  expect(reports).toEqual([]);
  await rename(`${folder}.away`, folder);
  await vi.waitFor(() => expect(folderProblems.at(-1)).toBeUndefined(), WAIT);
  await replace("a.yaml", "changed");
  await reported("a.yaml");
});

test("a change that no event told of is found by the next look", async () => {
  await writeFile(join(folder, "real"), "x");
  await symlink("real", join(folder, "a.yaml"));
  await start(200);
  // Events name the link's target, which is no zone file's name.
  await writeFile(join(folder, "real"), "changed");
  expect((await reported("a.yaml")).size).toBe(7);
});

test("a storm of changes leads to one report a second at most", async () => {
  await start();
  for (let i = 0; i < 25; i++) {
    for (let j = 0; j < 20; j++) {
      await replace(`z${j}.yaml`, `${i}`);
      await utimes(join(folder, `z${j}.yaml`), i, i);
    }
    await new Promise((done) => setTimeout(done, 100));
  }
  const names = () =>
    new Set(reports.map(({ name }) => name).filter((name) => name !== "probe.yaml"));
  await vi.waitFor(() => expect(names().size).toBe(20), WAIT);
  const gaps = batches.slice(1).map((at, i) => at - (batches[i] ?? 0));
  expect(Math.min(...gaps, Number.POSITIVE_INFINITY)).toBeGreaterThan(950);
});

test("a symbolic link to nothing is told of once, however often it is seen", async () => {
  await symlink("nowhere", join(folder, "dangling.yaml"));
  await symlink("nowhere", join(folder, ".hidden.yaml"));
  await start(50);
  await replace("real.yaml", "1");
  await reported("real.yaml");
  const before = folderProblems.length;
  await replace("later.yaml", "1");
  await reported("later.yaml");
  expect([warned, folderProblems.length - before]).toEqual([["dangling.yaml"], 0]);
});
