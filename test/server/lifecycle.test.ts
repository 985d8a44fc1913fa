import { createSocket } from "node:dgram";
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { askTcp, askUdp, frame, openTcp } from "../support/dns-client.ts";
import { readMessage } from "../support/message.ts";
import { query } from "../support/packet.ts";
import { findFreePort } from "../support/ports.ts";
import { createFolder, failToStart, runRondo, startRondo } from "../support/rondo.ts";
import { until } from "../support/until.ts";

const GOOD = `
zone: example.com.
records:
  "": { type: NS, values: [ns1.example.com., ns2.example.com.] }
  ns1: { type: A, value: 192.0.2.53 }
  ns2: { type: A, value: 192.0.2.54 }
  www: { type: A, ttl: 60, values: [192.0.2.1] }
`;
const ZONES = { "example.com.yaml": GOOD };
const WWW = query({ name: "www.example.com" });

describe("start", () => {
  test("with a bad zone file and no earlier good one ends with status 1 and the place of every error", async () => {
    const { status, stderr } = await failToStart({
      zones: {
        "example.com.yaml": GOOD.replace("ttl: 60", "tll: 60").replace("192.0.2.53", "192.0.2.999"),
      },
    });
    expect(status).toBe(1);
    expect(stderr).toMatch(/example\.com\.yaml:5:\d+: error: .*192\.0\.2\.999/);
    expect(stderr).toMatch(/example\.com\.yaml:7:\d+: error: .*tll/);
    expect(stderr).toContain("ttl");
  });

  test("on a port in use ends with status 1 and names the address and the holder", async () => {
    const holder = createSocket("udp4");
    // Free for TCP too: the holder of that one would be somebody else.
    const port = await findFreePort("127.0.0.19");
    await new Promise<void>((resolve) => {
      holder.bind(port, "127.0.0.19", resolve);
    });
    const { status, stderr } = await failToStart({ zones: ZONES, listen: [`127.0.0.19:${port}`] });
    holder.close();
    expect(status).toBe(1);
    const line = stderr.split("\n").filter((text) => text.includes(`127.0.0.19:${port}`));
    expect(line.length).toBeGreaterThan(0);
    expect(line.join()).toContain(String(process.pid));
  });

  test("beside another rondo on the same port ends with status 1; the first goes on", async () => {
    const first = await startRondo({ zones: ZONES });
    const { port } = first.endpoint;
    const { status, stderr } = await failToStart({ zones: ZONES, listen: [`127.0.0.1:${port}`] });
    expect(status).toBe(1);
    expect(stderr).toContain(`127.0.0.1:${port}`);
    expect(readMessage((await askUdp(first.endpoint, WWW))!).answer.length).toBe(1);
    await first.stop();
  });

  test("with a file that has gone bad serves the last good copy, and says so", async () => {
    const folder = createFolder();
    const first = await startRondo({ zones: ZONES, folder });
    expect(readMessage((await askUdp(first.endpoint, WWW))!).answer.length).toBe(1);
    await first.stop();

    const second = await startRondo({ zones: { "example.com.yaml": "zone: [" }, folder });
    expect(readMessage((await askUdp(second.endpoint, WWW))!).answer[0]?.rdata).toBe("192.0.2.1");
    expect(second.output()).toMatch(/example\.com\.yaml/);
    second.writeZone("example.com.yaml", GOOD.replace("192.0.2.1", "192.0.2.77"));
    await second.waitForOutput(/example\.com/);
    await second.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  test("removes what a killed server was writing in each of the folders of its state", async () => {
    const folder = createFolder();
    const state = join(folder, "state");
    // No process has such a number.
    const left = [
      "health.json.999999999.tmp",
      "geo-cache.999999999.new",
      "zones/.example.com.yaml.999999999.new",
      "secondary/example.org.state.999999999.new",
    ];
    const others = ["health.json.tmp", "notes.999999999.new", "secondary/notes.txt"];
    for (const inner of ["zones", "secondary"]) mkdirSync(join(state, inner), { recursive: true });
    for (const file of [...left, ...others]) writeFileSync(join(state, file), "half of i");
    const rondo = await startRondo({ zones: ZONES, folder });
    await until(() => left.every((file) => !existsSync(join(state, file))));
    expect(others.filter((file) => !existsSync(join(state, file)))).toEqual([]);
    await rondo.stop();
    rmSync(folder, { recursive: true });
  });

  test("with an empty folder of zones says so rather than serving nothing in silence", async () => {
    const rondo = await startRondo({ zones: {} });
    expect(rondo.output()).toContain("no zones");
    await rondo.stop();
  });

  test.each([
    ["--lisen", ["serve", "--lisen", "127.0.0.1:0"], "--listen"],
    ["serv", ["serv"], "serve"],
  ])("with a misspelt %s ends with status 64 and the right word", async (_, args, suggestion) => {
    const { status, stderr } = await runRondo(...args);
    expect(status).toBe(64);
    expect(stderr).toContain(suggestion);
  });
});

describe("the banner", () => {
  test("names the version, the listeners, the zones with serial and records, and the geo data", async () => {
    const rondo = await startRondo({
      zones: { "example.com.yaml": GOOD.replace("records:", "soa: { serial: 4711 }\nrecords:") },
      config: "# all defaults\n",
    });
    const output = rondo.output();
    expect(output).toMatch(/rondo \d+\.\d+\.\d+/);
    expect(output).toContain(`127.0.0.1:${rondo.endpoint.port}`);
    expect(output).toMatch(/example\.com.*4711/);
    expect(output).toMatch(/mmsg|dgram/);
    await rondo.waitForOutput(/DB-IP/);
    await rondo.stop();
  });

  test("says that there is no geo data where no database is named", async () => {
    const rondo = await startRondo({ zones: ZONES });
    expect(rondo.output()).toContain("\nno geo data");
    expect(rondo.output()).not.toContain("being read");
    await rondo.stop();
  });
});

describe("the end", () => {
  test.each(["SIGTERM", "SIGINT"] as const)(
    "comes within 2 s of %s, status 0, whatever connections are open",
    async (signal) => {
      const rondo = await startRondo({ zones: ZONES });
      const idle = await openTcp(rondo.endpoint);
      const half = await openTcp(rondo.endpoint);
      half.write(frame(WWW).subarray(0, 5));
      expect(readMessage((await askTcp(rondo.endpoint, WWW))!).answer.length).toBe(1);
      const closed = new Promise<number | null>((resolve) => {
        rondo.process.once("exit", (status) => resolve(status));
      });
      // The contract is 2 s; a machine busy with other tests gets a second more before the child is ended by force.
      const overdue = setTimeout(() => rondo.process.kill("SIGKILL"), 3000);
      rondo.process.kill(signal);
      expect(await closed).toBe(0);
      clearTimeout(overdue);
      idle.close();
      half.close();
      rmSync(rondo.folder, { recursive: true, force: true });
    },
  );

  test("comes while queries arrive", async () => {
    const rondo = await startRondo({ zones: ZONES });
    const socket = createSocket("udp4");
    const flood = setInterval(() => {
      for (let i = 0; i < 20; i++) socket.send(WWW, rondo.endpoint.port, rondo.endpoint.address);
    }, 5);
    await rondo.stop();
    clearInterval(flood);
    socket.close();
  });
});

describe.each(["mmsg", "dgram"])("--udp %s", (path) => {
  const args = ["--udp", path];

  test("answers over UDP and TCP", async () => {
    const rondo = await startRondo({ zones: ZONES, args });
    expect(rondo.output()).toContain(path);
    expect(readMessage((await askUdp(rondo.endpoint, WWW))!).answer.length).toBe(1);
    expect(readMessage((await askTcp(rondo.endpoint, WWW))!).answer.length).toBe(1);
    await rondo.stop();
  });

  test("answers on ::1", async () => {
    const rondo = await startRondo({ zones: ZONES, args, listen: ["[::1]:0"] });
    expect(rondo.endpoint.address).toBe("::1");
    expect(readMessage((await askUdp(rondo.endpoint, WWW))!).answer.length).toBe(1);
    expect(readMessage((await askTcp(rondo.endpoint, WWW))!).answer.length).toBe(1);
    await rondo.stop();
  });

  test("on two addresses answers on both", async () => {
    const rondo = await startRondo({ zones: ZONES, args, listen: ["127.0.0.1:0", "127.0.0.2:0"] });
    for (const endpoint of rondo.endpoints) {
      expect(readMessage((await askUdp(endpoint, WWW))!).answer.length).toBe(1);
    }
    expect(rondo.endpoints.map(({ address }) => address)).toEqual(["127.0.0.1", "127.0.0.2"]);
    await rondo.stop();
  });

  test("on a wildcard answers from the address that was asked", async () => {
    const port = await findFreePort("0.0.0.0");
    const rondo = await startRondo({ zones: ZONES, args, listen: [`0.0.0.0:${port}`] });
    // node:dgram binds the addresses of interfaces; the rest of 127.0.0.0/8 is none of them.
    const asked = path === "mmsg" ? ["127.0.0.1", "127.0.0.5"] : ["127.0.0.1"];
    for (const address of asked) {
      // The client drops what comes from elsewhere.
      expect(readMessage((await askUdp({ address, port }, WWW))!).answer.length).toBe(1);
      expect(readMessage((await askTcp({ address, port }, WWW))!).answer.length).toBe(1);
    }
    await rondo.stop();
  });
});

describe("check", () => {
  test("reports every error with its place and ends with status 1", async () => {
    const folder = createFolder();
    writeFileSync(
      join(folder, "zones", "a.yaml"),
      GOOD.replace("example.com.", "a.example.").replace("192.0.2.1]", "nonsense]"),
    );
    writeFileSync(join(folder, "zones", "b.yaml"), "zone: b.example.\nrecords: 5\n");
    const { status, stdout, stderr } = await runRondo("check", "--zones", join(folder, "zones"));
    expect(status).toBe(1);
    expect(stdout + stderr).toMatch(/a\.yaml:7:\d+: error: /);
    expect(stdout + stderr).toMatch(/b\.yaml:2:\d+: error: /);
    rmSync(folder, { recursive: true, force: true });
  });

  test("is content with good files", async () => {
    const folder = createFolder();
    writeFileSync(join(folder, "zones", "example.com.yaml"), GOOD);
    expect((await runRondo("check", "--zones", join(folder, "zones"))).status).toBe(0);
    rmSync(folder, { recursive: true, force: true });
  });
});
