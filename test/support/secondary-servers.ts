/** Starts other people's name servers on loopback as secondaries of a primary, with a TSIG key, who give on what they have. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { askUdp, type Endpoint } from "./dns-client.ts";
import { type Message, readMessage } from "./message.ts";
import { query } from "./packet.ts";
import { type Peer, startPeer } from "./peers.ts";

export const SECONDARY_SERVERS = ["knotd", "nsd", "named"] as const;
export type SecondaryServer = (typeof SECONDARY_SERVERS)[number];

export interface SecondarySettings {
  /** Where it listens. */
  readonly endpoint: Endpoint;
  readonly primary: Endpoint;
  readonly key: { readonly name: string; readonly algorithm: string; readonly secret: string };
  /** Apexes without the terminal dot. */
  readonly zones: readonly string[];
  /** Of a catalog zone whose members it serves, too; Knot and BIND only. */
  readonly catalog?: string;
}

export interface RunningSecondary {
  output(): string;
  /** Asks for a name and type. */
  ask(name: string, type: string): Promise<Message | undefined>;
  stop(): Promise<void>;
}

export async function startSecondary(
  program: SecondaryServer,
  settings: SecondarySettings,
): Promise<RunningSecondary> {
  const folder = mkdtempSync(join(tmpdir(), `rondo-${program}-`));
  mkdirSync(join(folder, "zones"));
  const ask: RunningSecondary["ask"] = async (name, type) => {
    const reply = await askUdp(settings.endpoint, query({ name, type }), 500).catch(
      () => undefined,
    );
    return reply === undefined ? undefined : readMessage(reply);
  };
  const args = CONFIGURE[program](folder, settings);
  let peer: Peer;
  try {
    peer = await startPeer(
      program,
      args,
      async () => (await ask("ready.test", "SOA")) !== undefined,
    );
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
  return {
    output: peer.output,
    ask,
    stop: async () => {
      await peer.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Each writes its configuration and returns the arguments that keep it in the foreground. */
const CONFIGURE: Readonly<
  Record<SecondaryServer, (folder: string, settings: SecondarySettings) => string[]>
> = {
  knotd: (folder, { endpoint, primary, key, zones, catalog }) => {
    const file = join(folder, "knot.conf");
    const common = `    storage: "${folder}/zones"\n    master: primary\n    acl: notify\n`;
    writeFileSync(
      file,
      `server:\n    rundir: "${folder}"\n    listen: ${endpoint.address}@${endpoint.port}\n` +
        `    udp-workers: 1\n    tcp-workers: 1\n    background-workers: 1\n` +
        `database:\n    storage: "${folder}"\n` +
        `log:\n  - target: stderr\n    any: debug\n` +
        `key:\n  - id: ${key.name}\n    algorithm: ${key.algorithm}\n    secret: ${key.secret}\n` +
        `remote:\n  - id: primary\n    address: ${primary.address}@${primary.port}\n    key: ${key.name}\n` +
        `acl:\n  - id: notify\n    key: ${key.name}\n    action: [notify, transfer]\n` +
        `template:\n  - id: default\n    storage: "${folder}/zones"\n  - id: member\n${common}` +
        `zone:\n` +
        zones.map((zone) => `  - domain: ${zone}\n${common}`).join("") +
        (catalog === undefined
          ? ""
          : `  - domain: ${catalog}\n${common}    catalog-role: interpret\n    catalog-template: member\n`),
    );
    return ["-c", file];
  },
  nsd: (folder, { endpoint, primary, key, zones }) => {
    const file = join(folder, "nsd.conf");
    const from = primary.address;
    writeFileSync(
      file,
      `server:\n  ip-address: ${endpoint.address}@${endpoint.port}\n  username: ""\n  zonesdir: "${folder}/zones"\n` +
        `  database: ""\n  pidfile: ""\n  xfrdfile: "${folder}/xfrd.state"\n  zonelistfile: "${folder}/zone.list"\n` +
        `  cookie-secret-file: ""\n  xfrdir: "${folder}"\n  server-count: 1\n  rrl-ratelimit: 0\n  verbosity: 2\n` +
        `  xfrd-reload-timeout: 0\n` +
        `remote-control:\n  control-enable: no\n` +
        `key:\n  name: "${key.name}"\n  algorithm: ${key.algorithm}\n  secret: "${key.secret}"\n` +
        zones
          .map(
            (zone) =>
              `zone:\n  name: ${zone}\n  zonefile: "${zone}"\n` +
              `  request-xfr: ${from}@${primary.port} ${key.name}\n  allow-notify: ${from} ${key.name}\n`,
          )
          .join(""),
    );
    return ["-d", "-c", file];
  },
  named: (folder, { endpoint, primary, key, zones, catalog }) => {
    const file = join(folder, "named.conf");
    const primaries = `primaries { ${primary.address} port ${primary.port} key "${key.name}"; };`;
    const all = catalog === undefined ? zones : [...zones, catalog];
    writeFileSync(
      file,
      `key "${key.name}" { algorithm ${key.algorithm}; secret "${key.secret}"; };\n` +
        `options { directory "${folder}"; listen-on port ${endpoint.port} { ${endpoint.address}; };\n` +
        `listen-on-v6 { none; }; recursion no; pid-file none; session-keyfile "${folder}/session.key";\n` +
        `dnssec-validation no; minimal-responses yes; notify no; allow-notify { key "${key.name}"; };\n` +
        `allow-transfer { key "${key.name}"; };\n` +
        (catalog === undefined
          ? ""
          : `catalog-zones { zone "${catalog}" default-primaries { ${primary.address} port ${primary.port} key "${key.name}"; }` +
            ` in-memory yes min-update-interval 1; };\n`) +
        `};\ncontrols { };\n` +
        all
          .map(
            (zone) =>
              `zone "${zone}" { type secondary; ${primaries} file "${folder}/zones/${zone}"; };\n`,
          )
          .join(""),
    );
    return ["-g", "-n", "1", "-c", file];
  },
};
