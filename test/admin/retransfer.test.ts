import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { findMismatches } from "../../src/admin/json-schema.ts";
import { RETRANSFERRED } from "../../src/admin/schemas.ts";
import type { AdminServices } from "../../src/admin/services.ts";
import { type Admin, startAdmin } from "../../src/admin/start-admin.ts";
import { runReload } from "../../src/cli/run-reload.ts";
import { systemClock } from "../../src/clock/clock.ts";
import { ExpiryTable } from "../../src/image/expiry-table.ts";
import { prepareUnavailable } from "../../src/loader/prepare-static.ts";
import { type LogFields, silentLog } from "../../src/log/log.ts";
import { retransferZone } from "../../src/retransfer-zone.ts";
import { Secondaries } from "../../src/secondary/secondaries.ts";
import {
  buildHere,
  createFakePrimary,
  FAKE_ZONE,
  type FakePrimary,
} from "../support/fake-primary.ts";
import { until } from "../support/until.ts";
import { wireName } from "../support/zone-transfer.ts";

const PRIMARY = "192.0.2.1";
const TIMES = { refresh: 3600, retry: 3600, expire: 7200 };

let folder: string;
let primary: FakePrimary;
let served: number[];
let audit: LogFields[];
let secondaries: Secondaries;
let admin: Admin;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "rondo-retransfer-"));
  primary = createFakePrimary();
  primary.versions.set(PRIMARY, { serial: 9, times: TIMES });
  served = [];
  audit = [];
  secondaries = new Secondaries({
    stateDirectory: folder,
    client: primary,
    build: buildHere,
    expiries: new ExpiryTable(new SharedArrayBuffer(64)),
    serve: ({ zone }) => served.push(zone.serial),
    clock: systemClock,
    wallSeconds: () => 1_700_000_000,
    random: () => 0,
    log: silentLog,
  });
  const secondary = { primaries: [{ address: PRIMARY, port: 53 }], key: undefined };
  const none = { rrsets: [], steered: [], pools: [], datacenters: [], networks: [] };
  const zone = { apex: wireName(FAKE_ZONE), ...none, serial: 0, negativeTtl: 0, secondary };
  await secondaries.open([prepareUnavailable(zone)], false);
  await until(() => served.length === 1);
  admin = await startAdmin({
    listen: { kind: "tcp", address: "127.0.0.1", port: 0 },
    tokens: { write: undefined, read: undefined },
    hosts: [],
    services: {
      isUpgrading: () => false,
      retransfer: (name: string) => retransferZone(secondaries, name),
    } as AdminServices,
    version: "1.2.3",
    clock: systemClock,
    log: { ...silentLog, info: (fields) => void audit.push(fields) },
  });
});
afterEach(async () => {
  await admin.close();
  await secondaries.close();
  rmSync(folder, { recursive: true, force: true });
});

async function retransfer(...zones: string[]): Promise<[status: number, out: string, err: string]> {
  let out = "";
  let err = "";
  const port = Number(/:(\d+)$/.exec(admin.url)?.[1]);
  const address = { kind: "tcp", address: "127.0.0.1", port } as const;
  const server = { address, isNamed: true, tokenFile: undefined };
  const options = { isForced: false, remove: [], retransfer: zones, json: false, server };
  const status = await runReload(options, {
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
  });
  return [status, out, err];
}

test("reload --retransfer takes what a primary has, with a lower serial too, and waits for it", async () => {
  primary.versions.set(PRIMARY, { serial: 3, times: TIMES });
  expect(await retransfer("Example.NET")).toEqual([
    0,
    "zone example.net. serial 3, 2 records, from 192.0.2.1:53\n",
    "",
  ]);
  expect(served).toEqual([9, 3]);
  expect(audit).toContainEqual(
    expect.objectContaining({ audit: true, action: "retransfer", zone: FAKE_ZONE, serial: 3 }),
  );
});

test("reload --retransfer says why a zone is not transferred, and goes on with the next", async () => {
  primary.versions.clear();
  const [status, out, err] = await retransfer("www.example.net", "example.net");
  expect([status, out]).toEqual([1, ""]);
  expect(err).toBe(
    "rondo reload: www.example.net. is no secondary zone here\n" +
      "rondo reload: zone example.net. is not transferred: 192.0.2.1:53: no answer\n",
  );
  expect(served).toEqual([9]);
  const bad = await retransfer("a..b");
  expect(bad[0]).toBe(64);
});

test("retransferZone() does not wait for ever", async () => {
  primary.hold = () => new Promise(() => {});
  const report = await retransferZone(secondaries, FAKE_ZONE, 10);
  expect(report).toMatchObject({ transferred: false, serial: 9, records: 2, primary: null });
  expect(report?.reason).toContain("goes on");
  expect(findMismatches(RETRANSFERRED, report)).toEqual([]);
  primary.hold = undefined;
});
