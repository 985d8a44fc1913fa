import { chmod, mkdir, mkdtemp, readFile, rename, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { combineDatabases } from "../geo/combine-databases.ts";
import { listRRsets } from "../image/list-rrsets.ts";
import { silentLog } from "../log/log.ts";
import { formatRdata } from "../rdata/format-rdata.ts";
import { createZoneLoader, type ZoneLoader } from "./zones.ts";

const workerModule = pathToFileURL(
  resolve(import.meta.dirname, "../../dist/loader/load-worker.js"),
);
const WAIT = { timeout: 30_000, interval: 20 };
const TYPE_TXT = 16;

let folder: string;
let zones: string;
let loader: ZoneLoader | undefined;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "rondo-zone-parts-"));
  zones = join(folder, "zones");
  await mkdir(zones);
});
afterEach(async () => {
  await stop();
  await rm(folder, { recursive: true });
});

async function put(name: string, text: string): Promise<void> {
  const path = join(zones, name);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(`${path}.new`, text);
  await chmod(`${path}.new`, 0o644);
  await rename(`${path}.new`, path);
}

async function start(): Promise<ZoneLoader> {
  loader = await createZoneLoader({
    source: { kind: "folder", path: zones },
    stateDirectory: join(folder, "state"),
    log: silentLog,
    geo: { table: combineDatabases([]), version: 1 },
    workerModule,
    onChange: () => {},
  });
  return loader;
}

async function stop(): Promise<void> {
  await loader?.close();
  loader = undefined;
}

/** The texts of all TXT records of a zone, in order. */
function textsOf(name: string): string[] {
  const zone = loader?.zones().find((one) => one.name === name)?.prepared;
  if (zone === undefined) return [];
  return [...listRRsets(zone.compiled.segment, zone.zone.apex)]
    .filter(({ type }) => type === TYPE_TXT)
    .flatMap(({ rdata }) => rdata.map((octets) => formatRdata(TYPE_TXT, octets)))
    .sort();
}

function problems(): string[] {
  return (loader?.problems() ?? []).flatMap(({ kind, issues }) =>
    issues.map(
      ({ file, line, message }) => `${kind} ${file.slice(zones.length + 1)}:${line}: ${message}`,
    ),
  );
}

const MASTER =
  "$TTL 3600\n@ SOA ns1 hm 1 2 3 4 5\n@ NS ns1\n@ NS ns2\nns1 A 192.0.2.1\nns2 A 192.0.2.2\n";
const YAML = "zone: y.example.\nimport: inc/y.db\n";

it("a change of an included file is one of the zone, and a bad one changes nothing", async () => {
  await put("m.example.zone", `${MASTER}$INCLUDE inc/a.db\n`);
  await put("inc/a.db", 'a TXT "1"\n');
  await start();
  expect(textsOf("m.example.")).toEqual(['"1"']);
  await put("inc/a.db", 'a TXT "2"\n');
  await vi.waitFor(() => expect(textsOf("m.example.")).toEqual(['"2"']), WAIT);
  await put("inc/a.db", "\na TXT\n");
  await vi.waitFor(
    () =>
      expect(problems()).toEqual([
        'refused inc/a.db:2: the line ends too soon: expected text, like "v=spf1 -all"',
      ]),
    WAIT,
  );
  expect(textsOf("m.example.")).toEqual(['"2"']);
  await put("inc/a.db", 'a TXT "3"\n');
  await vi.waitFor(() => expect(textsOf("m.example.")).toEqual(['"3"']), WAIT);
  expect(problems()).toEqual([]);
});

it("a file that is missing is waited for, in folders that are not there yet", async () => {
  await put("m.example.zone", MASTER);
  await start();
  await put("m.example.zone", `${MASTER}$INCLUDE inc/deep/a.db\n`);
  await vi.waitFor(
    () => expect(problems()[0]).toContain("cannot be included: there is no file"),
    WAIT,
  );
  await put("inc/deep/a.db", 'a TXT "1"\n');
  await loader?.reload();
  expect(textsOf("m.example.")).toEqual(['"1"']);
  await put("inc/deep/a.db", 'a TXT "2"\n');
  await vi.waitFor(() => expect(textsOf("m.example.")).toEqual(['"2"']), WAIT);
});

it("one that all zones draw in changes all of them, and one more that comes to do so", async () => {
  const zone = (name: string): Promise<void> =>
    put(`${name}.example.zone`, `${MASTER}$INCLUDE common.db\n`);
  await zone("a");
  await zone("b");
  await put("common.db", 'x TXT "1"\n');
  await start();
  await put("common.db", 'x TXT "2"\n');
  await vi.waitFor(() => {
    expect(textsOf("a.example.")).toEqual(['"2"']);
    expect(textsOf("b.example.")).toEqual(['"2"']);
  }, WAIT);
  await zone("c");
  await vi.waitFor(() => expect(textsOf("c.example.")).toEqual(['"2"']), WAIT);
});

it("a file that is written in place is read when it is whole", async () => {
  await put("m.example.zone", `${MASTER}$INCLUDE a.db\n`);
  await put("a.db", 'a TXT "1"\n');
  await start();
  await writeFile(join(zones, "a.db"), 'a TXT "2"\n');
  // The zone file itself may come meanwhile: what it draws in is not whole yet.
  await put("m.example.zone", `${MASTER}$INCLUDE a.db\n; changed\n`);
  await writeFile(join(zones, "a.db"), 'a TXT "2"\nb TXT "3"\n');
  await vi.waitFor(() => expect(textsOf("m.example.")).toEqual(['"2"', '"3"']), WAIT);
});

