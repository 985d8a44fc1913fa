import { closeSync, mkdtempSync, readSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { silentLog } from "../log/log.ts";
import { loadLibc } from "../server/libc.ts";
import { findServiceManager, writeUnixAddress } from "./service-manager.ts";

const AF_UNIX = 1;
const SOCK_DGRAM = 2;

const folder = mkdtempSync(join(tmpdir(), "rondo-notify-"));
afterAll(() => rmSync(folder, { recursive: true }));

const loaded = await loadLibc();
if ("reason" in loaded) throw new Error(loaded.reason);
const { libc } = loaded;

/** The socket of a service manager. @returns its descriptor */
function listen(path: string): number {
  const descriptor = libc.socket(AF_UNIX, SOCK_DGRAM, 0);
  const address = writeUnixAddress(path);
  expect(libc.bind(descriptor, address, address.length)).toBe(0);
  return descriptor;
}

function readText(descriptor: number): string {
  const octets = Buffer.alloc(4096);
  return octets.toString("utf8", 0, readSync(descriptor, octets));
}

describe("findServiceManager()", () => {
  it.each([join(folder, "notify"), `@rondo-test-${process.pid}`])("speaks to %s", async (path) => {
    const descriptor = listen(path);
    const manager = await findServiceManager(silentLog, { NOTIFY_SOCKET: path });
    manager.tell({ READY: 1, STATUS: "serving on 127.0.0.1 port 53" });
    expect(readText(descriptor)).toBe("READY=1\nSTATUS=serving on 127.0.0.1 port 53");
    manager.tell({ STOPPING: 1 });
    expect(readText(descriptor)).toBe("STOPPING=1");
    closeSync(descriptor);
  });

  it("says nothing without one", async () => {
    (await findServiceManager(silentLog, {})).tell({ READY: 1 });
  });

  it("logs that nobody listens, and goes on", async () => {
    const lines: string[] = [];
    const log = { ...silentLog, warn: (_: object, message: string) => lines.push(message) };
    const manager = await findServiceManager(log, { NOTIFY_SOCKET: join(folder, "nobody") });
    manager.tell({ READY: 1 });
    const long = await findServiceManager(log, { NOTIFY_SOCKET: `/${"x".repeat(200)}` });
    long.tell({ READY: 1 });
    expect(lines).toHaveLength(2);
  });
});
