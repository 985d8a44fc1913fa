import { readdirSync, rmSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { ReloadReport, StateReport } from "../../src/admin/api.ts";
import { type Datacenter, startDatacenter } from "../support/datacenter.ts";
import { askUdp } from "../support/dns-client.ts";
import { readMessage } from "../support/message.ts";
import { query } from "../support/packet.ts";
import type { Output } from "../support/peers.ts";
import { createFolder, type Rondo, runRondo, startRondo } from "../support/rondo.ts";
import { until } from "../support/until.ts";

let datacenters: Datacenter[];
let folder: string;
let rondo: Rondo;

beforeEach(async () => {
  folder = createFolder();
  datacenters = await Promise.all([1, 2].map((last) => startDatacenter(`127.0.0.${last}`)));
});
afterEach(async () => {
  await rondo?.stop();
  await Promise.all(datacenters.map((datacenter) => datacenter.close()));
  rmSync(folder, { recursive: true, force: true });
});

function zoneText(zone: string, { address, port }: Datacenter): string {
  return `
zone: ${zone}
records:
  "": { type: NS, values: [ns1.example.org., ns2.example.org.] }
  www:
    type: A
    healthcheck: { protocol: HTTP, port: ${port}, interval: 1s, timeout: 500ms }
    values: [${address}, 127.0.0.9]
`;
}

function reload(...args: string[]): Promise<Output> {
  return runRondo("reload", ...args, "--admin", rondo.admin);
}

async function readRcode(name: string): Promise<string> {
  return readMessage((await askUdp(rondo.endpoint, query({ name })))!).rcode;
}

async function listServed(): Promise<string[]> {
  const { stdout } = await runRondo("status", "--json", "--admin", rondo.admin);
  const { zones, problems } = JSON.parse(stdout) as StateReport;
  return [...zones.map(({ name }) => name), ...problems.map(({ kind, zone }) => `${kind} ${zone}`)];
}

test("reload --remove ends a zone whose file is gone: its answers, its checks and its copy", async () => {
  const zones = {
    "a.yaml": zoneText("a.example.", datacenters[0]!),
    "b.yaml": zoneText("b.example.", datacenters[1]!),
  };
  const serve = async (): Promise<void> => {
    rondo = await startRondo({ zones: {}, folder, args: ["--workers", "2"] });
  };
  rondo = await startRondo({ zones, folder, args: ["--workers", "2"] });
  const copies = join(rondo.stateFolder, "zones");
  await until(() => readdirSync(copies).join() === "a.yaml,b.yaml", "there are copies");

  const early = await reload("--remove", "A.Example");
  expect(early).toMatchObject({ status: 1, stdout: "nothing has changed\n" });
  expect(early.stderr).toMatch(/zone a\.example\. is not removed: .*a\.yaml still defines it/);

  unlinkSync(join(rondo.zonesFolder, "a.yaml"));
  const kept = await reload();
  expect(kept).toMatchObject({ status: 0, stdout: "nothing has changed\n" });
  expect(kept.stderr).toMatch(
    /a\.yaml:1:1: warning: Zone a\.example\. .*"rondo reload --remove a\.example\."/,
  );
  expect(await readRcode("www.a.example")).toBe("NOERROR");
  expect(await listServed()).toEqual(["a.example.", "b.example.", "gone a.example."]);

  expect(await reload("--remove", "a.example")).toEqual({
    status: 0,
    stdout: "zone a.example. removed: it is served no longer\n",
    stderr: "",
  });
  expect(readdirSync(copies)).toEqual(["b.yaml"]);
  expect(await listServed()).toEqual(["b.example."]);
  for (const name of ["www.a.example", "a.example"]) {
    // Each on another socket, so that both threads are asked.
    const answers = await Promise.all(Array.from({ length: 8 }, () => readRcode(name)));
    expect(new Set(answers)).toEqual(new Set(["REFUSED"]));
  }
  expect(await readRcode("www.b.example")).toBe("NOERROR");
  const [removed, other] = datacenters.map((datacenter) => datacenter.contacts());
  await until(() => datacenters[1]!.contacts() >= other! + 3, "the other zone's checks go on");
  // One may have been under way.
  expect(datacenters[0]!.contacts() - removed!).toBeLessThanOrEqual(1);

  await rondo.stop();
  await serve();
  expect(await listServed()).toEqual(["b.example."]);
});

test("reload --remove takes several zones, and says of each what came of it", async () => {
  const zones = { "a.yaml": zoneText("a.example.", datacenters[0]!) };
  rondo = await startRondo({ zones, folder });
  unlinkSync(join(rondo.zonesFolder, "a.yaml"));
  const { status, stdout, stderr } = await reload(
    ...["--remove", "a.example.", "--remove", "c.example.", "--json"],
  );
  expect([status, stderr]).toEqual([
    1,
    "rondo reload: zone c.example. is not removed: it is not served\n",
  ]);
  expect(JSON.parse(stdout) as ReloadReport).toEqual({
    changed: [],
    removed: ["a.example."],
    kept: [{ zone: "c.example.", reason: "it is not served" }],
    problems: [],
  });
  expect(await readRcode("www.a.example")).toBe("REFUSED");
  await rondo.waitForOutput(/"action":"reload".*"before":\{"a\.example\.":\d+\},"after":\{\}/);

  rondo.writeZone("a.yaml", zoneText("a.example.", datacenters[0]!));
  expect((await reload()).status).toBe(0);
  await until(async () => (await readRcode("www.a.example")) === "NOERROR", "it is back");
});

test("a zone that stays beside a refused file: exit 1, for the refused one", async () => {
  const zones = {
    "a.yaml": zoneText("a.example.", datacenters[0]!),
    "b.yaml": zoneText("b.example.", datacenters[1]!),
  };
  rondo = await startRondo({ zones, folder });
  unlinkSync(join(rondo.zonesFolder, "a.yaml"));
  rondo.writeZone("b.yaml", "zone: b.example.\nrecords: 7\n");
  const { status, stderr } = await reload();
  expect(status).toBe(1);
  expect(stderr).toContain("zone b.example. is served as it was");
  expect(stderr).not.toContain("zone a.example. is served as it was");
});

test("a start without any zone file is an error in the log, and no end", async () => {
  rondo = await startRondo({ zones: {}, folder });
  await rondo.waitForOutput(/"level":(50|"error").*every query is refused.*not mounted/);
  expect(await readRcode("www.a.example")).toBe("REFUSED");
});

/** Has the main thread find no memory to share as long as a file is there. */
function writeShortage(module: string, sign: string): void {
  writeFileSync(
    module,
    `import { existsSync } from "node:fs";
    import { isMainThread } from "node:worker_threads";
    const construct = (target, args, made) => {
      if (existsSync(${JSON.stringify(sign)})) throw new RangeError("Array buffer allocation failed");
      return Reflect.construct(target, args, made);
    };
    if (isMainThread) globalThis.SharedArrayBuffer = new Proxy(SharedArrayBuffer, { construct });`,
  );
}

test("a reload that cannot be published is published whole later: zones that go, and checks of those that come", async () => {
  const module = join(folder, "shortage.mjs");
  const sign = join(folder, "no-memory");
  writeShortage(module, sign);
  const [first, second] = datacenters as [Datacenter, Datacenter];
  const text = zoneText("b.example.", second);
  const zones = {
    "a.yaml": zoneText("a.example.", first),
    "b.yaml": text,
    "c.yaml": zoneText("c.example.", first),
  };
  // Every zone that comes or goes makes another catalog.
  const config = `
geo: { databases: [] }
transfer: { allow: [127.0.0.9] }
catalog: { zone: catalog.test. }
`;
  rondo = await startRondo({ zones, folder, config, nodeArguments: ["--import", module] });
  writeFileSync(sign, "");
  for (const file of ["a.yaml", "c.yaml"]) unlinkSync(join(rondo.zonesFolder, file));
  rondo.writeZone("b.yaml", text.replace("127.0.0.9", "127.0.0.8"));
  await reload("--remove", "a.example", "--remove", "c.example");
  await rondo.waitForOutput(/Cannot publish what has changed/);
  expect(await readRcode("www.a.example")).toBe("NOERROR");
  unlinkSync(sign);
  await until(async () => (await readRcode("www.a.example")) === "REFUSED");
  expect(await readRcode("www.c.example")).toBe("REFUSED");
  await rondo.waitForOutput(/Changes are published again/);
  await rondo.waitForOutput(/127\.0\.0\.8:\d+ is down/);
});
