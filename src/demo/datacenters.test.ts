import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { PassThrough } from "node:stream";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createDatacenter, explainListenError, listen } from "./datacenter.ts";
import { type Demo, startDemo } from "./datacenters.ts";

let demo: Demo;
let typed: PassThrough;
let written: string;

beforeEach(async () => {
  typed = new PassThrough();
  written = "";
  demo = await startDemo({
    input: Object.assign(typed, { isTTY: true }),
    out: (text) => {
      written += text;
    },
    ports: { datacenters: 0, control: 0 },
  });
});
afterEach(async () => {
  await demo.close();
});

function urlOf(name: string, path: string): string {
  const found = demo.datacenters.find((datacenter) => datacenter.name === name);
  return `http://${found?.address}:${found?.port()}${path}`;
}

async function post(path: string): Promise<Response> {
  return fetch(`${demo.controlUrl}${path}`, { method: "POST" });
}

test("every datacenter tells its name and that it is well, on its own address", async () => {
  for (const name of ["fra", "iad", "sin"]) {
    expect(await (await fetch(urlOf(name, "/"))).text()).toBe(`${name}\n`);
    expect((await fetch(urlOf(name, "/healthz"))).status).toBe(200);
    expect((await fetch(urlOf(name, "/other"))).status).toBe(404);
  }
  expect(demo.datacenters.map(({ address }) => address)).toEqual([
    "127.0.0.11",
    "127.0.0.12",
    "127.0.0.13",
  ]);
});

test("POST /fra/stop refuses connections to fra alone, and /fra/start takes them again", async () => {
  await fetch(urlOf("fra", "/"));
  expect(await (await post("/fra/stop")).text()).toContain("fra 127.0.0.11 stopped\n");
  await expect(fetch(urlOf("fra", "/"))).rejects.toMatchObject({ cause: { code: "ECONNREFUSED" } });
  expect((await fetch(urlOf("iad", "/"))).status).toBe(200);
  expect((await post("/fra/start")).status).toBe(200);
  expect((await fetch(urlOf("fra", "/"))).status).toBe(200);
});

test("the control tells states, and refuses what it does not know", async () => {
  await post("/sin/stop");
  const states = await (await fetch(`${demo.controlUrl}/`)).text();
  expect(states).toBe("fra 127.0.0.11 up\niad 127.0.0.12 up\nsin 127.0.0.13 stopped\n");
  expect((await post("/mars/stop")).status).toBe(404);
  expect((await post("/fra/burn")).status).toBe(404);
  expect((await fetch(`${demo.controlUrl}/fra/stop`)).status).toBe(405);
});

test("a datacenter stops and starts by a word typed on the terminal", async () => {
  typed.write("stop iad\n");
  await vi.waitFor(() => expect(written).toContain("iad 127.0.0.12 stopped"));
  await expect(fetch(urlOf("iad", "/"))).rejects.toThrow();
  written = "";
  typed.write("start iad\nhalt\n");
  await vi.waitFor(() =>
    expect(written).toMatch(/iad 127\.0\.0\.12 up[\s\S]*stop\|start fra\|iad\|sin/),
  );
  expect((await fetch(urlOf("iad", "/"))).status).toBe(200);
});

test("startDemo() tells of a port that is taken, and starts the rest", async () => {
  const holder = createServer();
  await listen(holder, "127.0.0.1", 0);
  const { port } = holder.address() as AddressInfo;
  let said = "";
  const other = await startDemo({
    out: (text) => {
      said += text;
    },
    ports: { datacenters: 0, control: port },
  });
  expect(other.controlUrl).toBeUndefined();
  expect(said).toMatch(/no HTTP control: .*EADDRINUSE/);
  expect(other.datacenters.every(({ isUp }) => isUp())).toBe(true);
  await other.close();
  holder.close();
});

test("start() rejects when the address is taken, and explainListenError() helps where it is missing", async () => {
  const first = createDatacenter({ name: "a", address: "127.0.0.11" }, 0);
  await first.start();
  const second = createDatacenter({ name: "b", address: "127.0.0.11" }, first.port());
  await expect(second.start()).rejects.toMatchObject({ code: "EADDRINUSE" });
  expect(second.isUp()).toBe(false);
  await first.stop();
  const missing = Object.assign(new Error("nope"), { code: "EADDRNOTAVAIL" });
  expect(explainListenError(missing, "127.0.0.11")).toContain("ifconfig lo0 alias 127.0.0.11");
});
