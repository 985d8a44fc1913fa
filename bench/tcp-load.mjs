/**
 * Load over TCP (RFC 7766), bounded as load.mjs is.
 *
 * usage: node bench/tcp-load.mjs persistent|single --target 127.0.0.1:PORT --queries FILE [--connections 32] [--window 8]
 *          [--seconds 3] [--count N] [--warmup S] [--cpu-of PID] [--json]
 *
 * `persistent`: connections that last, with so many queries outstanding on each. The client is Node's own TCP, which costs more than most
 * servers: the figure to look at is the server's CPU. `single`: a new connection for each query, so many opened, asked, read
 * and closed in turn, with the system calls themselves: a server that waits for a slow client is woken for every packet, and costs
 * several times as much.
 */
import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { parseArgs } from "node:util";
import { readCpu, subtractCpu } from "./cpu.mjs";
import { loadSocketCalls, parseLoopback } from "./mmsg.mjs";
import { parseQueries } from "./queries.mjs";

const MAX_SECONDS = 120;
const LOST_AFTER_MS = 2000;

const AF_INET = 2;
const SOCK_STREAM = 1;
const SOL_SOCKET = 1;
const SO_RCVTIMEO = 20;
const IPPROTO_IP = 0;
/** A port is chosen when both ends are known, and need not be free for all servers. */
const IP_BIND_ADDRESS_NO_PORT = 24;
const MSG_NOSIGNAL = 0x4000;

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
const calls = isSingle ? await loadStreamCalls() : undefined;
const one = writeInt32(1);
const lostAfter = writeTime(LOST_AFTER_MS);

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
  if (isSingle) {
    askSingly(report, mayAsk);
  } else {
    const clients = Array.from({ length: Number(values.connections) }, () =>
      askAlong(report, mayAsk, Number(values.window)),
    );
    await Promise.all(clients);
  }
  report.seconds = (performance.now() - startedAt) / 1000;
  report.lost = report.sent - report.answered;
  return report;
}

/** As many connections as may be at a time, again and again; each asks once. */
function askSingly(report, mayAsk) {
  const buffer = Buffer.alloc(65_537);
  while (mayAsk()) {
    const opened = [];
    while (opened.length < Number(values.connections) && mayAsk()) opened.push(askOnce(report));
    for (const descriptor of opened) {
      let filled = 0;
      for (;;) {
        const taken = calls.recv(descriptor, buffer.subarray(filled), buffer.length - filled, 0);
        if (taken <= 0) break;
        filled += taken;
        if (filled < 2 || filled < 2 + buffer.readUInt16BE(0)) continue;
        count(report, buffer, buffer.readUInt16BE(0));
        break;
      }
      calls.close(descriptor);
    }
  }
}

function askOnce(report) {
  const query = frames[report.sent++ % frames.length];
  const descriptor = calls.socket(AF_INET, SOCK_STREAM, 0);
  calls.setsockopt(descriptor, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, one, one.length);
  calls.setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, lostAfter, lostAfter.length);
  const { sockaddr } = parseLoopback(`${nextSource()}:1`);
  sockaddr.writeUInt16BE(0, 2);
  calls.bind(descriptor, sockaddr, sockaddr.length);
  // What fails here has no answer, and is counted as lost.
  calls.connect(descriptor, endpoint.sockaddr, endpoint.sockaddr.length);
  calls.send(descriptor, query, query.length, MSG_NOSIGNAL);
  return descriptor;
}

async function loadStreamCalls() {
  const loaded = await loadSocketCalls();
  if (typeof loaded === "string") {
    console.error(`tcp-load: ${loaded}`);
    process.exit(69);
  }
  const libc = loaded.koffi.load(null);
  return {
    ...loaded,
    send: libc.func("long send(int, void*, size_t, int)"),
    recv: libc.func("long recv(int, void*, size_t, int)"),
    close: libc.func("int close(int)"),
  };
}

function writeInt32(value) {
  const octets = Buffer.alloc(4);
  octets.writeInt32LE(value);
  return octets;
}

/** A struct timeval. */
function writeTime(milliseconds) {
  const octets = Buffer.alloc(16);
  octets.writeBigInt64LE(BigInt(Math.floor(milliseconds / 1000)), 0);
  octets.writeBigInt64LE(BigInt((milliseconds % 1000) * 1000), 8);
  return octets;
}

function nextSource() {
  return `127.1.0.${1 + (connectionsMade++ % SOURCES)}`;
}

/** One connection, from its first query to the answer to its last. */
function askAlong(report, mayAsk, window) {
  return new Promise((resolve) => {
    const localAddress = nextSource();
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
