import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createFakeClock, type FakeClock } from "../../test/support/fake-clock.ts";
import {
  buildHere,
  createFakePrimary,
  FAKE_ZONE,
  type FakePrimary,
} from "../../test/support/fake-primary.ts";
import { until } from "../../test/support/until.ts";
import { wireName } from "../../test/support/zone-transfer.ts";
import { ExpiryTable } from "../image/expiry-table.ts";
import { listRRsets } from "../image/list-rrsets.ts";
import { isUnavailable, prepareUnavailable } from "../loader/prepare-static.ts";
import type { PreparedZone } from "../loader/prepare-zone.ts";
import type { LogFields } from "../log/log.ts";
import { Secondaries } from "./secondaries.ts";

const TIMES = { refresh: 100, retry: 10, expire: 1000 };
const PRIMARY = "192.0.2.1";

let folder: string;
let clock: FakeClock;
let primary: FakePrimary;
let served: PreparedZone[];
let warnings: string[];
let wall: number;
let secondaries: Secondaries;
/** Zones are taken up from the state folder when it is called. */
let holdRestore: (() => Promise<void>) | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "rondo-secondaries-"));
  primary = createFakePrimary();
  primary.versions.set(PRIMARY, { serial: 1, times: TIMES });
  wall = 1_700_000_000;
  warnings = [];
  holdRestore = undefined;
  run();
});

afterEach(async () => {
  await secondaries.close();
  rmSync(folder, { recursive: true, force: true });
});

/** As a process that has just started. */
function run(): void {
  clock = createFakeClock();
  served = [];
  const warn = (fields: LogFields, message: string): void => {
    warnings.push(fields.problem === undefined ? message : `${message}: ${fields.problem}`);
  };
  secondaries = new Secondaries({
    stateDirectory: folder,
    client: primary,
    build: async (job) => {
      if (job.kind === "restore") await holdRestore?.();
      return buildHere(job);
    },
    expiries: new ExpiryTable(new SharedArrayBuffer(64)),
    serve: (prepared) => served.push(prepared),
    clock,
    wallSeconds: () => wall + Math.floor(clock.now() / 1000),
    random: () => 0,
    log: { debug() {}, info() {}, warn, error: warn },
  });
}

function zone(name = FAKE_ZONE, isSecondary = true): PreparedZone {
  const none = { rrsets: [], steered: [], pools: [], datacenters: [], networks: [] };
  return prepareUnavailable({
    apex: wireName(name),
    ...none,
    serial: 0,
    negativeTtl: 0,
    secondary: isSecondary
      ? { primaries: [{ address: PRIMARY, port: 53 }], key: undefined }
      : undefined,
  });
}

async function settle(): Promise<void> {
  clock.advance(0);
  for (let i = 0; i < 20; i++) await new Promise((resolve) => setImmediate(resolve));
}

const FILE = (): string => join(folder, "secondary", "example.net.state");

/** Transfers the zone, then stops. */
async function keepZone(): Promise<void> {
  await secondaries.open([zone()], false);
  await settle();
  expect(served.map((one) => one.zone.serial)).toEqual([1]);
  await secondaries.close();
  primary.versions.clear();
  primary.asked.length = 0;
}

test("a zone of an earlier run is served at once, and asked for", async () => {
  await keepZone();
  run();
  await secondaries.open([zone()], false);
  const presented = secondaries.present(zone());
  expect(isUnavailable(presented)).toBe(false);
  expect(presented.zone).toMatchObject({ serial: 1, negativeTtl: 60 });
  expect(secondaries.lookAt(zone()).compiled.records).toBe(2);
  await settle();
  expect(primary.asked).toEqual([`SOA ${PRIMARY}`]);
  expect(secondaries.report()).toMatchObject([{ zone: FAKE_ZONE, state: "current", serial: 1 }]);
});

/** As after a restart whose zones are taken up when the returned function is called. */
function runHeld(): () => void {
  run();
  let release: () => void = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  holdRestore = () => released;
  return release;
}

