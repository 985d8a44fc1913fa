import {
  chmod,
  mkdir,
  mkdtemp,
  readdir,
  rename,
  rm,
  stat,
  utimes,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { geoTable } from "../../test/support/geo.ts";
import { createKeyOf } from "../address/key.ts";
import { parseAddress } from "../address/parse.ts";
import { combineDatabases } from "../geo/combine-databases.ts";
import { type Log, silentLog } from "../log/log.ts";
import { LocationMap } from "../steering/location-map.ts";
import { readZones } from "./read-zones.ts";
import type { LoadedZone } from "./resolve-zones.ts";
import { createZoneLoader, type ZoneLoader } from "./zones.ts";

const workerModule = pathToFileURL(
  resolve(import.meta.dirname, "../../dist/loader/load-worker.js"),
);
const geo = { table: combineDatabases([]), version: 1 };
const WAIT = { timeout: 30_000, interval: 20 };

let folder: string;
let zones: string;
let state: string;
let loader: ZoneLoader | undefined;
let changes: string[];
let warnings: { readonly message: string; readonly fields: Readonly<Record<string, unknown>> }[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "rondo-zones-"));
  zones = join(folder, "zones");
  state = join(folder, "state");
  await mkdir(zones);
});
afterEach(async () => {
  await stop();
  await rm(folder, { recursive: true });
});

function zoneText(zone: string, address: string): string {
  return `zone: ${zone}\nsoa: { mname: ns1.example.net. }\nrecords:\n  www: { type: A, value: ${address} }\n`;
}

/** Renamed into place, as careful writers do. */
async function put(name: string, text: string): Promise<string> {
  const path = join(zones, name);
  await writeFile(`${path}.new`, text);
  await chmod(`${path}.new`, 0o644);
  await rename(`${path}.new`, path);
  return path;
}

async function start(copyRetryMs?: number): Promise<ZoneLoader> {
  changes = [];
  warnings = [];
  const log: Log = {
    ...silentLog,
    warn: (fields, message) => warnings.push({ fields, message }),
  };
  loader = await createZoneLoader({
    source: { kind: "folder", path: zones },
    stateDirectory: state,
    log,
    geo,
    workerModule,
    ...(copyRetryMs === undefined ? {} : { copyRetryMs }),
    onChange: (changed) => {
      changes.push(...changed.map((zone) => zone.name));
    },
  });
  return loader;
}

async function stop(): Promise<void> {
  await loader?.close();
  loader = undefined;
}

function find(name: string): LoadedZone | undefined {
  return loader?.zones().find((zone) => zone.name === name);
}

/** The compiled form holds the zone's addresses as octets. */
function holds(zone: LoadedZone | undefined, address: string): boolean {
  const octets = Buffer.from(address.split(".").map(Number));
  return zone !== undefined && Buffer.from(zone.prepared.compiled.segment).includes(octets);
}

test("createZoneLoader() loads every zone of a folder", async () => {
  await put("a.yaml", zoneText("a.example.", "127.0.0.11"));
  await put("b.yml", zoneText("b.example.", "127.0.0.12"));
  await put(".ignored.yaml", "no zone");
  const { zones: served, problems } = await start();
  expect(served().map((zone) => zone.name)).toEqual(["a.example.", "b.example."]);
  expect(holds(find("b.example."), "127.0.0.12")).toBe(true);
  expect(problems()).toEqual([]);
  expect(changes).toEqual([]);
});

test("createZoneLoader() rejects with the issues of all bad files when they have no copy", async () => {
  await put("a.yaml", zoneText("a.example.", "127.0.0.11"));
  await put("b.yaml", "zone: b.example.\nrecords: [\n");
  await put("c.yaml", zoneText("c.example.", "nonsense"));
  const error = await start().catch((reason) => reason);
  expect(error).toMatchObject({ name: "ZoneLoadError" });
  const files = new Set(error.issues.map((issue: { file: string }) => issue.file));
  expect(files).toEqual(new Set([join(zones, "b.yaml"), join(zones, "c.yaml")]));
  expect(error.message).toMatch(/c\.yaml:4:\d+: error: /);
});

test("createZoneLoader() rejects for a folder that is not there", async () => {
  await rm(zones, { recursive: true });
  await expect(start()).rejects.toThrow(/ error: No such folder$/m);
});

