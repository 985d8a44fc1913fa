import { describe, expect, test } from "vitest";
import {
  addresses,
  becomes,
  findSharedPort,
  nextNetwork,
  writeZone,
} from "../support/checked-zone.ts";
import { startDatacenter } from "../support/datacenter.ts";
import { askTcp, openTcp } from "../support/dns-client.ts";
import { readMessage } from "../support/message.ts";
import { query } from "../support/packet.ts";
import { startRondo } from "../support/rondo.ts";
import { until } from "../support/until.ts";

const ZONES = {
  "example.com.yaml": `
zone: example.com.
records:
  "": { type: NS, values: [ns1.example.com., ns2.example.com.] }
  ns1: { type: A, value: 192.0.2.53 }
  ns2: { type: A, value: 192.0.2.54 }
  www: { type: A, ttl: 60, values: [192.0.2.1] }
`,
};
const WWW = query({ name: "www.example.com" });

describe("out of file descriptors", () => {
  test("UDP answers, checks draw no conclusion, and TCP recovers", async () => {
    const prefix = nextNetwork();
    const hosts = [1, 2, 9].map((host) => `${prefix}.${host}`);
    const port = await findSharedPort(hosts);
    const datacenters = await Promise.all(hosts.map((host) => startDatacenter(host, port)));
    const rondo = await startRondo({
      zones: { "example.com.yaml": writeZone("HTTP", port, hosts.slice(0, 2), hosts.slice(2)) },
      args: ["--workers", "1"],
      // Node opens the files of a program many at a time: it does not start with fewer.
      openFiles: 256,
    });
    await becomes(rondo, "1,2");

    const idle = await Promise.all(
      Array.from({ length: 400 }, () => openTcp(rondo.endpoint).catch(() => undefined)),
    );
    const seen = new Set<string>();
    for (let turn = 0; turn < 100; turn++) {
      seen.add(await addresses(rondo));
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expect([...seen]).toEqual(["1,2"]);
    for (const conversation of idle) conversation?.close();

    await until(
      async () => (await askTcp(rondo.endpoint, WWW).catch(() => undefined)) !== undefined,
      "TCP answers",
    );
    await datacenters[0]!.become("closed");
    await becomes(rondo, "2");
    await rondo.stop();
    await Promise.all(datacenters.map((datacenter) => datacenter.close()));
  });
});

describe("a log that nobody reads", () => {
  test("whose reader has gone does not end the server", async () => {
    const rondo = await startRondo({ zones: ZONES });
    rondo.process.stderr?.destroy();
    rondo.process.stdout?.destroy();
    // Every reload is a line that cannot be written.
    for (let version = 2; version < 7; version++) {
      rondo.writeZone(
        "example.com.yaml",
        ZONES["example.com.yaml"].replace("192.0.2.1]", `192.0.2.${version}]`),
      );
      await until(async () => {
        const reply = await askTcp(rondo.endpoint, WWW);
        return readMessage(reply!).answer[0]?.rdata === `192.0.2.${version}`;
      }, `version ${version} is served`);
    }
    await rondo.stop();
  });

  test("whose reader has stopped reading does not hold up an answer or a reload", async () => {
    const rondo = await startRondo({ zones: ZONES });
    rondo.process.stderr?.pause();
    // Far more than a pipe holds: many lines that name an unknown key each.
    const bad = `zone: example.com.\n${Array.from({ length: 300 }, (_, i) => `nonsense${i}: ${"x".repeat(200)}\n`).join("")}`;
    for (let version = 2; version < 7; version++) {
      rondo.writeZone("example.com.yaml", `${bad}# ${version}\n`);
      rondo.writeZone(
        "example.com.yaml",
        ZONES["example.com.yaml"].replace("192.0.2.1]", `192.0.2.${version}]`),
      );
      await until(async () => {
        const reply = await askTcp(rondo.endpoint, WWW);
        return readMessage(reply!).answer[0]?.rdata === `192.0.2.${version}`;
      }, `version ${version} is served`);
    }
    rondo.process.stderr?.resume();
    await rondo.stop();
  });
});
