/** Other people's name servers as primaries on loopback, whose zone a test changes, and which it stops and starts again. */
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { askUdp, type Endpoint } from "./dns-client.ts";
import { query } from "./packet.ts";
import { type Peer, runPeer, startPeer } from "./peers.ts";
import { findFreePort } from "./ports.ts";

export const PRIMARY_SERVERS = ["knotd", "nsd", "named"] as const;
export type PrimaryServerName = (typeof PRIMARY_SERVERS)[number];

/** Programs that a test with the server needs beside it. */
export const PRIMARY_TOOLS: Readonly<Record<PrimaryServerName, readonly string[]>> = {
  knotd: ["knotd", "knotc"],
  nsd: ["nsd"],
  named: ["named"],
};

export interface RealPrimary extends Endpoint {
  /** Puts another version of the zone in place and has the server read it. */
  change(master: string): Promise<void>;
  stop(): Promise<void>;
  /** After `stop()`. */
  start(): Promise<void>;
  /** Stops it, and removes its files. */
  remove(): Promise<void>;
  output(): string;
}

export interface RealPrimaryOptions {
  /** Without the terminal dot. */
  readonly apex: string;
  readonly master: string;
  /** hmac-sha256; base64. */
  readonly key: { readonly name: string; readonly secret: string };
  /** The secondary that is told of changes. */
  readonly notify: Endpoint;
}

interface Place extends RealPrimaryOptions, Endpoint {
  readonly folder: string;
  readonly zoneFile: string;
}

/** Starts a server that gives its zone to whoever has the key, and waits until it answers. */
export async function startRealPrimary(
  program: PrimaryServerName,
  options: RealPrimaryOptions,
): Promise<RealPrimary> {
  const folder = mkdtempSync(join(tmpdir(), `rondo-${program}-`));
  const address = "127.0.0.1";
  const place: Place = {
    ...options,
    folder,
    address,
    port: await findFreePort(address),
    zoneFile: join(folder, "zone"),
  };
  writeFileSync(place.zoneFile, options.master);
  const args = CONFIGURE[program](place);
  const soa = query({ name: options.apex, type: "SOA" });
  const start = (): Promise<Peer> =>
    startPeer(program, args, async () => {
      const reply = await askUdp(place, soa, 200).catch(() => undefined);
      return reply !== undefined && (reply[3]! & 0x0f) === 0;
    });
  let peer = await start().catch((error) => {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  });
  let seconds = Math.floor(Date.now() / 1000);
  return {
    address,
    port: place.port,
    output: () => peer.output(),
    async change(master) {
      writeFileSync(place.zoneFile, master);
      // NSD and BIND tell versions by the whole second.
      seconds += 2;
      utimesSync(place.zoneFile, seconds, seconds);
      if (program === "knotd") await runPeer("knotc", ["-c", args[1]!, "zone-reload"]);
      else peer.process.kill("SIGHUP");
    },
    stop: () => peer.stop(),
    async start() {
      peer = await start();
    },
    async remove() {
      await peer.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Each writes its configuration and returns the arguments that keep it in the foreground. */
const CONFIGURE: Readonly<Record<PrimaryServerName, (place: Place) => string[]>> = {
  knotd: ({ folder, address, port, apex, zoneFile, key, notify }) => {
    const file = join(folder, "knot.conf");
    writeFileSync(
      file,
      `server:\n    rundir: "${folder}"\n    listen: ${address}@${port}\n    udp-workers: 1\n` +
        `    tcp-workers: 1\n    background-workers: 1\ndatabase:\n    storage: "${folder}"\n` +
        `key:\n  - id: ${key.name}\n    algorithm: hmac-sha256\n    secret: ${key.secret}\n` +
        `remote:\n  - id: secondary\n    address: ${notify.address}@${notify.port}\n    key: ${key.name}\n` +
        `acl:\n  - id: transfer\n    key: ${key.name}\n    action: transfer\n` +
        `zone:\n  - domain: ${apex}\n    storage: "${folder}"\n    file: "${zoneFile}"\n` +
        `    acl: transfer\n    notify: secondary\n    zonefile-load: difference\n` +
        `    zonefile-sync: -1\n    journal-content: changes\n`,
    );
    return ["-c", file];
  },
  nsd: ({ folder, address, port, apex, zoneFile, key, notify }) => {
    const file = join(folder, "nsd.conf");
    writeFileSync(
      file,
      `server:\n  ip-address: ${address}@${port}\n  username: ""\n  zonesdir: ""\n  database: ""\n` +
        `  pidfile: ""\n  xfrdfile: ""\n  zonelistfile: "${folder}/zone.list"\n  cookie-secret-file: ""\n` +
        `  xfrdir: "${folder}"\n  server-count: 1\n  rrl-ratelimit: 0\n` +
        `remote-control:\n  control-enable: no\n` +
        `key:\n  name: ${key.name}\n  algorithm: hmac-sha256\n  secret: "${key.secret}"\n` +
        `zone:\n  name: ${apex}\n  zonefile: "${zoneFile}"\n  store-ixfr: yes\n  create-ixfr: yes\n` +
        `  provide-xfr: ${notify.address} ${key.name}\n` +
        `  notify: ${notify.address}@${notify.port} ${key.name}\n`,
    );
    return ["-d", "-c", file];
  },
  named: ({ folder, address, port, apex, zoneFile, key, notify }) => {
    const file = join(folder, "named.conf");
    writeFileSync(
      file,
      `key "${key.name}" { algorithm hmac-sha256; secret "${key.secret}"; };\n` +
        `options { directory "${folder}"; listen-on port ${port} { ${address}; }; listen-on-v6 { none; };\n` +
        `recursion no; pid-file none; session-keyfile "${folder}/session.key"; dnssec-validation no;\n` +
        `notify-delay 0; };\ncontrols { };\n` +
        `zone "${apex}" { type primary; file "${zoneFile}"; ixfr-from-differences yes;\n` +
        `allow-transfer { key "${key.name}"; }; notify explicit;\n` +
        `also-notify { ${notify.address} port ${notify.port} key "${key.name}"; }; };\n`,
    );
    return ["-g", "-n", "1", "-c", file];
  },
};
