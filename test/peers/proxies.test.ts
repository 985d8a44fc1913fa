import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "vitest";
import { becomes, findSharedPort, nextNetwork, writeZone } from "../support/checked-zone.ts";
import { startDatacenter } from "../support/datacenter.ts";
import { describeWithPeers, type Peer, startPeer } from "../support/peers.ts";
import { type Rondo, startRondo } from "../support/rondo.ts";
import { until } from "../support/until.ts";

describeWithPeers("nginx and HAProxy as datacenters", ["nginx", "haproxy"], () => {
  test.concurrent("are both answered; one that ends leaves, and returns when it runs again", () =>
    withProxies(async ({ rondo, nginx, haproxy, restart }) => {
      await becomes(rondo, "1,2");
      await nginx.stop();
      await becomes(rondo, "2");
      await restart("nginx");
      await becomes(rondo, "1,2");
      await haproxy.stop();
      await becomes(rondo, "1");
      await restart("haproxy");
      await becomes(rondo, "1,2");
    }));

  test.concurrent("that hang (SIGSTOP) leave, and return when they go on", () =>
    withProxies(async ({ rondo, haproxy }) => {
      haproxy.process.kill("SIGSTOP");
      await becomes(rondo, "1");
      haproxy.process.kill("SIGCONT");
      await becomes(rondo, "1,2");
    }));

  test.concurrent("are replaced by the fallback when both have ended", () =>
    withProxies(async ({ rondo, nginx, haproxy }) => {
      await Promise.all([nginx.stop(), haproxy.stop()]);
      await becomes(rondo, "3");
    }));
});

const MANUAL = readFileSync(new URL("../../docs/proxies.md", import.meta.url), "utf8");

describeWithPeers("the manual's proxies before two servers each", ["nginx", "haproxy"], () => {
  test.concurrent.for(["haproxy", "nginx"] as const)(
    "%s: the datacenter leaves when both servers have, and returns with the first",
    async (program, { onTestFinished }) => {
      const folder = mkdtempSync(join(tmpdir(), "rondo-manual-"));
      onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
      const prefix = nextNetwork();
      const [proxy, spare, one, two] = [1, 2, 11, 12].map((host) => `${prefix}.${host}`);
      const port = await findSharedPort([proxy!, spare!]);
      const datacenters = await Promise.all([
        startDatacenter(one!),
        startDatacenter(two!),
        startDatacenter(spare!, port),
      ]);
      for (const { close } of datacenters) onTestFinished(close);
      const [first, second] = datacenters;
      const config = readExample(program)
        .replace("198.51.100.10:80", `${proxy}:${port}`)
        .replace("10.0.1.11:8080", `${one}:${first.port}`)
        .replace("10.0.1.12:8080", `${two}:${second.port}`);
      const start = program === "nginx" ? startNginx : startHaproxy;
      const peer = await start(folder, proxy!, port, config);
      onTestFinished(() => peer.stop());
      const rondo = await startRondo({
        zones: { "example.com.yaml": writeZone("HTTP", port, [proxy!], [spare!]) },
        args: ["--workers", "1"],
      });
      onTestFinished(() => rondo.stop());
      await becomes(rondo, "1");
      await first.become("closed");
      await until(async () => (await statusOf(proxy!, port)) === 200, "the other server answers");
      await second.become("503");
      await becomes(rondo, "2");
      await first.become("up");
      await becomes(rondo, "1");
    },
  );
});

const FENCE = "```";

/** The configuration between the fences of that language. */
function readExample(language: string): string {
  const text = MANUAL.split(`${FENCE}${language}\n`)[1]?.split(FENCE)[0];
  if (text === undefined) throw new Error(`docs/proxies.md has no example for ${language}`);
  return text;
}

interface Proxies {
  readonly rondo: Rondo;
  readonly nginx: Peer;
  readonly haproxy: Peer;
  restart(which: "nginx" | "haproxy"): Promise<void>;
}

/** nginx answers as address 1, HAProxy as 2, a spare datacenter in the fallback pool as 3. */
async function withProxies(body: (proxies: Proxies) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "rondo-datacenters-"));
  const prefix = nextNetwork();
  const hosts = [1, 2, 3].map((host) => `${prefix}.${host}`);
  const port = await findSharedPort(hosts);
  const start = {
    nginx: () => startNginx(folder, hosts[0]!, port),
    haproxy: () => startHaproxy(folder, hosts[1]!, port),
  };
  const peers: Peer[] = [];
  const closers: (() => Promise<void>)[] = [];
  try {
    for (const which of ["nginx", "haproxy"] as const) peers.push(await start[which]());
    const spare = await startDatacenter(hosts[2]!, port);
    closers.push(() => spare.close());
    const rondo = await startRondo({
      zones: { "example.com.yaml": writeZone("HTTP", port, hosts.slice(0, 2), hosts.slice(2)) },
      args: ["--workers", "1"],
    });
    closers.push(() => rondo.stop());
    await body({
      rondo,
      nginx: peers[0]!,
      haproxy: peers[1]!,
      restart: async (which) => {
        peers.push(await start[which]());
      },
    });
  } finally {
    await Promise.all([...closers.map((close) => close()), ...peers.map((peer) => peer.stop())]);
    rmSync(folder, { recursive: true, force: true });
  }
}

async function startNginx(
  folder: string,
  address: string,
  port: number,
  servers = `server { listen ${address}:${port}; location = /healthz { return 200 "ok"; } }\n`,
): Promise<Peer> {
  const config = join(folder, "nginx.conf");
  const place = join(folder, "nginx");
  mkdirSync(place, { recursive: true });
  const paths = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(
    (kind) => `${kind}_temp_path ${place}/${kind};`,
  );
  writeFileSync(
    config,
    `daemon off; master_process off; pid ${place}/pid; error_log stderr;\nevents {}\n` +
      `http { access_log off; ${paths.join(" ")}\n${servers}}\n`,
  );
  return startPeer("nginx", ["-c", config, "-p", place, "-e", "stderr"], () =>
    answers(address, port),
  );
}

async function startHaproxy(
  folder: string,
  address: string,
  port: number,
  sections = `frontend web\n  bind ${address}:${port}\n  http-request return status 200 if { path /healthz }\n`,
): Promise<Peer> {
  const config = join(folder, "haproxy.cfg");
  writeFileSync(
    config,
    `global\n  nbthread 1\ndefaults\n  mode http\n  timeout connect 1s\n  timeout client 5s\n  timeout server 5s\n${sections}`,
  );
  return startPeer("haproxy", ["-db", "-f", config], () => answers(address, port));
}

async function answers(address: string, port: number): Promise<boolean> {
  return (await statusOf(address, port)) === 200;
}

/** Undefined if nobody answers. */
async function statusOf(address: string, port: number): Promise<number | undefined> {
  try {
    return (await fetch(`http://${address}:${port}/healthz`)).status;
  } catch {
    return undefined;
  }
}
