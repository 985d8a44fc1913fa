import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Datacenter, startDatacenter } from "../support/datacenter.ts";
import { askUdp } from "../support/dns-client.ts";
import { type Message, readMessage } from "../support/message.ts";
import { query } from "../support/packet.ts";
import { describeWithPeers, type Peer, startPeer, until } from "../support/peers.ts";
import { findFreePort } from "../support/ports.ts";
import { type Rondo, startRondo } from "../support/rondo.ts";

/** Each test has a network of its own in 127.0.0.0/8. */
let network = (process.pid % 200) * 256 + Math.floor(Math.random() * 200);
function nextNetwork(): string {
  network = (network + 1) % 51_200;
  return `127.${16 + (network >> 8)}.${network & 0xff}`;
}

/** One port that is free on all addresses: the values of a pool share their check's port. */
async function findSharedPort(addresses: readonly string[]): Promise<number> {
  for (let attempt = 0; attempt < 20; attempt++) {
    const port = await findFreePort(addresses[0]);
    const free = await Promise.all(addresses.map((address) => isFree(address, port)));
    if (free.every(Boolean)) return port;
  }
  throw new Error("Cannot find a port free on all addresses");
}

function isFree(address: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, address, () => server.close(() => resolve(true)));
  });
}

function zone(
  protocol: "HTTP" | "TCP",
  port: number,
  first: readonly string[],
  second: readonly string[],
): string {
  const values = (list: readonly string[]): string =>
    list.map((value) => `{ value: ${value} }`).join(", ");
  return `
zone: example.com.
healthchecks:
  web: { protocol: ${protocol}, port: ${port}, ${protocol === "HTTP" ? "path: /healthz, " : ""}profile: fast }
pools:
  near: { healthcheck: web, fallback: far, values: [${values(first)}] }
  far: { healthcheck: web, values: [${values(second)}] }
records:
  "": { type: NS, values: [ns1.example.com., ns2.example.com.] }
  ns1: { type: A, value: 192.0.2.53 }
  ns2: { type: A, value: 192.0.2.54 }
  www: { type: A, ttl: 30, dynamic: { rules: [{ pool: near }] } }
`;
}

async function ask(rondo: Rondo): Promise<Message> {
  const reply = await askUdp(rondo.endpoint, query({ name: "www.example.com" }));
  return readMessage(reply!);
}

async function addresses(rondo: Rondo): Promise<string> {
  const { answer } = await ask(rondo);
  return answer
    .map(({ rdata }) => rdata.split(".")[3])
    .sort()
    .join();
}

/** The deadline only ends a test that would never end; detection is some 3 s with the fast profile. */
async function becomes(rondo: Rondo, expected: string): Promise<void> {
  await until(
    `the answer is ${expected}`,
    async () => (await addresses(rondo)) === expected,
    30_000,
    100,
  ).catch(async (error: unknown) => {
    throw new Error(`${String(error)}; it is ${await addresses(rondo)}\n${rondo.output()}`);
  });
}

describe.each(["HTTP", "TCP"] as const)("datacenters checked over %s", (protocol) => {
  let near: Datacenter[];
  let far: Datacenter[];
  let rondo: Rondo;
  beforeEach(async () => {
    const prefix = nextNetwork();
    const all = [1, 2, 3, 9].map((host) => `${prefix}.${host}`);
    const port = await findSharedPort(all);
    const started = await Promise.all(all.map((address) => startDatacenter(address, port)));
    near = started.slice(0, 3);
    far = started.slice(3);
    rondo = await startRondo({
      zones: { "example.com.yaml": zone(protocol, port, all.slice(0, 3), all.slice(3)) },
      args: ["--workers", "1"],
    });
  });
  afterEach(async () => {
    await rondo.stop();
    await Promise.all([...near, ...far].map((datacenter) => datacenter.close()));
  });

  test("that all are well are all answered, with the record's TTL", async () => {
    const { answer } = await ask(rondo);
    expect(answer.map(({ ttl }) => ttl)).toEqual([30, 30, 30]);
  });

  test("leave the answer when they refuse connections, and return", async () => {
    await near[1]!.become("closed");
    await becomes(rondo, "1,3");
    expect((await ask(rondo)).answer[0]!.ttl).toBe(15);
    await near[1]!.become("up");
    await becomes(rondo, "1,2,3");
  });

  test("are replaced by the fallback when the whole pool is gone", async () => {
    await Promise.all(near.map((datacenter) => datacenter.become("closed")));
    await becomes(rondo, "9");
    await near[0]!.become("up");
    await becomes(rondo, "1");
  });

  test("that all fall silent at once change nothing", async () => {
    await near[1]!.become("closed");
    await becomes(rondo, "1,3");
    // A state that is neither all nor nothing, so that falling back on either would show.
    await Promise.all(
      [near[0]!, near[2]!, ...far].map((datacenter) => datacenter.become("silent")),
    );
    await near[1]!.become("silent");
    const before = near.map((datacenter) => datacenter.contacts());
    const seen = new Set<string>();
    if (protocol === "HTTP") {
      await until(
        "each has been tried ten times in vain",
        async () => {
          seen.add(await addresses(rondo));
          return near.every((datacenter, i) => datacenter.contacts() >= before[i]! + 10);
        },
        40_000,
      );
      expect([...seen]).toEqual(["1,3"]);
      expect(rondo.output()).not.toMatch(/uncaught/i);
      await Promise.all([...near, ...far].map((datacenter) => datacenter.become("up")));
    }
    await becomes(rondo, "1,2,3");
  });

  if (protocol === "TCP") return;

  test("that answer 503 leave the answer", async () => {
    await near[2]!.become("503");
    await becomes(rondo, "1,2");
  });

  test("that all answer 503 give the client its own first choice", async () => {
    await Promise.all([...near, ...far].map((datacenter) => datacenter.become("503")));
    await until(
      "the answer has the TTL of an emergency",
      async () => (await ask(rondo)).answer[0]!.ttl === 5,
      30_000,
    );
    expect(await addresses(rondo)).toBe("1,2,3");
    await far[0]!.become("up");
    await becomes(rondo, "9");
  });

  test("that accept and say nothing leave the answer", async () => {
    await near[0]!.become("silent");
    await becomes(rondo, "2,3");
    await near[0]!.become("up");
    await becomes(rondo, "1,2,3");
  });
});

