import { mkdtempSync, rmSync } from "node:fs";
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
import { address, wireName } from "../../test/support/zone-transfer.ts";
import { ExpiryTable, readExpire } from "../image/expiry-table.ts";
import { openSegment } from "../image/segment.ts";
import { isUnavailable } from "../loader/prepare-static.ts";
import type { PreparedZone } from "../loader/prepare-zone.ts";
import type { LogFields } from "../log/log.ts";
import type { SecondarySource, Zone } from "../zone/model.ts";
import { SilentPrimaries } from "./silent-primaries.ts";
import { Slots } from "./slots.ts";
import { ZoneRefresher } from "./zone-refresher.ts";

const FIRST = "192.0.2.1";
const SECOND = "192.0.2.2";
const TIMES = { refresh: 100, retry: 10, expire: 1000 };
const WALL = 1_700_000_000;

let folder: string;
let clock: FakeClock;
let primary: FakePrimary;
let served: PreparedZone[];
let lines: string[];
let confirmed: number[];
let expiries: SharedArrayBuffer;
let refresher: ZoneRefresher;
/** What taking a zone into service comes to, beside that it is noted. */
let whenServed: () => void;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "rondo-secondary-"));
  clock = createFakeClock();
  primary = createFakePrimary();
  served = [];
  lines = [];
  confirmed = [];
  expiries = new SharedArrayBuffer(64);
  whenServed = () => {};
  refresher = create();
});

afterEach(async () => {
  await refresher.close();
  rmSync(folder, { recursive: true, force: true });
});

function zoneOf(...addresses: string[]): Zone {
  const secondary: SecondarySource = {
    primaries: addresses.map((one) => ({ address: one, port: 53 })),
    key: undefined,
  };
  const none = { rrsets: [], steered: [], pools: [], datacenters: [], networks: [] };
  return { apex: wireName(FAKE_ZONE), ...none, serial: 0, negativeTtl: 0, secondary };
}

function create(zone = zoneOf(FIRST, SECOND)): ZoneRefresher {
  const note = (level: string) => (fields: LogFields, message: string) => {
    lines.push(`${level} ${message}${fields.problem === undefined ? "" : `: ${fields.problem}`}`);
  };
  return new ZoneRefresher(zone, FAKE_ZONE, join(folder, "zone.state"), {
    clock,
    wallSeconds: () => WALL + Math.floor(clock.now() / 1000),
    random: () => 0,
    client: primary,
    silent: new SilentPrimaries(clock.now),
    questions: new Slots(9, 9),
    transfers: new Slots(9, 9),
    build: buildHere,
    expiries: new ExpiryTable(expiries),
    confirm: async (_, seconds) => void confirmed.push(seconds),
    serve: (prepared) => {
      whenServed();
      served.push(prepared);
    },
    log: { debug: note("debug"), info: note("info"), warn: note("warn"), error: note("error") },
  });
}

/** Lets everything happen that needs no time. */
async function settle(): Promise<void> {
  for (let i = 0; i < 20; i++) await new Promise((resolve) => setImmediate(resolve));
}

async function advance(seconds: number): Promise<void> {
  clock.advance(seconds * 1000);
  await settle();
}

/** The serial of what is served, or why nothing is; and how often it was served anew. */
function state(): string {
  const last = served.at(-1);
  if (last === undefined) return "nothing";
  return `${isUnavailable(last) ? "SERVFAIL" : last.zone.serial} (${served.length})`;
}

async function start(): Promise<void> {
  refresher.start(undefined);
  await advance(0);
}

test("start() transfers a zone that nothing was kept of, and serves it", async () => {
  primary.versions.set(FIRST, { serial: 1, times: TIMES });
  expect(isUnavailable(refresher.takePrepared())).toBe(true);
  await start();
  expect(primary.asked).toEqual([`SOA ${FIRST}`, `AXFR ${FIRST}`]);
  expect(state()).toBe("1 (1)");
  expect(isUnavailable(refresher.takePrepared())).toBe(false);
  expect(refresher.report()).toMatchObject({
    serial: 1,
    state: "current",
    confirmedAt: WALL * 1000,
    expiresAt: (WALL + 1000) * 1000,
    nextAt: (WALL + 100) * 1000,
    lastError: undefined,
    transfers: { whole: 1, incremental: 0 },
  });
});

