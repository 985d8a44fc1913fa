/** Zones that are taken out of service because their files are gone. */
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { combineDatabases } from "../geo/combine-databases.ts";
import { silentLog } from "../log/log.ts";
import { createZoneLoader, type ZoneLoader } from "./zones.ts";

const WAIT = { timeout: 30_000, interval: 20 };

let folder: string;
let zones: string;
let copies: string;
let loader: ZoneLoader | undefined;
let changes: string[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "rondo-removal-"));
  zones = join(folder, "zones");
  copies = join(folder, "state", "zones");
  await mkdir(zones);
});
afterEach(async () => {
  await loader?.close();
  await rm(folder, { recursive: true });
});

function zoneText(zone: string): string {
  return `zone: ${zone}\nsoa: { mname: ns1.example.net. }\nrecords:\n  www: { type: A, value: 192.0.2.1 }\n`;
}

/** Renamed into place, as careful writers do. */
async function put(name: string, text: string): Promise<string> {
  const path = join(zones, name);
  await writeFile(`${path}.new`, text);
  await rename(`${path}.new`, path);
  return path;
}

async function start(isAnsweredElsewhere = false): Promise<ZoneLoader> {
  changes = [];
  loader = await createZoneLoader({
    source: { kind: "folder", path: zones },
    stateDirectory: join(folder, "state"),
    log: silentLog,
    isAnsweredElsewhere,
    geo: { table: combineDatabases([]), version: 1 },
    workerModule: pathToFileURL(resolve(import.meta.dirname, "../../dist/loader/load-worker.js")),
    onChange: (changed, removed) => {
      for (const { name } of changed) changes.push(`+${name}`);
      for (const { name } of removed) changes.push(`-${name}`);
    },
  });
  return loader;
}

function namesOf(list: readonly { readonly name: string }[]): string[] {
  return list.map(({ name }) => name);
}

test("reload() removes a zone whose file is gone, with its copy, if it is told to", async () => {
  const path = await put("a.yaml", zoneText("a.example."));
  await put("b.yaml", zoneText("b.example."));
  const served = await start();
  await vi.waitFor(async () => expect(await readdir(copies)).toHaveLength(2), WAIT);
  await rm(path);
  expect(await served.reload()).toMatchObject({ removed: [], problems: [{ kind: "gone" }] });
  expect(served.reloads().lastSuccessful).toBe(true);

  const result = await served.reload({ remove: ["a.example."] });
  expect(namesOf(result.removed)).toEqual(["a.example."]);
  expect(result).toMatchObject({ changed: [], kept: [], problems: [] });
  expect(namesOf(served.zones())).toEqual(["b.example."]);
  expect(changes).toEqual(["-a.example."]);
  expect(await readdir(copies)).toEqual(["b.yaml"]);

  // Nothing of it is left that could keep the file from being served again.
  await put("a.yaml", zoneText("a.example."));
  expect((await served.reload()).problems).toEqual([]);
  expect(namesOf(served.zones())).toEqual(["b.example.", "a.example."]);
});

test("reload() removes no zone that a file still defines", async () => {
  const path = await put("a.yaml", zoneText("a.example."));
  const served = await start();
  const remove = ["a.example.", "c.example."];
  expect((await served.reload({ remove })).kept).toEqual([
    { zone: "a.example.", reason: `${path} still defines it: delete the file first` },
    { zone: "c.example.", reason: "it is not served" },
  ]);
  await writeFile(path, "zone: [");
  expect((await served.reload({ remove })).kept[0]?.reason).toContain("still there");
  expect(namesOf(served.zones())).toEqual(["a.example."]);
  expect(changes).toEqual([]);
});

test("reload() keeps the copy of a removed zone's file if another zone is in it", async () => {
  const path = await put("a.yaml", zoneText("a.example."));
  const served = await start();
  await writeFile(path, zoneText("b.example."));
  await served.reload({ remove: ["a.example."] });
  expect(namesOf(served.zones())).toEqual(["b.example."]);
  expect(changes).toEqual(["+b.example.", "-a.example."]);
  await vi.waitFor(async () => {
    expect(await readFile(join(copies, "a.yaml"), "utf8")).toContain("b.example.");
  }, WAIT);
});

test("a start removes copies of files that it does not have, unless another server answers", async () => {
  await put("a.yaml", zoneText("a.example."));
  await mkdir(copies, { recursive: true });
  await writeFile(join(copies, "b.yaml"), zoneText("b.example."));
  await (await start(true)).close();
  expect(await readdir(copies)).toContain("b.yaml");
  await start();
  expect(await readdir(copies)).not.toContain("b.yaml");
});