test("a file renamed into place is served, and a bad one after it changes nothing", async () => {
  await put("a.yaml", zoneText("a.example.", "127.0.0.11"));
  await start();
  await put("a.yaml", zoneText("a.example.", "127.0.0.12"));
  await vi.waitFor(() => expect(holds(find("a.example."), "127.0.0.12")).toBe(true), WAIT);
  expect(changes).toEqual(["a.example."]);

  const good = find("a.example.");
  for (const [text, reason] of [
    ["", /a\.yaml:1:1: error/],
    ["zone: a.example.\nrecords:\n  www: { type: A, valeu: 127.0.0.13 }\n", /valeu.*value/s],
  ] as const) {
    await put("a.yaml", text);
    await vi.waitFor(() => {
      expect(warnings.at(-1)?.fields.issues).toMatch(reason);
    }, WAIT);
    expect(find("a.example.")).toBe(good);
    expect(loader?.problems()).toMatchObject([{ kind: "refused", zone: "a.example." }]);
  }

  await put("a.yaml", zoneText("a.example.", "127.0.0.12"));
  await vi.waitFor(() => expect(loader?.problems()).toEqual([]), WAIT);
  expect(find("a.example.")).toBe(good);
});

test("a deleted file's zone stays until a restart, and returns with the file", async () => {
  const path = await put("a.yaml", zoneText("a.example.", "127.0.0.11"));
  await put("b.yaml", zoneText("b.example.", "127.0.0.12"));
  await start();
  await rm(path);
  await vi.waitFor(() => expect(loader?.problems()).toMatchObject([{ kind: "gone" }]), WAIT);
  expect(find("a.example.")).toBeDefined();
  await put("a.yaml", zoneText("a.example.", "127.0.0.11"));
  await vi.waitFor(() => expect(loader?.problems()).toEqual([]), WAIT);

  await rm(path);
  await stop();
  await start();
  expect(find("a.example.")).toBeUndefined();
  expect(await readdir(join(state, "zones"))).toEqual(["b.yaml"]);
});

test("two files for one zone are an error that names both, and replace nothing", async () => {
  await put("a.yaml", zoneText("a.example.", "127.0.0.11"));
  await start();
  const before = find("a.example.");
  await put("b.yaml", zoneText("a.example.", "127.0.0.12"));
  const result = await loader?.reload();
  expect(result?.changed).toEqual([]);
  expect(result?.problems.map((problem) => problem.issues[0]?.message)).toEqual([
    expect.stringContaining(join(zones, "b.yaml")),
    expect.stringContaining(join(zones, "a.yaml")),
  ]);
  expect(find("a.example.")).toBe(before);

  await stop();
  await start();
  expect(holds(find("a.example."), "127.0.0.11")).toBe(true);
  expect(loader?.problems()).toHaveLength(2);
});

test("two files for one zone fail a start without copies", async () => {
  await put("a.yaml", zoneText("a.example.", "127.0.0.11"));
  await put("b.yaml", zoneText("a.example.", "127.0.0.12"));
  await expect(start()).rejects.toThrow(/a\.example\. is also defined in .*b\.yaml/);
});

test("a file that is broken at start is served from its last good copy, loudly", async () => {
  const path = await put("a.yaml", zoneText("a.example.", "127.0.0.11"));
  await start();
  const serial = find("a.example.")?.prepared.zone.serial;
  await stop();
  await writeFile(path, "zone: [");
  await start();
  expect(find("a.example.")).toMatchObject({ origin: "copy" });
  expect(find("a.example.")?.prepared.zone.serial).toBe(serial);
  expect(holds(find("a.example."), "127.0.0.11")).toBe(true);
  expect(warnings.map(({ fields }) => fields.file)).toEqual([path]);

  await put("a.yaml", zoneText("a.example.", "127.0.0.12"));
  await vi.waitFor(() => expect(find("a.example.")).toMatchObject({ origin: "file" }), WAIT);
  expect(find("a.example.")?.prepared.zone.serial).toBeGreaterThan(serial ?? 0);
});

test("the automatic serial is the file's time and never goes back, over restarts too", async () => {
  const path = await put("a.yaml", zoneText("a.example.", "127.0.0.11"));
  await utimes(path, 1_700_000_000, 1_700_000_000);
  await start();
  expect(find("a.example.")?.prepared.zone.serial).toBe(1_700_000_000);
  await put("a.yaml", zoneText("a.example.", "127.0.0.12"));
  await utimes(path, 1_600_000_000, 1_600_000_000);
  await loader?.reload();
  expect(find("a.example.")?.prepared.zone.serial).toBeGreaterThan(1_700_000_000);
  const serial = find("a.example.")?.prepared.zone.serial;
  await stop();
  await start();
  expect(find("a.example.")?.prepared.zone.serial).toBe(serial);
  await put("b.yaml", zoneText("a.example.", "127.0.0.13"));
  await utimes(join(zones, "b.yaml"), 1_600_000_000, 1_600_000_000);
  await rm(path);
  await loader?.reload();
  expect(find("a.example.")).toMatchObject({ file: join(zones, "b.yaml") });
  expect(find("a.example.")?.prepared.zone.serial).toBeGreaterThan(serial ?? 0);
});

