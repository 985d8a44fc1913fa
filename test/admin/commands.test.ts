import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { StateReport, ValueReport } from "../../src/admin/api.ts";
import { type Datacenter, startDatacenter } from "../support/datacenter.ts";
import { askUdp } from "../support/dns-client.ts";
import { readMessage } from "../support/message.ts";
import { query } from "../support/packet.ts";
import type { Output } from "../support/peers.ts";
import { createFolder, failToStart, type Rondo, runRondo, startRondo } from "../support/rondo.ts";
import { until } from "../support/until.ts";

const FILE = "example.com.yaml";

function zoneText(ports: readonly number[], extra = ""): string {
  const value = (index: number, dc: string): string =>
    `{ value: 127.0.0.${index + 1}, dc: ${dc}, healthcheck: { protocol: HTTP, port: ${ports[index]}, interval: 1s, timeout: 500ms, fast: 200ms, fall: 2, rise: 1 } }`;
  return `
zone: example.com.
soa: { mname: ns1.example.net., rname: hostmaster.example.com. }
datacenters: { fra: {}, iad: {} }
pools:
  eu: { fallback: na, failback: { manual: true }, values: [${value(0, "fra")}, ${value(1, "fra")}] }
  na: { values: [${value(2, "iad")}] }
records:
  "": { type: NS, values: [ns1.example.net., ns2.example.net.] }
  www: { type: A, ttl: 30, dynamic: { rules: [{ pool: eu }] } }
  only: { type: A, ttl: 60, dynamic: { rules: [{ pool: na }] } }
  alias: { type: CNAME, value: www.Example.COM. }
  text: { type: TXT, value: "hello" }
${extra}`;
}

