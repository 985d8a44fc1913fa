/**
 * The servers under test: each started as a child on one core, with the same zone, on a free loopback port, in a folder of
 * its own that is removed afterwards. One UDP thread each, no rate limiting, minimal responses, answers rotated.
 */
import { execFileSync, spawn } from "node:child_process";
import { createSocket } from "node:dgram";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseQueries } from "./queries.mjs";
import {
  ORIGIN,
  writeGdnsdConfig,
  writeGdnsdZone,
  writeMasterZone,
  writeYamlZone,
} from "./zone.mjs";

const READY_WITHIN_MS = 20_000;
const STOPPED_WITHIN_MS = 4_000;
const PROBE_MS = 100;
const KEPT_OUTPUT_BYTES = 4_000;

const BENCH = fileURLToPath(new URL(".", import.meta.url));
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
      await writeFile(join(folder, "bench.zone"), writeMasterZone(size));
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
  - domain: ${ORIGIN}
    storage: "${folder}"
    file: bench.zone
`,
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
      await writeFile(join(folder, "bench.zone"), writeMasterZone(size));
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
zone:
  name: ${ORIGIN}
  zonefile: bench.zone
`,
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
      await writeFile(join(folder, "bench.zone"), writeMasterZone(size));
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
zone "${ORIGIN}" { type primary; file "bench.zone"; notify no; };
`,
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
      await writeFile(join(folder, "bench.zone"), writeMasterZone(size));
      await writeFile(
        join(folder, "named.conf"),
        `zone "${ORIGIN}" { type native; file "${join(folder, "bench.zone")}"; };\n`,
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

/**
 * Starts one of SERVERS and waits until it answers.
 *
 * @param {string} id a key of SERVERS
 * @param {{core: number | undefined, size: object}} options `core` undefined: not pinned; `size` as zone.mjs takes it
 * @returns {Promise<{id: string, port: number, pid: number, stop: () => Promise<void>, killNow: () => void}>}; rejects with the
 *   server's last output when it ends early or does not answer in time
 */
export async function startServer(id, { core, size }) {
  const server = SERVERS[id];
  const folder = await mkdtemp(join(tmpdir(), `rondo-bench-${id}-`));
  const port = await findFreePort();
  const command = await server.prepare({ folder, port, size });
  const [program, ...args] =
    core === undefined ? command : ["taskset", "-c", String(core), ...command];
  const child = spawn(program, args, { env: searchSbin(), stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (data) => {
      output = (output + data).slice(-KEPT_OUTPUT_BYTES);
    });
  }
  const ended = new Promise((resolve) => {
    child.once("exit", resolve);
    child.once("error", (error) => {
      output += error.message;
      resolve();
    });
  });
  const isRunning = () => child.exitCode === null && child.signalCode === null;
  const stop = async () => {
    if (isRunning()) child.kill("SIGTERM");
    const timer = setTimeout(() => child.kill("SIGKILL"), STOPPED_WITHIN_MS);
    await ended;
    clearTimeout(timer);
    await rm(folder, { recursive: true, force: true });
  };
  const isReady = await waitForAnswer({ port, server, isRunning });
  if (!isReady) {
    await stop();
    throw new Error(
      `Cannot start ${server.title}: it does not answer on port ${port}\n${output.trim()}`,
    );
  }
  return { id, port, pid: child.pid, stop, killNow: () => child.kill("SIGKILL") };
}

/** Asks until the zone's SOA (and the steered name, where there is one) comes back with an answer. */
async function waitForAnswer({ port, server, isRunning }) {
  const questions = [`${ORIGIN} SOA`, ...(server.steers ? [`gslb.${ORIGIN} A +edns`] : [])];
  const deadline = performance.now() + READY_WITHIN_MS;
  for (const message of parseQueries(questions.join("\n"))) {
    for (;;) {
      if (!isRunning() || performance.now() > deadline) return false;
      const answer = await ask(port, message);
      if (answer && (server.echoes || ((answer[3] & 15) === 0 && answer[7] > 0))) break;
      if (answer) await new Promise((resolve) => setTimeout(resolve, PROBE_MS));
    }
  }
  return true;
}

function ask(port, message) {
  return new Promise((resolve) => {
    const socket = createSocket("udp4");
    const finish = (answer) => {
      clearTimeout(timer);
      socket.close();
      resolve(answer);
    };
    const timer = setTimeout(finish, PROBE_MS, undefined);
    // A refused port says so at once (ECONNREFUSED): the timer goes on, so that the next try is not immediate.
    socket.on("error", () => {});
    socket.once("message", finish);
    socket.send(message, port, "127.0.0.1");
  });
}

async function findFreePort() {
  for (;;) {
    const tcp = createServer();
    const port = await new Promise((resolve, reject) => {
      tcp.once("error", reject);
      tcp.listen(0, "127.0.0.1", () => resolve(tcp.address().port));
    });
    const udp = createSocket("udp4");
    const isFree = await new Promise((resolve) => {
      udp.once("error", () => resolve(false));
      udp.bind(port, "127.0.0.1", () => resolve(true));
    });
    udp.close();
    await new Promise((resolve) => tcp.close(resolve));
    if (isFree) return port;
  }
}

function describeRondo(udp) {
  return {
    title: `rondo (${udp})`,
    isOurs: true,
    steers: true,
    missing: () => (existsSync(RONDO) ? undefined : `dist/main.js is not built (npm run build)`),
    version: () => `${readPackageVersion()}, Node.js ${process.version}`,
    prepare: async ({ folder, port, size }) => {
      await mkdir(join(folder, "zones"));
      await writeFile(join(folder, "zones", `${ORIGIN}.yaml`), writeYamlZone(size));
      return [
        process.execPath,
        RONDO,
        "serve",
        ...["--zones", join(folder, "zones")],
        ...["--listen", `127.0.0.1:${port}`],
        ...["--workers", "1"],
        ...["--udp", udp],
        ...["--state", join(folder, "state")],
      ];
    },
  };
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

/** Daemons live in sbin, which is not in every user's PATH. */
function searchSbin() {
  return {
    ...process.env,
    PATH: `${process.env.PATH}${delimiter}/usr/local/sbin${delimiter}/usr/sbin`,
  };
}