test("reload() reads at once what is written in place, and tells what stays bad", async () => {
  const path = await put("a.yaml", zoneText("a.example.", "127.0.0.11"));
  await start();
  await writeFile(path, zoneText("a.example.", "127.0.0.12"));
  const result = await loader?.reload();
  expect(result?.changed.map((zone) => zone.name)).toEqual(["a.example."]);
  expect((await loader?.reload())?.changed).toEqual([]);
  await writeFile(path, "");
  expect((await loader?.reload())?.problems).toMatchObject([{ kind: "refused", file: path }]);
  expect((await loader?.reload())?.problems).toHaveLength(1);
});

test("reload() keeps everything when the folder is gone", async () => {
  await put("a.yaml", zoneText("a.example.", "127.0.0.11"));
  await start();
  await rename(zones, `${zones}.away`);
  const result = await loader?.reload({ remove: ["a.example."] });
  expect(result?.problems).toMatchObject([{ kind: "folder" }]);
  expect(result?.kept[0]?.reason).toContain("cannot be read");
  expect(find("a.example.")).toBeDefined();
  await rename(`${zones}.away`, zones);
  expect((await loader?.reload())?.problems).toEqual([]);
});

test("a state folder that cannot be written is told, and keeps nobody from serving", async () => {
  await writeFile(state, "a plain file");
  await put("a.yaml", zoneText("a.example.", "127.0.0.11"));
  await start();
  expect(find("a.example.")).toBeDefined();
  await vi.waitFor(() => expect(loader?.copies()).toMatchObject({ failures: 1 }), WAIT);
});

test("an alias bomb is refused and the next file loads", async () => {
  const levels = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"];
  for (let i = 1; i < 12; i++) {
    levels.push(
      `a${i}: &a${i} [${Array(9)
        .fill(`*a${i - 1}`)
        .join(", ")}]`,
    );
  }
  await put("bomb.yaml", levels.join("\n"));
  await put("a.yaml", zoneText("a.example.", "127.0.0.11"));
  const report = await readZones({ kind: "folder", path: zones }, geo, workerModule);
  expect(report.zones.map((zone) => zone.name)).toEqual(["a.example."]);
  expect(report.issues.filter((issue) => issue.severity === "error")).not.toEqual([]);
});

test("a file that is not UTF-8 or not a regular file is refused by its name", async () => {
  const path = join(zones, "a.yaml");
  await writeFile(path, Buffer.from([0x7a, 0xff, 0xfe]));
  await mkdir(join(zones, "b.yaml"));
  const { issues } = await readZones({ kind: "folder", path: zones }, geo, workerModule);
  expect(issues).toMatchObject([
    { file: path, line: 1, column: 2, message: expect.stringContaining("it is not UTF-8 text") },
    { file: join(zones, "b.yaml"), message: "Not read: it is a directory, not a regular file" },
  ]);
});

test("a file whose worker dies is an error of that file, and the others load", async () => {
  const bad = await put("bad.yaml", zoneText("bad.example.", "127.0.0.11"));
  await put("good.yaml", zoneText("good.example.", "127.0.0.12"));
  const program = `
    import { parentPort, workerData } from "node:worker_threads";
    import { loadZoneFile } from ${JSON.stringify(new URL("load-zone-file.js", workerModule).href)};
    parentPort.on("message", (job) => {
      if (job.file.endsWith("bad.yaml")) throw new Error("a bug");
      parentPort.postMessage(loadZoneFile(job, workerData));
    });
  `;
  const module = new URL(`data:text/javascript,${encodeURIComponent(program)}`);
  const report = await readZones({ kind: "folder", path: zones }, geo, module);
  expect(report.zones.map((zone) => zone.name)).toEqual(["good.example."]);
  expect(report.issues).toContainEqual(
    expect.objectContaining({ file: bad, severity: "error", message: "Loading failed: a bug" }),
  );
});