test("a zone is asked for after its refresh time, and confirmed if nothing is new", async () => {
  primary.versions.set(FIRST, { serial: 1, times: TIMES });
  await start();
  primary.asked.length = 0;
  await advance(99);
  expect(primary.asked).toEqual([]);
  await advance(1);
  expect(primary.asked).toEqual([`SOA ${FIRST}`]);
  expect(state()).toBe("1 (1)");
  expect(confirmed).toEqual([WALL + 100]);
  expect(refresher.report()).toMatchObject({ confirmedAt: (WALL + 100) * 1000 });
});

test("changes are asked for, and applied to what was kept", async () => {
  primary.versions.set(FIRST, { serial: 1, times: TIMES });
  await start();
  const records = [address("new.example.net.", "192.0.2.9")];
  primary.versions.set(FIRST, { serial: 2, times: TIMES, records });
  await advance(100);
  expect(primary.asked.slice(2)).toEqual([`SOA ${FIRST}`, `IXFR ${FIRST} from 1`]);
  expect(state()).toBe("2 (2)");
  expect(served.at(-1)!.compiled.records).toBe(3);
  expect(refresher.report().transfers).toEqual({ whole: 1, incremental: 1 });
});

test("a whole zone in place of changes is taken, too", async () => {
  primary.givesChanges = false;
  primary.versions.set(FIRST, { serial: 1, times: TIMES });
  await start();
  primary.versions.set(FIRST, { serial: 2, times: TIMES });
  await advance(100);
  expect(primary.asked.slice(2)).toEqual([`SOA ${FIRST}`, `IXFR ${FIRST} from 1`]);
  expect(refresher.report().transfers).toEqual({ whole: 2, incremental: 0 });
});

test("the whole zone is asked for where changes are refused, or do not fit", async () => {
  primary.versions.set(FIRST, { serial: 1, times: TIMES });
  await start();
  const refused = { kind: "failed", reason: "the answer is NOTIMP", isWholeWanted: true } as const;
  const ask = primary.transfer;
  primary.transfer = (question, own) =>
    own === undefined ? ask(question, own) : ask(question, own).then(() => refused);
  primary.versions.set(FIRST, { serial: 2, times: TIMES });
  await advance(100);
  expect(primary.asked.slice(3)).toEqual([`IXFR ${FIRST} from 1`, `AXFR ${FIRST}`]);
  expect(state()).toBe("2 (2)");

  primary.transfer = ask;
  const bad = [address("www.example.org.", "192.0.2.9")];
  const good = primary.transfer;
  primary.transfer = (question, own) => {
    primary.versions.set(FIRST, {
      serial: 3,
      times: TIMES,
      records: own === undefined ? [] : bad,
    });
    return good(question, own);
  };
  primary.versions.set(FIRST, { serial: 3, times: TIMES });
  await advance(100);
  expect(primary.asked.slice(-2)).toEqual([`IXFR ${FIRST} from 2`, `AXFR ${FIRST}`]);
  expect(state()).toBe("3 (3)");
});

test("a bad transfer changes nothing, and is told with the reason, once", async () => {
  primary.versions.set(FIRST, { serial: 1, times: TIMES });
  await start();
  const records = [address("www.example.org.", "192.0.2.9")];
  primary.versions.set(FIRST, { serial: 2, times: TIMES, records });
  await advance(100);
  await advance(10);
  expect(state()).toBe("1 (1)");
  const problem = `${FIRST}:53: what it sent is refused: www.example.org. A is not in the zone; ${SECOND}:53: no answer`;
  expect(refresher.report()).toMatchObject({ serial: 1, state: "current", lastError: problem });
  expect(refresher.report().failures).toBe(2);
  expect(lines.filter((line) => line.startsWith("warn"))).toEqual([
    `warn Cannot refresh the zone: ${problem}`,
  ]);
});

