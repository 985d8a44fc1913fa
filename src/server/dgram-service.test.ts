import { createSocket } from "node:dgram";
import { once } from "node:events";
import { afterEach, beforeEach, expect, it } from "vitest";
import { askUdp } from "../../test/support/dns-client.ts";
import { ECHO, echoOptions, echoPublication, echoQuery } from "../../test/support/echo-engine.ts";
import { listenAt } from "../../test/support/listen-at.ts";
import { findFreePort } from "../../test/support/ports.ts";
import { until } from "../../test/support/until.ts";
import { DEFAULT_ANSWER_SETTINGS } from "../answer/answer-settings.ts";
import type { Log } from "../log/log.ts";
import { createDgramService } from "./dgram-service.ts";
import type { UdpService } from "./udp-service.ts";

let hosts: string[];
let warnings: string[];
let service: UdpService;

beforeEach(() => {
  hosts = ["127.0.0.1", "127.0.0.2"];
  warnings = [];
  const add = (fields: object, message: string) =>
    warnings.push(`${message} ${JSON.stringify(fields)}`);
  const log: Log = { debug() {}, info() {}, warn: add, error() {} };
  service = createDgramService({
    workerEntry: echoOptions.workerEntry,
    settings: DEFAULT_ANSWER_SETTINGS,
    desk: () => [],
    answerCounters: echoOptions.answerCounters,
    wholePublication: () => echoPublication(1),
    log,
    hostAddresses: (family) => (family === 4 ? hosts : []),
    recheckMs: 10,
  });
});

afterEach(() => service.close());

async function isServed(address: string, port: number): Promise<boolean> {
  return (await askUdp({ address, port }, echoQuery(), 200)) !== undefined;
}

it("open() serves a wildcard from every address of the host, as they come and go", async () => {
  const { port } = await service.open(listenAt("0.0.0.0:0"));
  for (const host of hosts) await until(() => isServed(host, port));
  hosts = ["127.0.0.2", "127.0.0.3"];
  await until(() => isServed("127.0.0.3", port));
  expect(await isServed("127.0.0.2", port)).toBe(true);
  expect(warnings.join("\n")).toMatch(/left the host.*127\.0\.0\.1/);
  expect(warnings.join("\n")).toMatch(/came to the host.*127\.0\.0\.3/);
  const successor = createSocket("udp4");
  successor.bind(port, "127.0.0.1");
  await once(successor, "listening");
  successor.close();
});

it("open() binds again whatever a thread that died had bound, on the same port", async () => {
  const { port } = await service.open(listenAt("0.0.0.0:0"));
  await askUdp({ address: "127.0.0.1", port }, echoQuery(ECHO.exit), 1);
  await until(() => service.slots[0]?.deaths === 1);
  for (const host of hosts) await until(() => isServed(host, port));
});

it("open() leaves nothing bound when one address of a wildcard is taken", async () => {
  const port = await findFreePort("127.0.0.2");
  const holder = createSocket("udp4");
  holder.bind(port, "127.0.0.2");
  await once(holder, "listening");
  await expect(service.open(listenAt(`0.0.0.0:${port}`))).rejects.toMatchObject({
    code: "EADDRINUSE",
  });
  holder.close();
  expect((await service.open(listenAt(`0.0.0.0:${port}`))).port).toBe(port);
});

it("open() refuses a wildcard of a family that the host has no address of", async () => {
  await expect(service.open(listenAt("[::]:0"))).rejects.toMatchObject({
    code: "EADDRNOTAVAIL",
  });
});

it("open() serves the rest of a wildcard where one address cannot be had, and says so once", async () => {
  // Of TEST-NET-1, so nobody's.
  hosts = ["192.0.2.1", "127.0.0.1"];
  const { port } = await service.open(listenAt("0.0.0.0:0"));
  await until(() => isServed("127.0.0.1", port));
  hosts = ["192.0.2.1", "127.0.0.1", "127.0.0.2"];
  await until(() => isServed("127.0.0.2", port));
  expect(warnings.filter((line) => line.includes("192.0.2.1"))).toHaveLength(1);
});