test("setGeo() prepares the zones that ask where clients are again, and nothing else of them changes", async () => {
  await put("plain.yaml", zoneText("plain.example.", "192.0.2.1"));
  const file = await put("geo.yaml", geoZone("192.0.2.2"));
  await start();
  const [plain, before] = [find("plain.example."), find("geo.example.")];
  expect(classOf(before, "20.0.0.1")).toBe(1);

  const german = geoTable({ "20.0.0.0/8": "EU-DE" });
  await loader!.setGeo({ table: german, version: 2 });
  const after = find("geo.example.");
  expect(changes).toEqual(["geo.example."]);
  expect(find("plain.example.")).toBe(plain);
  expect(classOf(after, "20.0.0.1")).toBe(0);
  expect(classOf(after, "30.0.0.1")).toBe(1);
  expect(after?.prepared.zone).toEqual(before?.prepared.zone);
  expect(after?.prepared.maps[0]?.key).not.toBe(before?.prepared.maps[0]?.key);
  // The data plane reads the old segment until the new one is published.
  expect(after?.prepared.compiled.segment).not.toBe(before?.prepared.compiled.segment);
  expect(new Uint8Array(after!.prepared.compiled.segment)).toEqual(
    new Uint8Array(before!.prepared.compiled.segment),
  );

  // What is loaded from now on, and what stays because its file has gone bad, are under the new data, too.
  await put("geo.yaml", geoZone("192.0.2.3"));
  await vi.waitFor(() => expect(holds(find("geo.example."), "192.0.2.3")).toBe(true), WAIT);
  expect(classOf(find("geo.example."), "20.0.0.1")).toBe(0);
  await writeFile(file, "zone: [");
  await vi.waitFor(() => expect(loader?.problems()).toHaveLength(1), WAIT);
  await loader!.setGeo({ table: geoTable({ "30.0.0.0/8": "EU-DE" }), version: 3 });
  expect(classOf(find("geo.example."), "20.0.0.1")).toBe(1);
  expect(holds(find("geo.example."), "192.0.2.3")).toBe(true);
});

function geoZone(address: string): string {
  return `
zone: geo.example.
soa: { mname: ns1.example.net. }
datacenters: { fra: { coords: [50, 8] }, iad: { coords: [39, -77] } }
records:
  www: { type: A, value: ${address} }
  near:
    type: A
    dynamic:
      pools:
        eu: { values: [192.0.2.101] }
        us: { values: [192.0.2.102] }
      rules:
        - { geos: [EU], pool: eu }
        - { pool: us }
`;
}

/** By the first location map of a zone. */
function classOf(zone: LoadedZone | undefined, client: string): number {
  const key = createKeyOf(parseAddress(client)!);
  return new LocationMap(zone!.prepared.maps[0]!.map).classify(key, key);
}

test("copies that could not be written are tried again, with the serial that is served", async () => {
  await put("a.yaml", zoneText("a.example.", "127.0.0.11"));
  await put("b.yaml", zoneText("b.example.", "127.0.0.12"));
  const bad = await put("bad.yaml", zoneText("bad.example.", "127.0.0.13"));
  // A plain file where the folder should be: an error for everybody, root included.
  await mkdir(state);
  const copies = join(state, "zones");
  await writeFile(copies, "");
  const { problems, copies: tell } = await start(50);
  await vi.waitFor(() => expect(tell().failures).toBeGreaterThan(3), WAIT);
  expect(tell().problem).toBeDefined();
  // What is not served any more has no copy, whatever it was before.
  await put("bad.yaml", "nonsense");
  await vi.waitFor(() => expect(problems().map(({ file }) => file)).toEqual([bad]), WAIT);

  await rm(copies);
  await vi.waitFor(async () => expect(await readdir(copies)).toEqual(["a.yaml", "b.yaml"]), WAIT);
  expect(tell().problem).toBeDefined();
  await put("bad.yaml", zoneText("bad.example.", "127.0.0.13"));
  await vi.waitFor(() => expect(tell().problem).toBeUndefined(), WAIT);
  expect(await readdir(copies)).toEqual(["a.yaml", "b.yaml", "bad.yaml"]);
  expect(changes).toEqual([]);
  const { mtimeMs } = await stat(join(copies, "a.yaml"));
  expect(mtimeMs / 1000).toBe(find("a.example.")?.prepared.zone.serial);
});

test("copies of files that are gone, and whose zones are served from others, are not missing", async () => {
  await put("a.yaml", zoneText("a.example.", "127.0.0.11"));
  await put("b.yaml", zoneText("b.example.", "127.0.0.12"));
  await mkdir(state);
  const copies = join(state, "zones");
  await writeFile(copies, "");
  const { copies: tell, reload } = await start(50);
  await vi.waitFor(() => expect(tell().failures).toBeGreaterThan(2), WAIT);
  await rename(join(zones, "a.yaml"), join(zones, "moved.yaml"));
  await reload();
  expect(find("a.example.")?.file).toBe(join(zones, "moved.yaml"));
  await rm(copies);
  await vi.waitFor(() => expect(tell().problem).toBeUndefined(), WAIT);
  expect(await readdir(copies)).toEqual(["b.yaml", "moved.yaml"]);
});