test("primaries are asked in order until one helps", async () => {
  primary.versions.set(SECOND, { serial: 1, times: TIMES });
  await start();
  expect(primary.asked).toEqual([`SOA ${FIRST}`, `SOA ${SECOND}`, `AXFR ${SECOND}`]);
  expect(refresher.report().lastError).toBeUndefined();
  expect(refresher.report().failures).toBe(0);
});

test("a primary that is behind is passed over: serials do not go back", async () => {
  primary.versions.set(FIRST, { serial: 5, times: TIMES });
  await start();
  primary.versions.set(FIRST, { serial: 4, times: TIMES });
  primary.versions.set(SECOND, { serial: 6, times: TIMES });
  await advance(100);
  expect(primary.asked.slice(2)).toEqual([
    `SOA ${FIRST}`,
    `SOA ${SECOND}`,
    `IXFR ${SECOND} from 5`,
  ]);
  expect(state()).toBe("6 (2)");
  primary.versions.set(SECOND, { serial: 4, times: TIMES });
  await advance(100);
  expect(refresher.report().lastError).toContain("its serial 4 does not come after ours, 6");
});

test("a transfer of an older version than was announced is not taken", async () => {
  primary.versions.set(FIRST, { serial: 5, times: TIMES });
  await start();
  const older = createFakePrimary();
  older.versions.set(FIRST, { serial: 4 });
  primary.transfer = (question) => older.transfer(question, undefined);
  primary.versions.set(FIRST, { serial: 6, times: TIMES });
  await advance(100);
  expect(state()).toBe("5 (1)");
  expect(refresher.report().lastError).toContain("its serial 4 does not come after ours, 5");
});

test("after a failure it is asked again after the retry time, until it expires: SERVFAIL", async () => {
  primary.versions.set(FIRST, { serial: 1, times: TIMES });
  await start();
  primary.versions.clear();
  await advance(100);
  primary.asked.length = 0;
  await advance(10);
  expect(primary.asked).toEqual([`SOA ${FIRST}`, `SOA ${SECOND}`]);
  for (let at = 110; at < 990; at += 10) await advance(10);
  await advance(9);
  expect(state()).toBe("1 (1)");
  await advance(1);
  expect(state()).toBe("SERVFAIL (2)");
  expect(refresher.report()).toMatchObject({ state: "expired", serial: 1 });
  expect(lines.filter((line) => line.startsWith("error"))).toHaveLength(1);
});

/** For how many seconds those who have the zone from us may keep it, as they are told. */
function told(): number {
  const segment = openSegment(served.at(-1)!.compiled.segment);
  return readExpire(segment, new Uint32Array(expiries), WALL * 1000 + clock.now());
}

test("a zone from another secondary is kept no longer than that one keeps it (RFC 7314)", async () => {
  primary.versions.set(FIRST, { serial: 1, times: TIMES, expire: 300 });
  await start();
  expect(refresher.report()).toMatchObject({
    confirmedAt: WALL * 1000,
    expiresAt: (WALL + 300) * 1000,
  });
  expect(told()).toBe(300);
  primary.versions.clear();
  for (let at = 0; at < 290; at += 10) await advance(10);
  await advance(9);
  expect([state(), told()]).toEqual(["1 (1)", 1]);
  await advance(1);
  expect(state()).toBe("SERVFAIL (2)");
});

test("who confirms a zone prolongs it by as much as it knows, and never shortens it", async () => {
  primary.versions.set(FIRST, { serial: 1, times: TIMES, expire: 900 });
  await start();
  primary.versions.set(FIRST, { serial: 1, times: TIMES, expire: 700 });
  await advance(100);
  expect(told()).toBe(800);
  expect(confirmed).toEqual([WALL - 100]);
  primary.versions.set(FIRST, { serial: 1, times: TIMES, expire: 950 });
  await advance(100);
  expect(told()).toBe(950);
  expect(confirmed.at(-1)).toBe(WALL + 150);
  // One that does not say is a primary itself, as far as anybody knows; and no one has more than the SOA says.
  for (const version of [{ serial: 1 }, { serial: 1, expire: 5000 }]) {
    primary.versions.set(FIRST, { ...version, times: TIMES });
    await advance(100);
    expect(told()).toBe(1000);
  }
  // A new version is as old as it is there.
  primary.versions.set(FIRST, { serial: 2, times: TIMES, expire: 50 });
  await advance(100);
  expect([state(), told()]).toEqual(["2 (2)", 50]);
});