test("a start does not wait for a zone for long, which takes its place when it has been taken up", async () => {
  await keepZone();
  const release = runHeld();
  let isOpen = false;
  const opening = secondaries.open([zone()], false).then(() => {
    isOpen = true;
  });
  // The file has been looked at.
  await until(() => clock.pendingTimers() === 1);
  clock.advance(2999);
  await settle();
  expect(isOpen).toBe(false);
  clock.advance(1);
  await opening;
  expect(isUnavailable(secondaries.present(zone()))).toBe(true);
  expect(secondaries.report()).toMatchObject([{ state: "restoring", nextAt: undefined }]);
  // It would be transferred whole, and what was kept would take its place.
  secondaries.refresh();
  expect(secondaries.find(FAKE_ZONE)!.notify(2, PRIMARY)).toBe("news");
  await settle();
  expect(primary.asked).toEqual([]);
  primary.versions.set(PRIMARY, { serial: 1, times: TIMES });
  release();
  await settle();
  await settle();
  expect(served.map((one) => one.zone.serial)).toEqual([1]);
  expect(primary.asked).toEqual([`SOA ${PRIMARY}`]);
  expect(secondaries.report()).toMatchObject([{ state: "current" }]);
});

test("a start does not wait for a large zone at all, unless it is asked to", async () => {
  await keepZone();
  const octets = readFileSync(FILE());
  truncateSync(FILE(), 5 << 20);
  const release = runHeld();
  await secondaries.open([zone()], false);
  expect(secondaries.report()).toMatchObject([{ state: "restoring" }]);
  await secondaries.close();

  writeFileSync(FILE(), octets);
  truncateSync(FILE(), 5 << 20);
  release();
  const releaseAgain = runHeld();
  let isOpen = false;
  const opening = secondaries.open([zone()], true).then(() => {
    isOpen = true;
  });
  await settle();
  clock.advance(100_000);
  await settle();
  expect(isOpen).toBe(false);
  writeFileSync(FILE(), octets);
  releaseAgain();
  await opening;
  expect(isUnavailable(secondaries.present(zone()))).toBe(false);
  // Whoever waits serves it.
  expect(served).toEqual([]);
});

test("a stop while zones are being taken up says nothing against what was kept of them", async () => {
  await keepZone();
  writeFileSync(FILE(), "damaged");
  const release = runHeld();
  const opening = secondaries.open([zone()], true);
  await settle();
  await secondaries.close();
  release();
  await opening;
  expect(warnings).toEqual([]);
  expect(primary.asked).toEqual([]);
});

test("a zone that has expired meanwhile is not served, and one that was confirmed before is", async () => {
  await keepZone();
  wall += 1000;
  run();
  await secondaries.open([zone()], false);
  expect(isUnavailable(secondaries.present(zone()))).toBe(true);
  expect(secondaries.report()).toMatchObject([{ state: "expired", serial: 1 }]);
  await secondaries.close();

  utimesSync(FILE(), wall - 500, wall - 500);
  run();
  await secondaries.open([zone()], false);
  expect(secondaries.report()).toMatchObject([
    { state: "current", confirmedAt: (wall - 500) * 1000, expiresAt: (wall + 500) * 1000 },
  ]);
});

test("a clock that went back makes no zone older, and none younger than just confirmed", async () => {
  await keepZone();
  wall -= 1_000_000;
  run();
  await secondaries.open([zone()], false);
  expect(secondaries.report()).toMatchObject([{ state: "current", confirmedAt: wall * 1000 }]);
});

test("a confirmation is noted in the state folder", async () => {
  await secondaries.open([zone()], false);
  await settle();
  clock.advance(100_000);
  await settle();
  await until(() => statSync(FILE()).mtimeMs / 1000 === wall + 100);
});

