/** Starts other authoritative servers on loopback with one zone, to see what they answer. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { askUdp, type Endpoint } from "./dns-client.ts";
import { query } from "./packet.ts";
import { type Peer, startPeer } from "./peers.ts";
import { findFreePort } from "./ports.ts";

export const NAME_SERVERS = ["nsd", "knotd", "named", "gdnsd"] as const;
export type NameServer = (typeof NAME_SERVERS)[number];

export interface RunningNameServer extends Endpoint {
  stop(): Promise<void>;
}

/** Starts `program` serving `apex` (without the terminal dot) from the text of a master file. */
export async function startNameServer(
  program: NameServer,
  apex: string,
  master: string,
): Promise<RunningNameServer> {
  const folder = mkdtempSync(join(tmpdir(), `rondo-${program}-`));
  const address = "127.0.0.1";
  const port = await findFreePort(address);
  const zoneFile = join(folder, "zones", apex);
  mkdirSync(join(folder, "zones"));
  writeFileSync(zoneFile, master);
  const args = CONFIGURE[program]({ folder, address, port, apex, zoneFile });
  const soa = query({ name: apex, type: "SOA" });
  let peer: Peer;
  try {
    peer = await startPeer(
      program,
      args,
      async () => (await askUdp({ address, port }, soa, 200).catch(() => undefined)) !== undefined,
    );
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
  return {
    address,
    port,
    stop: async () => {
      await peer.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

interface Place extends Endpoint {
  readonly folder: string;
  readonly apex: string;
  readonly zoneFile: string;
}

/** Each writes its configuration and returns the arguments that keep it in the foreground. */
const CONFIGURE: Readonly<Record<NameServer, (place: Place) => string[]>> = {
  nsd: ({ folder, address, port, apex, zoneFile }) => {
    const file = join(folder, "nsd.conf");
    writeFileSync(
      file,
      `server:\n  ip-address: ${address}@${port}\n  username: ""\n  zonesdir: ""\n  database: ""\n` +
        `  pidfile: ""\n  xfrdfile: ""\n  zonelistfile: "${folder}/zone.list"\n  cookie-secret-file: ""\n` +
        `  xfrdir: "${folder}"\n  server-count: 1\n  rrl-ratelimit: 0\n` +
        `remote-control:\n  control-enable: no\nzone:\n  name: ${apex}\n  zonefile: "${zoneFile}"\n`,
    );
    return ["-d", "-c", file];
  },
  knotd: ({ folder, address, port, apex, zoneFile }) => {
    const file = join(folder, "knot.conf");
    writeFileSync(
      file,
      `server:\n    rundir: "${folder}"\n    listen: ${address}@${port}\n    udp-workers: 1\n` +
        `    tcp-workers: 1\n    background-workers: 1\ndatabase:\n    storage: "${folder}"\n` +
        `zone:\n  - domain: ${apex}\n    storage: "${folder}/zones"\n    file: "${zoneFile}"\n`,
    );
    return ["-c", file];
  },
  named: ({ folder, address, port, apex, zoneFile }) => {
    const file = join(folder, "named.conf");
    writeFileSync(
      file,
      `options { directory "${folder}"; listen-on port ${port} { ${address}; }; listen-on-v6 { none; };\n` +
        `recursion no; check-names primary ignore; pid-file none; session-keyfile "${folder}/session.key"; dnssec-validation no;\n` +
        `allow-transfer { any; }; minimal-responses no; notify no; };\ncontrols { };\n` +
        `zone "${apex}" { type primary; file "${zoneFile}"; };\n`,
    );
    return ["-g", "-n", "1", "-c", file];
  },
  gdnsd: ({ folder, address, port }) => {
    writeFileSync(
      join(folder, "config"),
      `options => { listen => [ "${address}:${port}" ], run_dir => "${folder}/run",` +
        ` state_dir => "${folder}/state", zones_strict_data => false }\n`,
    );
    return ["-c", folder, "start"];
  },
};