describeWithPeers("nginx and HAProxy as datacenters", ["nginx", "haproxy"], () => {
  let folder: string;
  let prefix: string;
  let port: number;
  let peers: Peer[];
  let rondo: Rondo;
  let spare: Datacenter;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "rondo-datacenters-"));
    prefix = nextNetwork();
    const all = [1, 2, 3].map((host) => `${prefix}.${host}`);
    port = await findSharedPort(all);
    peers = [await startNginx(all[0]!), await startHaproxy(all[1]!)];
    spare = await startDatacenter(all[2]!, port);
    rondo = await startRondo({
      zones: { "example.com.yaml": zone("HTTP", port, all.slice(0, 2), all.slice(2)) },
      args: ["--workers", "1"],
    });
  });
  afterEach(async () => {
    await rondo.stop();
    await Promise.all(peers.map((peer) => peer.stop()));
    await spare.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test("both are answered; one that ends leaves, and returns when it runs again", async () => {
    await becomes(rondo, "1,2");
    await peers[0]!.stop();
    await becomes(rondo, "2");
    peers[0] = await startNginx(`${prefix}.1`);
    await becomes(rondo, "1,2");
    await peers[1]!.stop();
    await becomes(rondo, "1");
    peers[1] = await startHaproxy(`${prefix}.2`);
    await becomes(rondo, "1,2");
  });

  test("one that hangs (SIGSTOP) leaves, and returns when it goes on", async () => {
    peers[1]!.process.kill("SIGSTOP");
    await becomes(rondo, "1");
    peers[1]!.process.kill("SIGCONT");
    await becomes(rondo, "1,2");
  });

  test("both ended: the fallback answers", async () => {
    await Promise.all(peers.map((peer) => peer.stop()));
    await becomes(rondo, "3");
  });

  async function startNginx(address: string): Promise<Peer> {
    const config = join(folder, "nginx.conf");
    const place = join(folder, "nginx");
    mkdirSync(place, { recursive: true });
    const paths = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(
      (kind) => `${kind}_temp_path ${place}/${kind};`,
    );
    writeFileSync(
      config,
      `daemon off; master_process off; pid ${place}/pid; error_log stderr;\nevents {}\n` +
        `http { access_log off; ${paths.join(" ")}\n` +
        `server { listen ${address}:${port}; location = /healthz { return 200 "ok"; } } }\n`,
    );
    return startPeer("nginx", ["-c", config, "-p", place, "-e", "stderr"], () => answers(address));
  }

  async function startHaproxy(address: string): Promise<Peer> {
    const config = join(folder, "haproxy.cfg");
    writeFileSync(
      config,
      `global\n  nbthread 1\ndefaults\n  mode http\n  timeout connect 1s\n  timeout client 5s\n  timeout server 5s\n` +
        `frontend web\n  bind ${address}:${port}\n  http-request return status 200 if { path /healthz }\n`,
    );
    return startPeer("haproxy", ["-db", "-f", config], () => answers(address));
  }

  async function answers(address: string): Promise<boolean> {
    try {
      return (await fetch(`http://${address}:${port}/healthz`)).ok;
    } catch {
      return false;
    }
  }
});