test.for<[string, (octets: Buffer) => Buffer, RegExp]>([
  ["torn", (octets) => octets.subarray(0, octets.length - 1), /it is damaged/],
  ["empty", () => Buffer.alloc(0), /not of this version/],
  ["of another format", () => Buffer.from("rondo secondary zone 9\n"), /not of this version/],
  [
    "changed",
    (octets) => Buffer.from(octets.map((one, i) => (i === 60 ? one ^ 1 : one))),
    /damaged/,
  ],
])("a state file that is %s is ignored with a warning", async ([, change, reason]) => {
  await keepZone();
  writeFileSync(FILE(), change(readFileSync(FILE())));
  run();
  await secondaries.open([zone()], false);
  expect(isUnavailable(secondaries.present(zone()))).toBe(true);
  expect(warnings).toEqual([expect.stringMatching(reason)]);
  primary.versions.set(PRIMARY, { serial: 1, times: TIMES });
  await settle();
  expect(primary.asked).toEqual([`SOA ${PRIMARY}`, `AXFR ${PRIMARY}`]);
  expect(served).toHaveLength(1);
});

test("changes to what is no longer in the state folder are replaced by the whole zone", async () => {
  await secondaries.open([zone()], false);
  await settle();
  rmSync(FILE());
  primary.versions.set(PRIMARY, { serial: 2, times: TIMES });
  secondaries.refresh();
  clock.advance(1000);
  await settle();
  expect(primary.asked.slice(2)).toEqual([
    `SOA ${PRIMARY}`,
    `IXFR ${PRIMARY} from 1`,
    `AXFR ${PRIMARY}`,
  ]);
  expect(served.at(-1)!.zone.serial).toBe(2);
});

test("a zone that cannot be kept is served all the same, and transferred whole each time", async () => {
  // Where a folder is wanted there is a file.
  writeFileSync(join(folder, "secondary"), "");
  await secondaries.open([zone()], false);
  await settle();
  expect(served).toHaveLength(1);
  expect(warnings).toEqual([expect.stringMatching(/^Cannot keep the zone/)]);
  primary.versions.set(PRIMARY, { serial: 2, times: TIMES });
  clock.advance(100_000);
  await settle();
  expect(primary.asked.slice(2)).toEqual([`SOA ${PRIMARY}`, `AXFR ${PRIMARY}`]);

  // Once there is room for it, it is kept, without another transfer.
  rmSync(join(folder, "secondary"));
  clock.advance(100_000);
  await settle();
  expect(primary.asked.slice(4)).toEqual([`SOA ${PRIMARY}`]);
  expect(statSync(FILE()).mtimeMs / 1000).toBe(wall + 200);
  await secondaries.close();
  const before = served.at(-1)!;
  run();
  await secondaries.open([zone()], true);
  const restored = secondaries.present(zone());
  expect(restored.zone.serial).toBe(2);
  expect(listRRsets(restored.compiled.segment, restored.zone.apex)).toEqual(
    listRRsets(before.compiled.segment, before.zone.apex),
  );
  primary.versions.set(PRIMARY, { serial: 3, times: TIMES });
  primary.asked.length = 0;
  await settle();
  expect(primary.asked).toContain(`IXFR ${PRIMARY} from 2`);
});

test("drop() forgets a zone and what was kept of it; present() does for one that has records now", async () => {
  await secondaries.open([zone()], false);
  await settle();
  expect(existsSync(FILE())).toBe(true);
  await secondaries.drop(FAKE_ZONE);
  expect(existsSync(FILE())).toBe(false);
  expect(secondaries.find(FAKE_ZONE)).toBeUndefined();

  secondaries.present(zone());
  clock.advance(0);
  await settle();
  expect(existsSync(FILE())).toBe(true);
  const plain = zone(FAKE_ZONE, false);
  expect(secondaries.present(plain)).toBe(plain);
  expect(secondaries.find(FAKE_ZONE)).toBeUndefined();
  await until(() => !existsSync(FILE()));
});