test("what was transferred is told of as long as it is kept, whoever takes it into service anew", async () => {
  primary.versions.set(FIRST, { serial: 1, times: TIMES });
  await start();
  served.push(refresher.takePrepared());
  await advance(60);
  expect(told()).toBe(940);
  await advance(40);
  expect(told()).toBe(1000);
});

test("an expired zone does not come back by one that has no time left itself", async () => {
  primary.versions.set(FIRST, { serial: 1, times: TIMES, expire: 20 });
  await start();
  primary.versions.clear();
  for (let at = 0; at < 100; at += 10) await advance(10);
  primary.versions.set(FIRST, { serial: 1, times: TIMES, expire: 0 });
  await advance(100);
  expect(state()).toBe("SERVFAIL (2)");
  expect(refresher.report()).toMatchObject({ state: "expired" });
  primary.versions.set(FIRST, { serial: 1, times: TIMES, expire: 10 });
  await advance(100);
  expect(state()).toBe("1 (3)");
});

test("a zone that a primary gives less time than its refresh is asked for after the retry time", async () => {
  primary.versions.set(FIRST, { serial: 1, times: TIMES, expire: 101 });
  await start();
  expect(refresher.report()).toMatchObject({ nextAt: (WALL + 100) * 1000 });
  primary.versions.set(FIRST, { serial: 1, times: TIMES, expire: 0 });
  await advance(100);
  expect(refresher.report()).toMatchObject({ state: "current", nextAt: (WALL + 110) * 1000 });
  await advance(10);
  expect(state()).toBe("SERVFAIL (2)");
  expect(refresher.report()).toMatchObject({ nextAt: (WALL + 120) * 1000 });
  // It has heard of its own primary again.
  primary.versions.set(FIRST, { serial: 1, times: TIMES, expire: 1000 });
  await advance(10);
  expect(state()).toBe("1 (3)");
  expect(refresher.report()).toMatchObject({ nextAt: (WALL + 220) * 1000 });
});

test("a primary that leaves a zone less time than its refresh is not the last to be asked (RFC 7314)", async () => {
  primary.versions.set(FIRST, { serial: 1, times: TIMES, expire: 50 });
  primary.versions.set(SECOND, { serial: 1, times: TIMES, expire: 900 });
  await start();
  expect(primary.asked).toEqual([`SOA ${FIRST}`, `AXFR ${FIRST}`, `SOA ${SECOND}`]);
  expect([state(), told()]).toEqual(["1 (1)", 900]);
  expect(refresher.report()).toMatchObject({
    confirmedBy: { address: SECOND },
    nextAt: (WALL + 100) * 1000,
    lastError: undefined,
  });
  // What it has may be newer, too.
  primary.versions.set(SECOND, { serial: 2, times: TIMES });
  for (let at = 0; at < 700; at += 100) await advance(100);
  expect(state()).toBe("1 (1)");
  primary.asked.length = 0;
  await advance(100);
  expect(primary.asked).toEqual([`SOA ${FIRST}`, `SOA ${SECOND}`, `IXFR ${SECOND} from 1`]);
  expect([state(), told()]).toEqual(["2 (2)", 1000]);
});

test("a zone with little time left does not wait for primaries that say nothing", async () => {
  primary.versions.set(FIRST, { serial: 1, times: TIMES, expire: 50 });
  await start();
  expect(primary.asked.slice(2)).toEqual([`SOA ${SECOND}`]);
  expect(refresher.report()).toMatchObject({
    nextAt: (WALL + 10) * 1000,
    lastError: undefined,
    failures: 0,
  });
  primary.asked.length = 0;
  await advance(10);
  expect(primary.asked).toEqual([`SOA ${FIRST}`]);
});