describe("the commands, against a server", () => {
  let folder: string;
  let rondo: Rondo;
  let datacenters: Datacenter[];

  beforeEach(async () => {
    folder = createFolder();
    datacenters = await Promise.all([1, 2, 3].map((last) => startDatacenter(`127.0.0.${last}`)));
    await start();
  });
  afterEach(async () => {
    await rondo?.stop();
    await Promise.all(datacenters.map((datacenter) => datacenter.close()));
    rmSync(folder, { recursive: true, force: true });
  });

  const ports = (): number[] => datacenters.map(({ port }) => port);

  async function start(): Promise<void> {
    rondo = await startRondo({
      zones: { [FILE]: zoneText(ports()) },
      folder,
      args: ["--workers", "1", "--admin", "127.0.0.1:0"],
    });
  }

  function run(...args: string[]): Promise<Output> {
    return runRondo(...args, "--admin", rondo.admin);
  }

  async function readState(): Promise<StateReport> {
    const { stdout } = await run("status", "--json");
    return JSON.parse(stdout);
  }

  async function findValue(value: string): Promise<ValueReport> {
    const { zones } = await readState();
    return zones[0]!.pools.flatMap(({ values }) => values).find((one) => one.value === value)!;
  }

  async function answers(name: string): Promise<string[]> {
    const reply = await askUdp(rondo.endpoint, query({ name: `${name}.example.com` }));
    return readMessage(reply!).answer.map(({ rdata }) => rdata);
  }

  test("status: exit 0 while all is well, 4 when something is down", async () => {
    await until(
      async () =>
        (await readState()).zones[0]!.pools.every(({ values }) =>
          values.every(({ state }) => state === "up"),
        ),
      "all is up",
    );
    await answers("www");
    const well = await run("status");
    expect(well).toMatchObject({ status: 0, stderr: "" });
    expect(well.stdout).toMatch(/^rondo \d\S+, pid \d+, up \d+s\n/);
    expect(well.stdout).toMatch(/pool eu \(rotate\): 2 of 2 in service/);
    expect(well.stdout).toMatch(/name www\.example\.com\. A: 1 answer\n/);
    expect(well.stdout).toMatch(/127\.0\.0\.1 +pool eu +led 100\.0 % +weights ask for 50\.0 %/);

    await datacenters[1]!.become("503");
    await until(async () => (await findValue("127.0.0.2")).state === "down", "one is down");
    const down = await run("status");
    expect(down.status).toBe(4);
    expect(down.stdout).toMatch(/127\.0\.0\.2 +fra +weight 1 +DOWN +for \d+s .*503/);
    const value = await findValue("127.0.0.2");
    expect(value.lastError).toContain("503");
    expect(Date.parse(value.since!)).toBeLessThanOrEqual(Date.now());
    expect(Date.parse(value.nextChange!)).toBeGreaterThan(Date.parse(value.since!));
  });

  test("drain: out of answers, safe to stop after the TTL, kept over a restart, gone with undrain", async () => {
    await answers("www");
    const before = Date.now();
    const drained = await run("drain", "127.0.0.1", "--for", "2h", "--reason", "new disk");
    expect(drained).toMatchObject({ status: 0, stderr: "" });
    expect(drained.stdout).toMatch(/^127\.0\.0\.1 is drained: 1 value, until /);
    expect(drained.stdout).toMatch(/^ {2}127\.0\.0\.1 {2}pool eu {2}example\.com\.$/m);
    expect(drained.stdout).toMatch(/^safe to stop at .*\d\d:\d\d:\d\d: no cache holds them then$/m);
    expect(await answers("www")).toEqual(["127.0.0.2"]);

    await rondo.stop();
    await start();
    expect(await answers("www")).toEqual(["127.0.0.2"]);
    const { overrides } = await readState();
    expect(overrides).toMatchObject([
      { action: "drain", selector: "127.0.0.1", reason: "new disk", matches: 1 },
    ]);
    expect(overrides[0]!.by).toContain("@");
    expect(Date.parse(overrides[0]!.until!) - before).toBeGreaterThanOrEqual(7_200_000 - 1000);
    expect((await run("status")).stdout).toMatch(/127\.0\.0\.1 .* drained .* by \S+@\S+: new disk/);

    expect(await run("undrain", "127.0.0.1")).toMatchObject({ status: 0, stderr: "" });
    expect((await answers("www")).sort()).toEqual(["127.0.0.1", "127.0.0.2"]);
    expect((await run("undrain", "127.0.0.1")).status).toBe(5);
  });

  test("drain --json has the time from which it is safe to stop", async () => {
    const before = Date.now();
    const { stdout, status } = await run("drain", "dc=fra", "--json");
    const after = Date.now();
    expect(status).toBe(0);
    const safeAt = Date.parse(JSON.parse(stdout).safeToStopAt);
    // www hands out 30 s; half of it while something has no verdict yet.
    expect(safeAt).toBeGreaterThanOrEqual(before + 15_000);
    expect(safeAt).toBeLessThanOrEqual(after + 31_000);
    expect(await answers("www")).toEqual(["127.0.0.3"]);
  });

  test("drain warns of plain records, and of a term that is over too soon", async () => {
    rondo.writeZone(FILE, zoneText(ports(), "  host: { type: A, ttl: 1h, value: 127.0.0.1 }\n"));
    expect((await run("reload")).status).toBe(0);
    await answers("www");
    const short = await run("drain", "127.0.0.1", "--for", "12s");
    expect(short).toMatchObject({ status: 6, stdout: "" });
    expect(short.stderr).toMatch(/the shortest that makes sense is --for \d+s/);
    const forced = await run("drain", "127.0.0.1", "--for", "12s", "--force");
    expect(forced.status).toBe(0);
    expect(forced.stdout).toContain("not safe to stop at any time");
    expect(forced.stdout).not.toMatch(/^safe to stop/m);
    expect(forced.stderr).toContain(
      "host.example.com. A still answers 127.0.0.1, with a TTL of 3600 s: a plain record",
    );
    const long = await run("drain", "127.0.0.1", "--for", "1h", "--force");
    expect(long.stdout).toMatch(/^safe to stop at .*, all but 127\.0\.0\.1: no cache/m);
  });

  test("guards: exit 6, 5 and 64, and --force", async () => {
    const refused = await run("drain", "pool=na");
    expect(refused.status).toBe(6);
    expect(refused.stdout).toBe("");
    expect(refused.stderr).toContain("only A in example.com. would have no value left");
    expect(await answers("only")).toEqual(["127.0.0.3"]);
    expect(await run("drain", "dc=nowhere")).toMatchObject({
      status: 5,
      stderr: "rondo drain: dc=nowhere matches no value of any pool\n",
    });
    expect(await run("drain", "na")).toMatchObject({
      status: 5,
      stderr:
        "rondo drain: na matches no value of any pool; a pool is written pool=na, a datacenter dc=na\n",
    });
    expect((await run("drain", "rack=7")).status).toBe(64);
    expect((await run("drain", "dc=fra", "--for", "soon")).status).toBe(64);
    expect((await run("drain", "pool=na", "--force")).status).toBe(0);
    expect(await answers("only")).toEqual([]);
  });

  test("force up and down", async () => {
    expect((await run("force", "down", "127.0.0.1")).status).toBe(0);
    expect(await answers("www")).toEqual(["127.0.0.2"]);
    await datacenters[2]!.become("503");
    await until(async () => (await findValue("127.0.0.3")).state === "down", "na is down");
    expect((await run("force", "up", "pool=na")).status).toBe(0);
    expect((await findValue("127.0.0.3")).state).toBe("forced-up");
    expect((await run("force", "sideways", "pool=na")).status).toBe(64);
    expect((await run("undrain", "*")).status).toBe(0);
    expect((await readState()).overrides).toEqual([]);
  });

  test("failback: takes back what waits for it, and nothing else", async () => {
    expect((await run("failback", "eu")).status).toBe(5);
    await Promise.all([datacenters[0]!.become("503"), datacenters[1]!.become("503")]);
    await until(async () => (await answers("www")).join() === "127.0.0.3", "eu is left");
    await Promise.all([datacenters[0]!.become("up"), datacenters[1]!.become("up")]);
    await until(async () => {
      const { zones } = await readState();
      return zones[0]!.pools.find(({ name }) => name === "eu")?.heldBack === "manual";
    }, "eu waits");
    expect(await answers("www")).toEqual(["127.0.0.3"]);
    const taken = await run("failback", "eu");
    expect(taken).toMatchObject({ status: 0, stdout: "pool eu of example.com. is taken back\n" });
    expect(await answers("www")).toContain("127.0.0.1");
  });

  test("reload: what changed, or the errors and exit 1", async () => {
    expect(await run("reload")).toMatchObject({ status: 0, stdout: "nothing has changed\n" });
    rondo.writeZone(FILE, zoneText(ports(), "  new: { type: A, value: 192.0.2.1 }\n"));
    const changed = await run("reload");
    expect(changed.status).toBe(0);
    expect(await answers("new")).toEqual(["192.0.2.1"]);
    rondo.writeZone(FILE, zoneText(ports(), "  bad: { type: A, vale: 192.0.2.1 }\n"));
    const bad = await run("reload");
    expect(bad.status).toBe(1);
    expect(bad.stderr).toMatch(/example\.com\.yaml:\d+:\d+: error: .*"vale".*did you mean "value"/);
    expect(bad.stderr).toContain("zone example.com. is served as it was");
    expect(await answers("new")).toEqual(["192.0.2.1"]);
    expect((await readState()).problems).toMatchObject([{ zone: "example.com.", kind: "refused" }]);
  });

  test("explain: the server's own answer, with what it knows", async () => {
    const client = ["--client", "127.0.0.1"];
    await run("drain", "127.0.0.1", "--reason", "disk");
    const drained = await run("explain", "www.example.com", ...client);
    expect(drained).toMatchObject({ status: 0, stderr: "" });
    expect(drained.stdout).toContain("by the running server");
    expect(drained.stdout).toMatch(/dropped +127\.0\.0\.1 .*drained/);
    const json = await run("explain", "alias.example.com", ...client, "--json");
    expect(JSON.parse(json.stdout)).toMatchObject({
      source: "server",
      links: [
        { kind: "static", answer: { type: "CNAME", ttl: 300 } },
        { kind: "steered", answer: { records: [{ data: "127.0.0.2" }] } },
      ],
    });
    const text = await run("explain", "text.example.com", "TXT", ...client);
    expect(text.stdout).toContain("hello");
    const assumed = await run("explain", "www.example.com", ...client, "--assume", "pool=eu=down");
    expect(assumed.stdout).toContain("127.0.0.3");
    expect((await run("explain", "no.example.com", ...client)).status).toBe(3);
    expect((await run("explain", "example.net", ...client)).status).toBe(3);
    const wrong = await run("explain", "www.example.com", ...client, "--assume", "9.9.9.9=down");
    expect(wrong.status).toBe(64);
  });

  test("explain goes by the zone that is served, not by a file that is broken meanwhile", async () => {
    rondo.writeZone(FILE, "zone: example.com.\nrecords: 7\n");
    expect((await run("reload")).status).toBe(1);
    const { stdout } = await run("explain", "text.example.com", "TXT", "--client", "127.0.0.1");
    expect(stdout).toContain("hello");
  });
});

