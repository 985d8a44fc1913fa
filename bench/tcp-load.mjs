/**
 * Load over TCP (RFC 7766), bounded as load.mjs is.
 *
 * usage: node bench/tcp-load.mjs persistent|single --target 127.0.0.1:PORT --queries FILE [--connections 32] [--window 8]
 *          [--seconds 3] [--count N] [--warmup S] [--cpu-of PID] [--json]
 *
 * `persistent`: connections that last, with so many queries outstanding on each; `single`: a new connection for each
 * query. The client is Node's own TCP, which costs more than most servers: the figure to look at is the server's CPU.
 */
import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { parseArgs } from "node:util";
import { readCpu, subtractCpu } from "./cpu.mjs";
import { parseLoopback } from "./mmsg.mjs";
import { parseQueries } from "./queries.mjs";

const MAX_SECONDS = 120;
const LOST_AFTER_MS = 2000;

/**
 * Clients. Servers cap the connections of each; and of one that closes, every port waits for a minute until it is free again (TIME_WAIT), so that
 * it soon took longer to find a port than to serve the connection.
 */
const SOURCES = 250;
let connectionsMade = 0;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    target: { type: "string" },
    queries: { type: "string" },
    connections: { type: "string", default: "32" },
    window: { type: "string", default: "8" },
    seconds: { type: "string", default: "3" },
    count: { type: "string" },
    warmup: { type: "string", default: "0" },
    "cpu-of": { type: "string" },
    json: { type: "boolean", default: false },
  },
});
const endpoint = parseLoopback(values.target ?? "");
const frames = parseQueries(readFileSync(values.queries, "utf8")).map(frame);
const isSingle = positionals[0] === "single";

if (Number(values.warmup) > 0) await run(Number(values.warmup), Number.POSITIVE_INFINITY);
const pid = values["cpu-of"];
const before = pid && readCpu(Number(pid));
const seconds = Math.min(MAX_SECONDS, Number(values.seconds));
const report = await run(seconds, values.count ? Number(values.count) : Number.POSITIVE_INFINITY);
if (pid) report.cpu = subtractCpu(readCpu(Number(pid)), before);
console.log(values.json ? JSON.stringify(report) : report);
process.exit(0);

/** Asks for so long, or so often; then waits for what is outstanding. */
async function run(seconds, count) {
  const report = {
    sent: 0,
    answered: 0,
    lost: 0,
    withAnswers: 0,
    truncated: 0,
    octets: 0,
    rcodes: {},
    seconds: 0,
  };
  const startedAt = performance.now();
  const endsAt = startedAt + seconds * 1000;
  const mayAsk = () => report.sent < count && performance.now() < endsAt;
  const clients = Array.from({ length: Number(values.connections) }, () =>
    isSingle ? askSingly(report, mayAsk) : askAlong(report, mayAsk, Number(values.window)),
  );
  await Promise.all(clients);
  report.seconds = (performance.now() - startedAt) / 1000;
  report.lost = report.sent - report.answered;
  return report;
}

async function askSingly(report, mayAsk) {
  while (mayAsk()) {
    const asked = report.sent;
    await askAlong(report, () => report.sent === asked && mayAsk(), 1);
  }
}

/** One connection, from its first query to the answer to its last. */
function askAlong(report, mayAsk, window) {
  return new Promise((resolve) => {
    const localAddress = `127.1.0.${1 + (connectionsMade++ % SOURCES)}`;
    const { address: host, port } = endpoint;
    const socket = connect({ host, port, localAddress, noDelay: true });
    let outstanding = 0;
    let rest = Buffer.alloc(0);
    const ask = () => {
      const batch = [];
      while (outstanding < window && mayAsk()) {
        batch.push(frames[report.sent++ % frames.length]);
        outstanding++;
      }
      if (batch.length > 0) socket.write(Buffer.concat(batch));
      else if (outstanding === 0) socket.end();
    };
    socket.setTimeout(LOST_AFTER_MS, () => socket.destroy());
    socket.on("connect", ask);
    socket.on("data", (chunk) => {
      rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      while (rest.length >= 2 && rest.length >= 2 + rest.readUInt16BE(0)) {
        const length = rest.readUInt16BE(0);
        count(report, rest, length);
        outstanding--;
        rest = rest.subarray(2 + length);
      }
      ask();
    });
    socket.on("error", () => {});
    socket.on("close", () => resolve());
  });
}

function count(report, message, length) {
  const rcode = message[5] & 15;
  report.rcodes[rcode] = (report.rcodes[rcode] ?? 0) + 1;
  report.answered++;
  report.octets += length;
  if ((message[8] | message[9]) !== 0) report.withAnswers++;
  if ((message[4] & 2) !== 0) report.truncated++;
}

function frame(message, index) {
  const framed = Buffer.alloc(message.length + 2);
  framed.writeUInt16BE(message.length, 0);
  framed.set(message, 2);
  framed.writeUInt16BE(index & 0xffff, 2);
  return framed;
}
