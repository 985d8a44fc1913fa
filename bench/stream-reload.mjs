/**
 * What reading a large YAML zone again does to the answers over TCP and TLS meanwhile.
 *
 * usage: node bench/stream-reload.mjs [--runs 3] [--seconds 10] [--rate 1000] [--hosts 100000] [--dist DIR]
 *
 * 16 connections of each kind last all the time. The loop is open: query n is due at n/RATE seconds, on each transport, and its
 * latency counts from then, to a millisecond: the client's timers are no finer. Nothing is pinned, and on a machine with two cores the client
 * competes with what is read as the server's threads do: look at "meanwhile" against "undisturbed".
 */
import { spawn } from "node:child_process";
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect as connectTls } from "node:tls";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { parseQueries } from "./queries.mjs";
import { findFreePort, waitForAnswer } from "./start-server.mjs";
import { alignTable, median } from "./table.mjs";
import { hostsWorkload } from "./workloads.mjs";
import { ORIGIN, writeRondoFiles } from "./zone.mjs";

const CONNECTIONS = 16;
const MAX_SECONDS = 60;
/** The zone is read twice in a run. */
const CHANGES = 2;
const SETTLE_MS = 5000;
const LAST_ANSWERS_MS = 2000;
const TLS = fileURLToPath(new URL("../test/support/tls", import.meta.url));

const { values } = parseArgs({
  options: {
    runs: { type: "string", default: "3" },
    seconds: { type: "string", default: "10" },
    rate: { type: "string", default: "1000" },
    hosts: { type: "string", default: "100000" },
    dist: { type: "string", default: fileURLToPath(new URL("../dist", import.meta.url)) },
  },
});
const seconds = Math.min(MAX_SECONDS, Number(values.seconds));
const size = { hosts: Number(values.hosts), subnets: 200, form: "yaml" };
const frames = parseQueries(hostsWorkload(size).queries).map(frame);

const server = await start();
try {
  const transports = {
    TCP: await openAll(() => connect({ host: "127.0.0.1", port: server.port, noDelay: true })),
    TLS: await openAll(() =>
      connectTls({ host: "127.0.0.1", port: server.tlsPort, rejectUnauthorized: false }),
    ),
  };
  // The server's compilers have to see some queries first.
  await ask(transports, 3);
  const rows = { undisturbed: [], meanwhile: [] };
  for (let run = 0; run < Number(values.runs); run++) {
    rows.undisturbed.push(await ask(transports, seconds));
    const changes = Array.from({ length: CHANGES }, (_, i) =>
      setTimeout(
        () => appendFileSync(server.zone, `# ${run}.${i}\n`),
        (i * 1000 * seconds) / CHANGES,
      ),
    );
    rows.meanwhile.push(await ask(transports, seconds));
    for (const change of changes) clearTimeout(change);
    await pause(SETTLE_MS);
  }
  const table = Object.entries(rows).flatMap(([when, runs]) =>
    Object.keys(transports).map((name) => describe(when, name, runs)),
  );
  console.log(
    alignTable(["", "", "p50, ms", "p99", "p99.9", "max", "× p99.9", "lost"], table).join("\n"),
  );

  function describe(when, name, runs) {
    const of = (part) => runs.map((run) => run[name][part]);
    const idle = rows.undisturbed.map((run) => run[name].p999);
    const ratio = median(of("p999").map((figure, i) => figure / idle[i]));
    const lost = of("lost").reduce((sum, one) => sum + one, 0);
    const latencies = ["p50", "p99", "p999", "max"].map((part) => median(of(part)).toFixed(2));
    return [name, when, ...latencies, ratio.toFixed(2), String(lost)];
  }
} finally {
  await server.stop();
}
process.exit(0);