it("a restart with a broken part comes up from the copy, which has all of it", async () => {
  await put("m.example.zone", `${MASTER}$INCLUDE inc/a.db\n`);
  await put("inc/a.db", 'a TXT "1"\n$INCLUDE b.db\n');
  await put("inc/b.db", 'b TXT "2"\n');
  await put("y.example.yaml", YAML);
  await put("inc/y.db", 'y 60 TXT "3"\n$INCLUDE b.db\n');
  await start();
  const serials = loader?.zones().map(({ prepared }) => prepared.zone.serial);
  await stop();
  await put("inc/b.db", "b TXT (\n");
  await rm(join(zones, "inc/y.db"));
  await start();
  expect(textsOf("m.example.")).toEqual(['"1"', '"2"']);
  expect(textsOf("y.example.")).toEqual(['"2"', '"3"']);
  expect(loader?.zones().map(({ origin }) => origin)).toEqual(["copy", "copy"]);
  expect(loader?.zones().map(({ prepared }) => prepared.zone.serial)).toEqual(serials);
  expect(problems().map((problem) => problem.split(" ")[1])).toEqual([
    "inc/b.db:1:",
    "inc/b.db:2:",
    "y.example.yaml:2:",
  ]);
  await put("inc/b.db", 'b TXT "4"\n');
  await vi.waitFor(() => expect(textsOf("m.example.")).toEqual(['"1"', '"4"']), WAIT);
});

it("a restart with the same files keeps the serial, and a change of either file raises it", async () => {
  await put("y.example.yaml", YAML);
  await put("inc/y.db", "@ 60 SOA ns hm 2000000000 2 3 4 5\n");
  const serial = (): number | undefined => loader?.zones()[0]?.prepared.zone.serial;
  await start();
  expect(serial()).toBe(2_000_000_000);
  await stop();
  await utimes(join(zones, "inc/y.db"), new Date(), new Date());
  await start();
  expect(serial()).toBe(2_000_000_000);
  await put("inc/y.db", '@ 60 SOA ns hm 2000000000 2 3 4 5\na 60 TXT "1"\n');
  await vi.waitFor(() => expect(serial()).toBe(2_000_000_001), WAIT);
  await put("y.example.yaml", `${YAML}ttl: 60\n`);
  await vi.waitFor(() => expect(serial()).toBe(2_000_000_002), WAIT);
  await put("inc/y.db", '@ 60 SOA ns hm 2000000009 2 3 4 5\na 60 TXT "1"\n');
  await vi.waitFor(() => expect(serial()).toBe(2_000_000_009), WAIT);
});

it("a master file whose records change without its serial is warned of", async () => {
  const warnings = (): string[] =>
    (loader?.zones() ?? []).flatMap((zone) => zone.warnings.map(({ message }) => message));
  const unnoticed = expect.stringContaining("its serial has not: secondaries");
  await put("m.example.zone", `${MASTER}a TXT "1"\n`);
  await start();
  await put("m.example.zone", `${MASTER}; a comment\na TXT "1"\n`);
  await loader?.reload();
  expect(warnings()).not.toContainEqual(unnoticed);
  await put("m.example.zone", `${MASTER}a TXT "2"\n`);
  await loader?.reload();
  expect(warnings()).toContainEqual(unnoticed);
  await put("m.example.zone", `${MASTER.replace("hm 1", "hm 2")}a TXT "3"\n`);
  await loader?.reload();
  expect(warnings()).not.toContainEqual(unnoticed);
  expect(textsOf("m.example.")).toEqual(['"3"']);
});

it("a master file whose serial goes back is served only by force", async () => {
  await put("m.example.zone", MASTER.replace("hm 1", "hm 9"));
  await start();
  await put("m.example.zone", `${MASTER.replace("hm 1", "hm 8")}a TXT "1"\n`);
  await loader?.reload();
  expect(problems()).toEqual([
    "mass-change m.example.zone:1: the serial would go back from 9 to 8; rondo reload --force serves it all the same",
  ]);
  await loader?.reload({ force: true });
  expect(textsOf("m.example.")).toEqual(['"1"']);
});

it("a copy is one file, and names no path outside of the zones folder", async () => {
  await put("m.example.zone", `${MASTER}$INCLUDE inc/a.db\n`);
  await put("inc/a.db", 'a TXT "1"\n');
  await start();
  await stop();
  const copy = await readFile(join(folder, "state/zones/m.example.zone"), "latin1");
  expect(copy).toContain('"path":"inc/a.db"');
  expect(copy.endsWith(`${MASTER}$INCLUDE inc/a.db\na TXT "1"\n`)).toBe(true);
});

it("a YAML file and a master file of one zone are an error that names both", async () => {
  await put("m.example.zone", MASTER);
  await put("m.example.yaml", "zone: m.example.\nrecords: {}\n");
  const error = await start().catch((reason) => reason);
  expect(error.message).toMatch(/m\.example\.yaml:.*m\.example\.zone/);
  expect(error.message).toMatch(/m\.example\.zone:.*m\.example\.yaml/);
});
