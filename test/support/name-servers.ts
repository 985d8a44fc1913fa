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

/** A zone as the text of a master file. */
export interface MasterZone {
  /** Without the terminal dot. */
  readonly apex: string;
  readonly master: string;
}

/** Starts `program` serving `apex` (without the terminal dot) from the text of a master file. */
export function startNameServer(
  program: NameServer,
  apex: string,
  master: string,
): Promise<RunningNameServer> {
  return startWithZones(program, [{ apex, master }]);
}

/**
 * Starts `program` serving these zones.
 *
 * @param isMinimal answers hold what is asked for and no more, as far as that can be set; payloads end at 1232 octets
 */
export async function startWithZones(
  program: NameServer,
  zones: readonly MasterZone[],
  isMinimal = false,
): Promise<RunningNameServer> {
  const folder = mkdtempSync(join(tmpdir(), `rondo-${program}-`));
  const address = "127.0.0.1";
  const port = await findFreePort(address);
  mkdirSync(join(folder, "zones"));
  const files = zones.map(({ apex, master }, i) => {
    // gdnsd takes the zone's name from the file's; odd names are no file names.
    const zoneFile = join(folder, "zones", program === "gdnsd" ? apex : `zone-${i}`);
    writeFileSync(zoneFile, master);
    return { apex, zoneFile };
  });
  const args = CONFIGURE[program]({ folder, address, port, zones: files, isMinimal });
  const soa = query({ name: zones.at(-1)!.apex, type: "SOA" });
  let peer: Peer;
  try {
    peer = await startPeer(program, args, async () => {
      const reply = await askUdp({ address, port }, soa, 200).catch(() => undefined);
      return reply !== undefined;
    });
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
  readonly zones: readonly { readonly apex: string; readonly zoneFile: string }[];
  readonly isMinimal: boolean;
}

/** BIND refuses more than its answers need. */
const NO_CHECKS =
  "check-integrity no; check-mx ignore; check-mx-cname ignore; check-srv-cname ignore; check-dup-records ignore;";

/** Each writes its configuration and returns the arguments that keep it in the foreground. */
const CONFIGURE: Readonly<Record<NameServer, (place: Place) => string[]>> = {
  nsd: ({ folder, address, port, zones, isMinimal }) => {
    const file = join(folder, "nsd.conf");
    writeFileSync(
      file,
      `server:\n  ip-address: ${address}@${port}\n  username: ""\n  zonesdir: ""\n  database: ""\n` +
        `  pidfile: ""\n  xfrdfile: ""\n  zonelistfile: "${folder}/zone.list"\n  cookie-secret-file: ""\n` +
        `  xfrdir: "${folder}"\n  server-count: 1\n  rrl-ratelimit: 0\n` +
        `${isMinimal ? "  minimal-responses: yes\n  ipv4-edns-size: 1232\n" : ""}` +
        `remote-control:\n  control-enable: no\n` +
        zones
          .map(({ apex, zoneFile }) => `zone:\n  name: "${apex}"\n  zonefile: "${zoneFile}"\n`)
          .join(""),
    );
    return ["-d", "-c", file];
  },
  knotd: ({ folder, address, port, zones, isMinimal }) => {
    const file = join(folder, "knot.conf");
    writeFileSync(
      file,
      `server:\n    rundir: "${folder}"\n    listen: ${address}@${port}\n    udp-workers: 1\n` +
        `    tcp-workers: 1\n    background-workers: 1\n` +
        `${isMinimal ? "    udp-max-payload: 1232\n" : ""}` +
        `database:\n    storage: "${folder}"\nzone:\n` +
        zones
          .map(
            ({ apex, zoneFile }) =>
              `  - domain: "${apex}"\n    storage: "${folder}/zones"\n    file: "${zoneFile}"\n`,
          )
          .join(""),
    );
    return ["-c", file];
  },
  named: ({ folder, address, port, zones, isMinimal }) => {
    const file = join(folder, "named.conf");
    writeFileSync(
      file,
      `options { directory "${folder}"; listen-on port ${port} { ${address}; }; listen-on-v6 { none; };\n` +
        `recursion no; check-names primary ignore; pid-file none; session-keyfile "${folder}/session.key"; dnssec-validation no;\n` +
        `allow-transfer { any; }; minimal-responses ${isMinimal ? "yes" : "no"}; notify no; zero-no-soa-ttl no;\n` +
        `${isMinimal ? `answer-cookie no; max-udp-size 1232; edns-udp-size 1232; ${NO_CHECKS}\n` : ""}` +
        `};\ncontrols { };\n` +
        zones
          .map(({ apex, zoneFile }) => `zone "${apex}" { type primary; file "${zoneFile}"; };\n`)
          .join(""),
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