test("retransfer() takes the whole zone once, though its primary leaves it little time", async () => {
  primary.versions.set(FIRST, { serial: 7, times: TIMES });
  await start();
  primary.versions.set(FIRST, { serial: 3, times: TIMES, expire: 50 });
  primary.versions.set(SECOND, { serial: 3, times: TIMES });
  primary.asked.length = 0;
  const done = refresher.retransfer();
  clock.advance(1000);
  expect(await done).toBeUndefined();
  expect(primary.asked).toEqual([`SOA ${FIRST}`, `AXFR ${FIRST}`, `SOA ${SECOND}`]);
  expect([state(), told()]).toEqual(["3 (2)", 1000]);
});

test("an expired zone is served again as soon as a primary confirms it, without a transfer", async () => {
  primary.versions.set(FIRST, { serial: 1, times: TIMES });
  await start();
  primary.versions.clear();
  for (let at = 0; at < 1000; at += 10) await advance(10);
  expect(state()).toBe("SERVFAIL (2)");
  primary.asked.length = 0;
  primary.versions.set(FIRST, { serial: 1, times: TIMES });
  await advance(10);
  expect(primary.asked).toEqual([`SOA ${FIRST}`]);
  expect(state()).toBe("1 (3)");
  expect(refresher.report()).toMatchObject({ state: "current", lastError: undefined });
  expect(lines.at(-1)).toBe("info Zone is refreshed again");
});

test("an expired zone is taken whole from a primary that has begun anew with a lower serial", async () => {
  primary.versions.set(FIRST, { serial: 5, times: TIMES });
  await start();
  primary.versions.set(FIRST, { serial: 4, times: TIMES });
  for (let at = 0; at < 990; at += 10) await advance(10);
  expect(state()).toBe("5 (1)");
  primary.asked.length = 0;
  await advance(10);
  expect(primary.asked).toEqual([`SOA ${FIRST}`, `AXFR ${FIRST}`]);
  expect(served.map((one) => isUnavailable(one))).toEqual([false, true, false]);
  expect(state()).toBe("4 (3)");
  expect(refresher.report()).toMatchObject({ state: "current", serial: 4, lastError: undefined });
});

test("a zone that never came is asked for less and less often", async () => {
  await start();
  const asked: number[] = [];
  for (let second = 1; second <= 70; second++) {
    primary.asked.length = 0;
    await advance(1);
    if (primary.asked.length > 0) asked.push(second);
  }
  expect(asked).toEqual([2, 6, 14, 30, 62]);
  expect(served).toEqual([]);
});

test("notify() brings the question forward, to the one who sent it first", async () => {
  primary.versions.set(FIRST, { serial: 1, times: TIMES });
  await start();
  primary.versions.set(SECOND, { serial: 2, times: TIMES });
  await advance(50);
  primary.asked.length = 0;
  expect(refresher.notify(2, SECOND)).toBe("news");
  await advance(0);
  expect(primary.asked).toEqual([`SOA ${SECOND}`, `IXFR ${SECOND} from 1`]);
  expect(state()).toBe("2 (2)");
});

test("a primary that did not answer a moment ago is asked last, unless it says that it is there", async () => {
  primary.versions.set(SECOND, { serial: 1, times: TIMES });
  await start();
  await advance(50);
  primary.asked.length = 0;
  refresher.refresh();
  await advance(0);
  expect(primary.asked).toEqual([`SOA ${SECOND}`]);
  primary.asked.length = 0;
  primary.versions.set(FIRST, { serial: 2, times: TIMES });
  refresher.notify(2, FIRST);
  await advance(1);
  expect(primary.asked).toEqual([`SOA ${FIRST}`, `IXFR ${FIRST} from 1`]);
});

