/** The guard where it stands: at the loader of real files. */
import { chmod, mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { combineDatabases } from "../geo/combine-databases.ts";
import { type Log, silentLog } from "../log/log.ts";
import { createZoneLoader, type ZoneLoader } from "./zones.ts";

const workerModule = pathToFileURL(
  resolve(import.meta.dirname, "../../dist/loader/load-worker.js"),
);
const WAIT = { timeout: 30_000, interval: 20 };
const FULL = ["a", "b", "c", "d"];

let folder: string;
let loader: ZoneLoader | undefined;
let lines: { readonly level: string; readonly message: string; readonly fields: object }[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "rondo-guard-"));
  await mkdir(join(folder, "zones"));
});
afterEach(async () => {
  await loader?.close();
  loader = undefined;
  await rm(folder, { recursive: true });
});

async function put(names: readonly string[], file = "z.yaml"): Promise<void> {
  const records = names.map((name) => `  ${name}: { type: A, value: 192.0.2.1 }\n`).join("");
  const path = join(folder, "zones", file);
  const text = `zone: z.example.\nsoa: { mname: ns1.example.net. }\nrecords:\n${records}`;
  await writeFile(`${path}.new`, text);
  await chmod(`${path}.new`, 0o644);
  await rename(`${path}.new`, path);
}

async function start(): Promise<ZoneLoader> {
  lines = [];
  const note =
    (level: string): Log["info"] =>
    (fields, message) =>
      lines.push({ level, message, fields });
  loader = await createZoneLoader({
    source: { kind: "folder", path: join(folder, "zones") },
    stateDirectory: join(folder, "state"),
    log: { ...silentLog, warn: note("warn"), error: note("error") },
    geo: { table: combineDatabases([]), version: 1 },
    workerModule,
    onChange: () => {},
  });
  return loader;
}

/** Names of the zone that is served, the apex included. */
function served(): number | undefined {
  return loader?.zones()[0]?.prepared.compiled.names;
}

test("a reload refuses a mass change, says so once, and takes it when forced", async () => {
  await put(FULL);
  const zones = await start();
  expect(served()).toBe(5);
  expect(zones.reloads()).toEqual({ failures: 0, lastSuccessful: true });
  await put(["a"]);
  const refused = await zones.reload();
  expect(refused.changed).toEqual([]);
  expect(refused.problems).toMatchObject([
    {
      zone: "z.example.",
      kind: "mass-change",
      issues: [
        {
          severity: "error",
          message:
            "3 of 5 names would go: b.z.example., c.z.example., d.z.example.; rondo reload --force serves it all the same",
        },
      ],
    },
  ]);
  await zones.reload();
  expect(served()).toBe(5);
  expect(zones.reloads().lastSuccessful).toBe(false);
  expect(zones.reloads().failures).toBeGreaterThanOrEqual(2);
  expect(lines.filter(({ level }) => level === "error")).toHaveLength(1);

  const forced = await zones.reload({ force: true });
  expect(forced.changed.map(({ name }) => name)).toEqual(["z.example."]);
  expect(forced.problems).toEqual([]);
  expect(served()).toBe(2);
  expect(zones.reloads().lastSuccessful).toBe(true);
});

test("a file that is watched is refused as well, and its former content makes all well", async () => {
  await put(FULL);
  const zones = await start();
  await put(["a"]);
  await vi.waitFor(() => expect(zones.problems()).toHaveLength(1), WAIT);
  expect(served()).toBe(5);
  await put(FULL);
  await vi.waitFor(() => expect(zones.problems()).toEqual([]), WAIT);
  await put([...FULL, "e"]);
  await vi.waitFor(() => expect(served()).toBe(6), WAIT);
});

test("a second file for a zone is called that, however small it is", async () => {
  await put(FULL);
  const zones = await start();
  await put(["a"], "y.yaml");
  const { problems } = await zones.reload();
  expect(problems.map(({ kind }) => kind)).toEqual(["duplicate", "duplicate"]);
});

test("at start a mass change is served with a warning", async () => {
  await put(FULL);
  await (await start()).close();
  await put(["a"]);
  await start();
  expect(served()).toBe(2);
  expect(lines).toMatchObject([
    {
      level: "warn",
      message: expect.stringContaining("Against what was served before, 3 of 5 names"),
    },
  ]);
});
