import {
  appendFileSync,
  linkSync,
  mkdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { askUdp } from "../support/dns-client.ts";
import { readMessage } from "../support/message.ts";
import { query } from "../support/packet.ts";
import { createFolder, type Rondo, startRondo } from "../support/rondo.ts";
import { until } from "../support/until.ts";

const FILE = "example.com.yaml";

function zone(address: string, extra = ""): string {
  return `
zone: example.com.
records:
  "": { type: NS, values: [ns1.example.com., ns2.example.com.] }
  ns1: { type: A, value: 192.0.2.53 }
  ns2: { type: A, value: 192.0.2.54 }
  www: { type: A, ttl: 60, values: [${address}] }
  rr: { type: A, ttl: 60, values: [192.0.2.101, 192.0.2.102, 192.0.2.103] }
${extra}`;
}

describe("while files change", () => {
  let folder: string;
  let rondo: Rondo;
  beforeEach(async () => {
    folder = createFolder();
    rondo = await startRondo({
      zones: { [FILE]: zone("192.0.2.1") },
      folder,
      args: ["--workers", "1"],
    });
  });
  afterEach(async () => {
    await rondo?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  async function address(name = "www"): Promise<string | undefined> {
    const reply = await askUdp(rondo.endpoint, query({ name: `${name}.example.com` }));
    return readMessage(reply!).answer[0]?.rdata;
  }

  const file = (): string => join(rondo.zonesFolder, FILE);
  const becomes = (expected: string): Promise<void> =>
    until(async () => (await address()) === expected, `www is ${expected}`);

  test("a file that is renamed in is served", async () => {
    rondo.writeZone(FILE, zone("192.0.2.2"));
    await becomes("192.0.2.2");
  });

  test("a file that is written in place is served once it is quiet, never half", async () => {
    const text = zone("192.0.2.2", "  last: { type: A, value: 192.0.2.200 }\n");
    writeFileSync(file(), "");
    const seen = new Set<string | undefined>();
    for (let at = 0; at < text.length; at += 40) {
      appendFileSync(file(), text.slice(at, at + 40));
      seen.add(await address());
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    expect([...seen]).toEqual(["192.0.2.1"]);
    await becomes("192.0.2.2");
    expect(await address("last")).toBe("192.0.2.200");
  });

  test.each([
    ["a syntax error", "zone: example.com.\nrecords: {\n"],
    ["an unknown key", zone("192.0.2.2").replace("values: [192.0.2.2]", "valeus: [192.0.2.2]")],
    ["nothing in it", ""],
    ["octets that are no text", "\xff\xfe\0\0"],
    [
      "aliases without end",
      `a: &a [x, x]\n${"bcdefghijklmnop"
        .split("")
        .map((key, i) => `${key}: &${key} [*${"abcdefghijklmnop"[i]}, *${"abcdefghijklmnop"[i]}]`)
        .join("\n")}\n`,
    ],
  ])("a file with %s is not served, and the output names it; its repair is", async (_, text) => {
    const before = rondo.output().length;
    writeFileSync(join(folder, "bad"), Buffer.from(text, "latin1"));
    renameSync(join(folder, "bad"), file());
    await until(() => rondo.output().slice(before).includes(FILE), "the output names the file");
    expect(await address()).toBe("192.0.2.1");
    rondo.writeZone(FILE, zone("192.0.2.3"));
    await becomes("192.0.2.3");
  });

  test("a bad file does not keep a good one beside it from being served", async () => {
    rondo.writeZone(FILE, "zone: [");
    rondo.writeZone("example.net.yaml", zone("192.0.2.8").replaceAll("example.com", "example.net"));
    await until(async () => {
      const reply = await askUdp(rondo.endpoint, query({ name: "www.example.net" }));
      return readMessage(reply!).answer[0]?.rdata === "192.0.2.8";
    }, "example.net is served");
    expect(await address()).toBe("192.0.2.1");
  });

  test("a file that is deleted goes on being served, with a warning", async () => {
    const before = rondo.output().length;
    unlinkSync(file());
    await until(
      () => rondo.output().slice(before).includes("example.com"),
      "the output names the file",
    );
    expect(await address()).toBe("192.0.2.1");
    rondo.writeZone(FILE, zone("192.0.2.4"));
    await becomes("192.0.2.4");
  });

  test("a folder that disappears leaves its zones served", async () => {
    const before = rondo.output().length;
    renameSync(rondo.zonesFolder, join(folder, "away"));
    await until(() => rondo.output().length > before, "the output says so");
    expect(await address()).toBe("192.0.2.1");
    renameSync(join(folder, "away"), rondo.zonesFolder);
    rondo.writeZone(FILE, zone("192.0.2.5"));
    await becomes("192.0.2.5");
  });

  test("SIGHUP re-reads what no event told of", async () => {
    // Written through a link in another folder: the watched one hears nothing of it.
    linkSync(file(), join(folder, "link"));
    writeFileSync(join(folder, "link"), zone("192.0.2.6"));
    rondo.process.kill("SIGHUP");
    await becomes("192.0.2.6");
  });

  test("rotation goes on where it was", async () => {
    const order = ["192.0.2.101", "192.0.2.102", "192.0.2.103"];
    const first = order.indexOf((await address("rr"))!);
    rondo.writeZone(FILE, zone("192.0.2.7"));
    await becomes("192.0.2.7");
    expect(await address("rr")).toBe(order[(first + 1) % 3]);
  });

  test("two files for one zone are an error that names both; the zone stays", async () => {
    rondo.writeZone("second.yaml", zone("192.0.2.9"));
    await rondo.waitForOutput(/second\.yaml/);
    expect(await address()).toBe("192.0.2.1");
  });
});

test("a ConfigMap's swap of its data folder is noticed", async () => {
  const folder = createFolder();
  const zones = join(folder, "zones");
  const put = (version: string, address: string): void => {
    mkdirSync(join(zones, version));
    writeFileSync(join(zones, version, FILE), zone(address));
    symlinkSync(version, join(zones, "..data_tmp"));
    renameSync(join(zones, "..data_tmp"), join(zones, "..data"));
  };
  put("..2026_01", "192.0.2.1");
  symlinkSync(join("..data", FILE), join(zones, FILE));
  const rondo = await startRondo({ zones: {}, folder });
  const address = async (): Promise<string | undefined> =>
    readMessage((await askUdp(rondo.endpoint, query({ name: "www.example.com" })))!).answer[0]
      ?.rdata;
  expect(await address()).toBe("192.0.2.1");
  put("..2026_02", "192.0.2.2");
  await until(async () => (await address()) === "192.0.2.2", "the new data is served");
  await rondo.stop();
  rmSync(folder, { recursive: true, force: true });
});

test("queries during fifty reloads are all answered, wholly old or wholly new", async () => {
  const rondo = await startRondo({ zones: { [FILE]: pair(0) } });
  let isDone = false;
  const reloads = (async () => {
    for (let version = 1; version <= 50; version++) {
      rondo.writeZone(FILE, pair(version));
      await new Promise((resolve) => setTimeout(resolve, 60));
    }
    isDone = true;
  })();
  let asked = 0;
  let answered = 0;
  while (!isDone) {
    asked++;
    const reply = await askUdp(rondo.endpoint, query({ name: "pair.example.com" }));
    if (reply === undefined) continue;
    answered++;
    const [one, two] = readMessage(reply).answer.map(({ rdata }) => rdata.split("."));
    expect(one?.[2]).toBe(two?.[2]);
  }
  await reloads;
  expect([asked > 50, answered]).toEqual([true, asked]);
  await until(async () => {
    const reply = await askUdp(rondo.endpoint, query({ name: "pair.example.com" }));
    return readMessage(reply!).answer[0]!.rdata.split(".")[2] === "50";
  }, "the last file is served");
  await rondo.stop();

  function pair(version: number): string {
    return zone(
      "192.0.2.1",
      `  pair: { type: A, ttl: 5, values: [10.0.${version}.1, 10.0.${version}.2] }\n`,
    );
  }
}, 60_000);