test("a primary that did not answer is asked first again once that is a minute ago", async () => {
  primary.versions.set(SECOND, { serial: 1, times: TIMES });
  await start();
  primary.versions.set(FIRST, { serial: 1, times: TIMES });
  primary.asked.length = 0;
  await advance(100);
  expect(primary.asked).toEqual([`SOA ${FIRST}`]);
});

test("notify() of what we have does nothing, unless we do not know that we have it", async () => {
  primary.versions.set(FIRST, { serial: 5, times: TIMES });
  await start();
  await advance(50);
  expect(refresher.notify(5, FIRST)).toBe("known");
  expect(refresher.notify(4, FIRST)).toBe("older");
  primary.asked.length = 0;
  await advance(10);
  expect(primary.asked).toEqual([]);
  expect(refresher.notify(undefined, FIRST)).toBe("news");
  await advance(0);
  expect(primary.asked).toEqual([`SOA ${FIRST}`]);
  primary.versions.clear();
  await advance(100);
  expect(refresher.notify(5, FIRST)).toBe("news");
});

test("notify() however often it comes has us ask once at a time, and once a second at most", async () => {
  primary.versions.set(FIRST, { serial: 1, times: TIMES });
  await start();
  await advance(50);
  primary.asked.length = 0;
  let release: () => void = () => {};
  primary.hold = () =>
    new Promise((resolve) => {
      release = resolve;
    });
  for (let i = 0; i < 1000; i++) refresher.notify(9, FIRST);
  await advance(0);
  for (let i = 0; i < 1000; i++) refresher.notify(9, FIRST);
  await settle();
  expect(primary.asked).toEqual([`SOA ${FIRST}`]);
  primary.hold = undefined;
  release();
  await settle();
  for (let i = 0; i < 1000; i++) refresher.notify(9, FIRST);
  await advance(0.9);
  expect(primary.asked).toHaveLength(1);
  await advance(0.1);
  expect(primary.asked).toHaveLength(2);
});

test("start() serves what was kept as long as it may be, and no longer", async () => {
  primary.versions.set(FIRST, { serial: 1, times: TIMES });
  await start();
  const [prepared] = served;
  const kept = await buildHere({
    kind: "restore",
    zone: zoneOf(FIRST),
    stateFile: join(folder, "zone.state"),
  });
  if (kept.result.kind !== "built") throw new Error(kept.result.kind);
  expect(kept.result.prepared.compiled.records).toBe(prepared!.compiled.records);
  const { soa } = kept.result;
  await refresher.close();

  primary.versions.clear();
  served = [];
  refresher = create();
  refresher.start({ prepared: kept.result.prepared, soa, ageSeconds: 990 });
  expect(isUnavailable(refresher.takePrepared())).toBe(false);
  await advance(9);
  expect(state()).toBe("nothing");
  await advance(1);
  expect(state()).toBe("SERVFAIL (1)");
  await refresher.close();

  refresher = create();
  refresher.start({ prepared: kept.result.prepared, soa, ageSeconds: 1000 });
  expect(isUnavailable(refresher.takePrepared())).toBe(true);
  expect(refresher.report()).toMatchObject({ state: "expired", serial: 1 });
  primary.versions.set(FIRST, { serial: 1, times: TIMES });
  await advance(0);
  expect(refresher.report()).toMatchObject({ state: "current" });
});

test("setZone() asks other primaries at once, and the same ones not before it is time", async () => {
  primary.versions.set(FIRST, { serial: 1, times: TIMES });
  await start();
  await advance(50);
  primary.asked.length = 0;
  refresher.setZone(zoneOf(FIRST, SECOND));
  await advance(1);
  expect(primary.asked).toEqual([]);
  refresher.setZone(zoneOf(SECOND));
  await advance(0);
  expect(primary.asked).toEqual([`SOA ${SECOND}`]);
});

test("takePrepared() gives a segment of its own each time: what is published must not change", async () => {
  primary.versions.set(FIRST, { serial: 1, times: TIMES });
  await start();
  const first = refresher.takePrepared().compiled.segment;
  expect(first).not.toBe(served[0]!.compiled.segment);
  expect(Buffer.from(first)).toEqual(Buffer.from(refresher.takePrepared().compiled.segment));
});