describe("without a server", () => {
  test("69 where one is needed, files where they do", async () => {
    const holder = createServer((socket) => {
      socket.resume().end("HTTP/1.1 200 OK\r\n\r\n{}");
    });
    await new Promise<void>((resolve) => holder.listen(0, "127.0.0.1", resolve));
    const stranger = `127.0.0.1:${(holder.address() as { port: number }).port}`;
    for (const args of [
      ["status"],
      ["drain", "dc=fra"],
      ["undrain", "*"],
      ["reload"],
      ["failback", "eu"],
      ["force", "up", "*"],
    ]) {
      const { status, stderr } = await runRondo(...args, "--admin", stranger);
      expect(status).toBe(69);
      expect(stderr).toContain("what answers there is not rondo");
    }
    await new Promise((resolve) => holder.close(resolve));
    const closed = await runRondo("status", "--admin", stranger);
    expect(closed).toMatchObject({ status: 69 });
    expect(closed.stderr).toContain("ECONNREFUSED");
    const explain = ["explain", "www.example.com", "--client", "127.0.0.1"];
    expect((await runRondo(...explain, "--admin", stranger)).status).toBe(69);
    const folder = createFolder();
    writeFileSync(join(folder, "zones", FILE), zoneText([1, 2, 3]));
    writeFileSync(join(folder, "rondo.yaml"), "geo: { databases: [] }\n");
    const fromFiles = await runRondo(...explain, "--config", join(folder, "rondo.yaml"));
    expect(fromFiles).toMatchObject({ status: 0 });
    expect(fromFiles.stdout).toContain("worked out from files");
    rmSync(folder, { recursive: true });
  });
});

