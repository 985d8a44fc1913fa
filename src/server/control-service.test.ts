import { expect, it } from "vitest";
import { query } from "../../test/support/packet.ts";
import { until } from "../../test/support/until.ts";
import { parseAddress } from "../address/parse.ts";
import { type Log, silentLog } from "../log/log.ts";
import type { ControlDesk, ControlRequest } from "./control-desk.ts";
import type { FromControlDesk } from "./control-protocol.ts";
import { ControlService } from "./control-service.ts";

const request: ControlRequest = {
  octets: query({ id: 7, name: "example.com", type: "AXFR" }),
  source: parseAddress("192.0.2.1")!,
  transport: "tcp",
};

function setUp(
  desk: ControlDesk,
  log = silentLog,
): { service: ControlService; said: FromControlDesk[] } {
  const said: FromControlDesk[] = [];
  const service = new ControlService(desk, (message) => said.push(message), log);
  service.hear({ type: "open", id: 1, request });
  return { service, said };
}

it("hear() asks the desk for one message at a time, and for none before it is asked", async () => {
  let made = 0;
  const { service, said } = setUp(function* () {
    for (; made < 2; ) yield Uint8Array.of(++made);
  });
  for (const expected of [
    { type: "message", id: 1, octets: Uint8Array.of(1) },
    { type: "message", id: 1, octets: Uint8Array.of(2) },
    { type: "end", id: 1, isWhole: true },
  ]) {
    const before = said.length;
    expect(made).toBe(before);
    service.hear({ type: "next", id: 1 });
    await until(() => said.length > before);
    expect(said.slice(before)).toEqual([expected]);
  }
});

it("hear() hands out copies, which the desk cannot change afterwards", async () => {
  const memory = new Uint8Array(1000);
  const { service, said } = setUp(function* () {
    for (const octet of [1, 2]) {
      memory[0] = octet;
      yield memory.subarray(0, 1);
    }
  });
  for (const count of [1, 2]) {
    service.hear({ type: "next", id: 1 });
    await until(() => said.length === count);
  }
  const octets = said.flatMap((message) => (message.type === "message" ? [message.octets] : []));
  expect(octets).toEqual([Uint8Array.of(1), Uint8Array.of(2)]);
  expect(octets.map(({ buffer }) => buffer.byteLength)).toEqual([1, 1]);
});

it.each(["abandon", "close"] as const)("%s ends what the desk is at", async (how) => {
  let ended = 0;
  const { service, said } = setUp(async function* () {
    try {
      for (;;) yield Uint8Array.of(1);
    } finally {
      ended += 1;
    }
  });
  service.hear({ type: "next", id: 1 });
  await until(() => said.length === 1);
  if (how === "close") service.close();
  else service.hear({ type: "abandon", id: 1 });
  await until(() => ended === 1);
  service.hear({ type: "next", id: 1 });
  await new Promise((resolve) => setImmediate(resolve));
  expect(said).toHaveLength(1);
});

it("says nothing more after an abandon that overtakes the desk", async () => {
  let release: () => void = () => {};
  const { service, said } = setUp(async function* () {
    await new Promise<void>((resolve) => {
      release = resolve;
    });
    yield Uint8Array.of(1);
  });
  service.hear({ type: "next", id: 1 });
  await new Promise((resolve) => setImmediate(resolve));
  service.hear({ type: "abandon", id: 1 });
  release();
  await new Promise((resolve) => setImmediate(resolve));
  expect(said).toEqual([]);
});

it("logs a desk that throws, and answers SERVFAIL in its place if nothing was said before", async () => {
  const lines: unknown[] = [];
  const log: Log = { ...silentLog, error: ({ err }) => lines.push(err) };
  const fault = new Error("Broken");
  const { service, said } = setUp(() => {
    throw fault;
  }, log);
  service.hear({ type: "next", id: 1 });
  await until(() => said.length === 1);
  service.hear({ type: "next", id: 1 });
  await until(() => said.length === 2);
  const octets = Uint8Array.of(0, 7, 0x80, 2, 0, 0, 0, 0, 0, 0, 0, 0);
  expect(said).toEqual([
    { type: "message", id: 1, octets },
    { type: "end", id: 1, isWhole: true },
  ]);
  expect(lines).toEqual([fault]);
});