test("close() ends what is under way, and nothing is served any more", async () => {
  primary.versions.set(FIRST, { serial: 1, times: TIMES });
  let release: () => void = () => {};
  primary.hold = () =>
    new Promise((resolve) => {
      release = resolve;
    });
  await start();
  const closed = refresher.close();
  release();
  await closed;
  refresher.notify(2, FIRST);
  await advance(5000);
  expect(served).toEqual([]);
  expect(primary.asked).toEqual([`SOA ${FIRST}`]);
  expect(clock.pendingTimers()).toBe(0);
});

test("what cannot be taken into service ends nothing, and is tried again", async () => {
  whenServed = () => {
    throw new RangeError("too much");
  };
  primary.versions.set(FIRST, { serial: 1, times: TIMES });
  refresher.start(undefined);
  clock.advance(0);
  await settle();
  expect(lines).toContainEqual("error Cannot serve the zone as it is now");
  expect(refresher.report()).toMatchObject({
    serial: 1,
    lastError: "it cannot be served: too much",
    failures: 1,
  });
  whenServed = () => {};
  clock.advance(10_000);
  await settle();
  expect(served.map(({ zone }) => zone.serial)).toEqual([1]);
  expect(refresher.report()).toMatchObject({ lastError: undefined });
  // Its expiry, too, which comes with no try.
  whenServed = () => {
    throw new RangeError("too much");
  };
  primary.versions.clear();
  for (let seconds = 0; seconds < 1100; seconds += 10) {
    clock.advance(10_000);
    await settle();
  }
  expect(refresher.report()).toMatchObject({ state: "expired" });
  expect(served).toHaveLength(1);
  whenServed = () => {};
  clock.advance(10_000);
  await settle();
  expect(isUnavailable(served.at(-1)!)).toBe(true);
});

test("a try that goes wrong in a way that nobody thought of is one that failed", async () => {
  primary.askSerial = () => Promise.reject(new TypeError("not thought of"));
  refresher.start(undefined);
  clock.advance(0);
  await settle();
  expect(refresher.report()).toMatchObject({ lastError: "it went wrong: not thought of" });
  expect(clock.pendingTimers()).toBe(1);
});

test("retransfer() takes the whole zone, whatever its serial, and says what came of it", async () => {
  primary.versions.set(FIRST, { serial: 7, times: TIMES });
  refresher.start(undefined);
  clock.advance(0);
  await settle();
  // The primary has begun anew.
  primary.versions.set(FIRST, { serial: 3, times: TIMES });
  primary.asked.length = 0;
  const done = refresher.retransfer();
  const too = refresher.retransfer();
  clock.advance(1000);
  expect(await done).toBeUndefined();
  expect(await too).toBeUndefined();
  expect(primary.asked).toEqual([`SOA ${FIRST}`, `AXFR ${FIRST}`]);
  expect(state()).toBe("3 (2)");
  // The same serial as well, and only as often as it was wanted.
  const again = refresher.retransfer();
  clock.advance(1000);
  expect(await again).toBeUndefined();
  expect(primary.asked.filter((one) => one.startsWith("AXFR"))).toHaveLength(2);
  clock.advance(100_000);
  await settle();
  expect(primary.asked.at(-1)).toBe(`SOA ${FIRST}`);

  primary.versions.clear();
  const failing = refresher.retransfer();
  clock.advance(1000);
  expect(await failing).toContain("no answer");
  expect(served).toHaveLength(3);
  // What is under way does not count.
  primary.versions.set(FIRST, { serial: 4, times: TIMES });
  let release: () => void = () => {};
  primary.hold = () =>
    new Promise((resolve) => {
      release = resolve;
    });
  clock.advance(10_000);
  await settle();
  const late = refresher.retransfer();
  const closing = refresher.close();
  release();
  await closing;
  expect(await late).toContain("the server stops");
  expect(await refresher.retransfer()).toContain("the server stops");
});
