import { type AddressInfo, createServer, type Server } from "node:net";
import { afterEach, expect, test } from "vitest";
import { createCheck } from "../../../test/support/health-targets.ts";
import type { ProbeResult } from "../result.ts";
import { createProbe } from "./probe.ts";

const probe = createProbe("rondo");
let server: Server | undefined;

afterEach(() => {
  server?.close();
});

async function listen(address: string): Promise<number> {
  const listening = createServer((socket) => socket.on("error", () => {}).resume());
  server = listening;
  await new Promise<void>((resolve) => listening.listen(0, address, resolve));
  return (listening.address() as AddressInfo).port;
}

function run(address: string, port: number, timeout = 2000): Promise<ProbeResult> {
  const check = createCheck({ protocol: "TCP", timeout });
  return new Promise((resolve) => probe({ key: "target", address, port, check }, resolve));
}

test("probe() passes where a TCP connection is accepted, and ends it", async () => {
  const port = await listen("127.0.0.1");
  const closed = new Promise<void>((resolve) => {
    server?.once("connection", (socket) => socket.once("close", () => resolve()));
  });
  expect(await run("127.0.0.1", port)).toEqual({ kind: "success" });
  await closed;
});

test("probe() connects to the target's own address, not to another of the same host", async () => {
  const port = await listen("127.0.0.2");
  expect(await run("127.0.0.2", port)).toEqual({ kind: "success" });
  expect(await run("127.0.0.3", port)).toEqual({
    kind: "failure",
    contact: false,
    detail: "connection refused",
  });
});

test("probe() gives no TCP result once cancelled", async () => {
  const port = await listen("127.0.0.1");
  const results: ProbeResult[] = [];
  const check = createCheck({ protocol: "TCP" });
  const target = { key: "target", address: "127.0.0.1", port, check };
  probe(target, (result) => results.push(result))();
  // Connections are accepted in order: the second would not be through before the first.
  expect(await run("127.0.0.1", port)).toEqual({ kind: "success" });
  expect(results).toEqual([]);
});
