import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createFakeClock, type FakeClock } from "../test/support/fake-clock.ts";
import { prepareText } from "../test/support/transfers.ts";
import { Closers } from "./closers.ts";
import type { Log } from "./log/log.ts";
import { openCatalog } from "./open-catalog.ts";
import type { Catalog } from "./transfer/catalog.ts";

const ZONE = prepareText(`
zone: a.example.
records: { "": { type: NS, ttl: 1h, value: ns.example.net. } }
`);

let folder: string;
let path: string;
let clock: FakeClock;
let isHeld: boolean;
let log: Log;
let closers: Closers;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "rondo-catalog-"));
  path = join(folder, "catalog.json");
  clock = createFakeClock();
  isHeld = true;
  log = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() };
});
afterEach(() => rmSync(folder, { recursive: true }));

async function open(): Promise<Catalog> {
  closers = new Closers();
  const catalog = await openCatalog({
    settings: {
      zone: "catalog.example.",
      group: undefined,
      secondaries: true,
      allow: undefined,
      notify: undefined,
    },
    stateDirectory: folder,
    isTransferable: () => true,
    serve: () => {},
    clock,
    mayWrite: () => isHeld,
    log,
    closers,
  });
  return catalog!;
}

function close(): Promise<void> {
  return closers.close();
}

const readSerial = (): number => JSON.parse(readFileSync(path, "utf8")).serial;

test("openCatalog() keeps the serial of a change, and goes on with it", async () => {
  writeFileSync(path, JSON.stringify({ serial: 4e9, fingerprint: "of others" }));
  (await open()).follow([ZONE]);
  clock.advance(0);
  await vi.waitFor(() => expect(readSerial()).toBe(4e9 + 1));
  await close();
  (await open()).follow([ZONE]);
  await close();
  expect(readSerial()).toBe(4e9 + 1);
});

test("openCatalog() writes nothing as long as the state folder is another process's, and then what it has to", async () => {
  const before = JSON.stringify({ serial: 4e9, fingerprint: "of the other" });
  writeFileSync(path, before);
  isHeld = false;
  (await open()).follow([ZONE]);
  clock.advance(120_000);
  expect(readFileSync(path, "utf8")).toBe(before);
  isHeld = true;
  clock.advance(1000);
  await vi.waitFor(() => expect(readSerial()).toBe(4e9 + 1));
  isHeld = false;
  writeFileSync(path, before);
  await close();
  expect(readFileSync(path, "utf8")).toBe(before);
});

test("openCatalog() writes nothing before it knows what to write", async () => {
  await open();
  clock.advance(120_000);
  await close();
  expect(() => readFileSync(path)).toThrow("ENOENT");
  expect(log.warn).not.toHaveBeenCalled();
});

test("openCatalog() says once that the serial cannot be kept", async () => {
  mkdirSync(path);
  (await open()).follow([ZONE]);
  clock.advance(0);
  await vi.waitFor(() => expect(log.warn).toHaveBeenCalledTimes(2));
  await close();
  expect(log.warn).toHaveBeenCalledTimes(2);
});