/** Asks on all transports at once; resolves with latencies in ms by transport. */
async function ask(transports, seconds) {
  const total = Math.floor(seconds * Number(values.rate));
  const loads = Object.entries(transports).map(([name, lines]) => ({
    name,
    lines,
    sent: 0,
    latencies: [],
  }));
  const startedAt = performance.now();
  for (const load of loads) {
    for (const line of load.lines) line.report = (dueAt) => note(load, dueAt);
  }
  await new Promise((resolve) => {
    const timer = setInterval(() => {
      const now = performance.now() - startedAt;
      const due = Math.min(total, Math.floor((now / 1000) * Number(values.rate)));
      for (const load of loads) {
        for (; load.sent < due; load.sent++) {
          const line = load.lines[load.sent % load.lines.length];
          line.due.push(startedAt + (load.sent / Number(values.rate)) * 1000);
          line.socket.write(frames[(load.sent * 7919) % frames.length]);
        }
      }
      const isDone = loads.every(({ latencies }) => latencies.length === total);
      if (!isDone && now < seconds * 1000 + LAST_ANSWERS_MS) return;
      clearInterval(timer);
      resolve();
    }, 1);
  });
  return Object.fromEntries(
    loads.map(({ name, latencies }) => [name, summarize(latencies, total)]),
  );
}

function note({ latencies }, dueAt) {
  latencies.push(performance.now() - dueAt);
}

function summarize(latencies, total) {
  const sorted = latencies.sort((a, b) => a - b);
  const at = (share) =>
    sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
  return {
    p50: at(0.5),
    p99: at(0.99),
    p999: at(0.999),
    max: at(1),
    lost: total - sorted.length,
  };
}

function openAll(open) {
  return Promise.all(Array.from({ length: CONNECTIONS }, () => openLine(open)));
}

/** A connection that tells of every answer; they come in the order of the queries. */
function openLine(open) {
  return new Promise((resolve, reject) => {
    const socket = open();
    const line = { socket, due: [], report: () => {} };
    let rest = Buffer.alloc(0);
    socket.on("error", reject);
    socket.on("data", (chunk) => {
      rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      while (rest.length >= 2 && rest.length >= 2 + rest.readUInt16BE(0)) {
        rest = rest.subarray(2 + rest.readUInt16BE(0));
        line.report(line.due.shift());
      }
    });
    socket.on(socket.encrypted ? "secureConnect" : "connect", () => resolve(line));
  });
}

async function start() {
  const folder = mkdtempSync(join(tmpdir(), "rondo-bench-streams-"));
  mkdirSync(join(folder, "zones"));
  for (const { name, text } of writeRondoFiles(size)) {
    writeFileSync(join(folder, "zones", name), text);
  }
  const [port, tlsPort] = [await findFreePort(), await findFreePort()];
  const config = `listen:
  - 127.0.0.1:${port}
  - { address: 127.0.0.1:${tlsPort}, protocol: tls }
tls: { cert: ${TLS}/probe-test.cert.pem, key: ${TLS}/probe-test.key.pem }
zones: ${folder}/zones
state: ${folder}/state
workers: 1
`;
  writeFileSync(join(folder, "rondo.yaml"), config);
  const main = join(values.dist, "main.js");
  const args = [main, "serve", "--config", join(folder, "rondo.yaml")];
  const child = spawn(process.execPath, args, { stdio: "ignore" });
  const killNow = () => {
    child.kill("SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  };
  process.once("exit", killNow);
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(1));
  const isRunning = () => child.exitCode === null && child.signalCode === null;
  if (!(await waitForAnswer({ port, steers: true, isRunning }))) {
    throw new Error(`rondo does not answer on port ${port}`);
  }
  const ended = new Promise((resolve) => child.once("exit", resolve));
  const stop = async () => {
    child.kill("SIGTERM");
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
  return { port, tlsPort, zone: join(folder, "zones", `${ORIGIN}.yaml`), stop };
}

function frame(message) {
  const framed = Buffer.alloc(message.length + 2);
  framed.writeUInt16BE(message.length, 0);
  framed.set(message, 2);
  return framed;
}

function pause(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