test("forgetOthers() removes what was kept of zones that are no more", async () => {
  await secondaries.open([zone()], false);
  await settle();
  for (const name of [
    "example.org.state",
    "example.org.state.new",
    `example.net.state.${process.pid}.new`,
  ]) {
    writeFileSync(join(folder, "secondary", name), "");
  }
  await secondaries.forgetOthers();
  expect(readdirSync(join(folder, "secondary")).sort()).toEqual([
    "example.net.state",
    // Somebody may be writing it.
    `example.net.state.${process.pid}.new`,
  ]);
});

test("zones with names that are none of a file have a file each", async () => {
  const names = [
    "a/b.example.",
    "\\.\\./x.example.",
    "*.example.",
    ".",
    `${"a".repeat(63)}.`.repeat(3),
  ];
  const zones = names.map((name) => zone(name));
  await secondaries.open(zones, false);
  await settle();
  expect(secondaries.report()).toHaveLength(names.length);
});

test("zones with a primary that does not answer do not all wait for it", async () => {
  const good = "192.0.2.2";
  primary.versions.clear();
  primary.versions.set(good, { serial: 1, times: TIMES });
  let release: () => void = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  primary.transfer = async () => {
    await released;
    return { kind: "failed", reason: "enough", isWholeWanted: false };
  };
  const names = Array.from({ length: 50 }, (_, i) => `z${i}.example.`);
  const primaries = [PRIMARY, good].map((address) => ({ address, port: 53 }));
  await secondaries.open(
    names.map((name) => {
      const prepared = zone(name);
      return { ...prepared, zone: { ...prepared.zone, secondary: { primaries, key: undefined } } };
    }),
    false,
  );
  await settle();
  const count = (what: string): number => primary.asked.filter((one) => one === what).length;
  // As many as may be asked of one at a time, before it is known.
  expect(count(`SOA ${PRIMARY}`)).toBe(8);
  expect(count(`SOA ${good}`)).toBe(50);
  release();
});

test("zones with a primary that does not take their key go to the next, zones with another key do not", async () => {
  const good = "192.0.2.2";
  primary.versions.set(good, { serial: 1, times: TIMES });
  const asked: string[] = [];
  let release: () => void = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  primary.transfer = async () => {
    await released;
    return { kind: "failed", reason: "enough", isWholeWanted: false };
  };
  primary.askSerial = async ({ primary: { address }, key }) => {
    asked.push(`${address} ${key}`);
    return key === "wrong." && address === PRIMARY
      ? { kind: "failed", reason: "BADKEY", isUntrusted: true }
      : { kind: "serial", serial: 1, expire: undefined };
  };
  const primaries = [PRIMARY, good].map((address) => ({ address, port: 53 }));
  const keys = Array.from({ length: 60 }, (_, i) => (i < 50 ? "wrong." : "right."));
  await secondaries.open(
    keys.map((key, i) => {
      const prepared = zone(`z${i}.example.`);
      return { ...prepared, zone: { ...prepared.zone, secondary: { primaries, key } } };
    }),
    false,
  );
  await settle();
  await until(() => asked.length >= 68);
  const count = (what: string): number => asked.filter((one) => one === what).length;
  expect(count(`${PRIMARY} wrong.`)).toBe(8);
  expect(count(`${good} wrong.`)).toBe(50);
  expect(count(`${PRIMARY} right.`)).toBe(10);
  release();
});

test("a primary that did not answer is asked all the same if there is no other", async () => {
  primary.versions.clear();
  await secondaries.open([zone()], false);
  await settle();
  for (let seconds = 0; seconds < 10; seconds++) {
    clock.advance(1000);
    await settle();
  }
  expect(primary.asked.length).toBeGreaterThan(2);
});

test("a zone that is dropped and comes back at once keeps what it is transferred anew", async () => {
  let release: () => void = () => {};
  primary.hold = () =>
    new Promise((resolve) => {
      release = resolve;
    });
  await secondaries.open([zone()], false);
  await settle();
  const dropped = secondaries.drop(FAKE_ZONE);
  primary.hold = undefined;
  secondaries.present(zone());
  await settle();
  expect(existsSync(FILE())).toBe(true);
  release();
  await dropped;
  expect(existsSync(FILE())).toBe(true);
});