describe("where the interface is", () => {
  const options = { zones: { [FILE]: zoneText([1, 2, 3]) } };
  let folder: string;
  beforeEach(() => {
    folder = createFolder();
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  test("a Unix socket", async () => {
    const path = join(folder, "admin.sock");
    const rondo = await startRondo({ ...options, folder, args: ["--admin", path] });
    expect(rondo.admin).toBe(path);
    expect([0, 4]).toContain((await runRondo("status", "--admin", path)).status);
    await rondo.stop();
  });

  test("beyond this machine, with a token", async () => {
    const token = join(folder, "token");
    writeFileSync(token, "0123456789abcdef0123456789abcdef\n");
    const config = `geo: { databases: [] }\nadmin: { listen: 0.0.0.0:8053, token_file: ${token} }\n`;
    const rondo = await startRondo({
      ...options,
      folder,
      config,
      args: ["--admin", "0.0.0.0:0"],
    });
    const admin = rondo.admin.replace("0.0.0.0", "127.0.0.1");
    const without = await runRondo("status", "--admin", admin);
    expect(without.status).toBe(1);
    expect(without.stderr).toContain("a bearer token is needed");
    const status = await runRondo("status", "--admin", admin, "--token-file", token);
    expect([0, 4]).toContain(status.status);
    await rondo.stop();
  });

  test("not beyond this machine without a token, not on a port that is taken, and not at all", async () => {
    const open = await failToStart({ ...options, folder, args: ["--admin", "0.0.0.0:0"] });
    expect(open.status).toBe(1);
    expect(open.stderr).toContain("admin.token_file");
    const holder = createServer();
    await new Promise<void>((resolve) => holder.listen(0, "127.0.0.1", resolve));
    const { port } = holder.address() as { port: number };
    const taken = await failToStart({ ...options, folder, args: ["--admin", `127.0.0.1:${port}`] });
    expect(taken.status).toBe(1);
    expect(taken.stderr).toContain("something else listens there");
    await new Promise((resolve) => holder.close(resolve));
    const none = await startRondo({ ...options, folder, args: ["--admin", "none"] });
    expect(none.output()).toContain("admin interface: none");
    await none.stop();
  });

  test("overrides that cannot be understood keep nobody from getting an answer", async () => {
    mkdirSync(join(folder, "state"));
    writeFileSync(join(folder, "state", "overrides.json"), "{ torn");
    const rondo = await startRondo({ ...options, folder });
    expect(rondo.output()).toContain("overrides not understood");
    const reply = await askUdp(rondo.endpoint, query({ name: "www.example.com" }));
    expect(readMessage(reply!).answer).not.toEqual([]);
    await rondo.stop();
  });
});
