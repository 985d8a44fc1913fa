/**
 * The load generator: one thread, many connected sockets, whole batches per system call, and it always ends by itself.
 *
 * usage: node bench/load.mjs --target 127.0.0.1:PORT (--queries FILE | --query "NAME TYPE [+edns] [+do] [+subnet=P]")...
 *          [--sockets 16] [--window 8] [--seconds 3] [--count N] [--warmup S] [--rate R] [--cpu-of PID] [--json]
 *
 * Without --rate the loop is closed: every socket keeps --window queries outstanding, so the server is always busy. All
 * of them together have to fit Linux's default receive buffer (about 200 small datagrams), or the kernel drops some.
 * With --rate R the loop is open: query n is due at n/R seconds whatever the server does, and its latency counts from
 * then, so that a stall is seen by every query that fell into it.
 */
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { readCpu, subtractCpu } from "./cpu.mjs";
import { createArena, DONTWAIT, loadSocketCalls, openSocket, parseLoopback } from "./mmsg.mjs";
import { parseQueries } from "./queries.mjs";

const MAX_SECONDS = 120;
const MAX_SOCKETS = 256;
const RECEIVE_BATCH = 64;
const RECEIVE_BYTES = 1500;
const SEND_BYTES = 512;
const RING_SLOTS = 1024;
const OPEN_WINDOW = 1024;

/** How long an answer is waited for before its query counts as lost. */
const LOST_AFTER_MS = 500;
const SWEEP_EVERY_MS = 50;
/** After that nobody expects an answer any more. */
const LATE_WITHIN_MS = 2000;

/** Latencies are counted in buckets of 1 µs; the last one holds everything longer. */
const LATENCY_BUCKETS = 1_000_001;

if (import.meta.url === `file://${process.argv[1]}`) await main();

async function main() {
  const { values } = parseArgs({
    options: {
      target: { type: "string" },
      queries: { type: "string" },
      query: { type: "string", multiple: true },
      sockets: { type: "string", default: "16" },
      window: { type: "string", default: "8" },
      seconds: { type: "string", default: "3" },
      count: { type: "string" },
      warmup: { type: "string", default: "0" },
      rate: { type: "string" },
      "cpu-of": { type: "string" },
      json: { type: "boolean", default: false },
    },
  });
  const calls = await loadSocketCalls();
  if (typeof calls === "string") {
    console.error(`load: ${calls}`);
    process.exit(69);
  }
  const text = values.queries
    ? readFileSync(values.queries, "utf8")
    : (values.query ?? []).join("\n");
  const report = runLoad(calls, {
    endpoint: parseLoopback(values.target ?? ""),
    messages: parseQueries(text),
    sockets: checkNumber("sockets", values.sockets, 1, MAX_SOCKETS),
    window: checkNumber("window", values.window, 1, OPEN_WINDOW),
    seconds: checkNumber("seconds", values.seconds, 0.01, MAX_SECONDS),
    warmupSeconds: checkNumber("warmup", values.warmup, 0, MAX_SECONDS),
    count: values.count ? checkNumber("count", values.count, 1, 1e9) : Number.POSITIVE_INFINITY,
    rate: values.rate ? checkNumber("rate", values.rate, 1, 1e6) : undefined,
    readCpu: values["cpu-of"] ? () => readCpu(Number(values["cpu-of"])) : undefined,
  });
  console.log(values.json ? JSON.stringify(report) : describe(report));
}

function checkNumber(name, text, least, most) {
  const value = Number(text);
  if (!(value >= least && value <= most)) {
    throw new Error(`Cannot use --${name} ${text}: it must be ${least} to ${most}`);
  }
  return value;
}

/**
 * Sends queries and takes the answers for a bounded time.
 *
 * @returns {{sent: number, answered: number, lost: number, stray: number, withAnswers: number, truncated: number,
 *   octets: number, rcodes: Record<string, number>, seconds: number, cpu?: object, latencyMicroseconds?: object}}
 *   `withAnswers` counts responses whose answer section is not empty, `octets` the octets of all responses; `seconds` ends
 *   with the last answer
 */
export function runLoad(calls, options) {
  const generator = createGenerator(calls, options);
  if (options.warmupSeconds > 0) generator.run(options.warmupSeconds, Number.POSITIVE_INFINITY);
  const cpuBefore = options.readCpu?.();
  const report = generator.run(options.seconds, options.count);
  const cpuAfter = options.readCpu?.();
  if (cpuBefore && cpuAfter) {
    report.cpu = subtractCpu(cpuAfter, cpuBefore);
  }
  return report;
}

function createGenerator(calls, { endpoint, messages, sockets, window, rate }) {
  const slotsPerSocket = rate === undefined ? nextPowerOfTwo(window) : OPEN_WINDOW;
  const usable = rate === undefined ? window : OPEN_WINDOW;
  const slotMask = slotsPerSocket - 1;
  const fds = Array.from({ length: sockets }, () =>
    openSocket(calls, endpoint, { how: "connect", bufferBytes: 1 << 20 }),
  );

  // Every query is copied once into a ring of send slots, whole lists in a seeded shuffle: sending a batch then means
  // writing IDs into neighbouring slots, and every lap sends the same mix.
  const laps = Math.ceil(RING_SLOTS / messages.length);
  const ring = shuffle(Array.from({ length: laps }, () => messages).flat());
  const tx = createArena(calls, ring.length, SEND_BYTES, false);
  for (const [slot, message] of ring.entries()) {
    tx.octets.set(message, tx.dataOf(slot));
    tx.setSendLength(slot, message.length);
  }
  const rx = createArena(calls, RECEIVE_BATCH, RECEIVE_BYTES, false);

  // The low bits of an ID are its slot, the others count up: an answer that comes too late matches nothing.
  const outstanding = new Int32Array(sockets * slotsPerSocket).fill(-1);
  const since = new Float64Array(sockets * slotsPerSocket);
  const nextId = new Uint16Array(sockets * slotsPerSocket).map((_, at) => at & slotMask);
  const free = new Uint16Array(sockets * slotsPerSocket);
  const freeCount = new Int32Array(sockets).fill(usable);
  for (let at = 0; at < free.length; at++) free[at] = at & slotMask;
  let ringAt = 0;

  function run(seconds, count) {
    const report = createReport();
    const rcodes = new Uint32Array(16);
    const latencies = rate === undefined ? undefined : new Uint32Array(LATENCY_BUCKETS);
    const startedAt = performance.now();
    const endsAt = startedAt + seconds * 1000;
    let sweepAt = startedAt + SWEEP_EVERY_MS;
    let lastAnswerAt = startedAt;
    let waiting = 0;

    for (let turn = 0; ; turn++) {
      const now = performance.now();
      const sending = now < endsAt && report.sent < count;
      if (!sending && waiting === 0) break;
      if (now >= sweepAt) {
        waiting -= sweep(now);
        sweepAt = now + SWEEP_EVERY_MS;
      }
      for (let socket = 0; socket < sockets; socket++) {
        const received = receive(socket, report, rcodes, latencies);
        if (received > 0) lastAnswerAt = now;
        waiting -= received;
        if (sending && rate === undefined) {
          const sent = send(socket, Math.min(freeCount[socket], count - report.sent), now, 0);
          report.sent += sent;
          waiting += sent;
        }
      }
      if (sending && rate !== undefined) {
        const due = Math.min(count, Math.floor(((now - startedAt) / 1000) * rate)) - report.sent;
        const socket = turn % sockets;
        const first = startedAt + (report.sent / rate) * 1000;
        const sent = send(socket, Math.min(due, freeCount[socket]), first, 1000 / rate);
        report.sent += sent;
        waiting += sent;
      }
    }
    if (rate !== undefined) takeLate(report, rcodes);
    report.seconds = (lastAnswerAt - startedAt) / 1000;
    report.lost = report.sent - report.answered;
    rcodes.forEach((times, rcode) => {
      if (times > 0) report.rcodes[rcode] = times;
    });
    if (latencies) report.latencyMicroseconds = summarize(latencies, report.answered);
    return report;
  }

  /** Answers to the last queries that were given up on: they are strays as well, and not lost. */
  function takeLate(report, rcodes) {
    const until = performance.now() + LATE_WITHIN_MS;
    while (report.sent - report.answered > report.stray && performance.now() < until) {
      for (let socket = 0; socket < sockets; socket++) receive(socket, report, rcodes, undefined);
    }
  }

  function send(socket, wanted, firstSince, stepMs) {
    const batch = Math.min(wanted, ring.length - ringAt, RECEIVE_BATCH);
    if (batch <= 0) return 0;
    const base = socket * slotsPerSocket;
    for (let i = 0; i < batch; i++) {
      const slot = free[base + freeCount[socket] - 1 - i];
      const id = nextId[base + slot];
      const at = tx.dataOf(ringAt + i);
      tx.octets[at] = id >> 8;
      tx.octets[at + 1] = id & 0xff;
    }
    const taken = Math.max(0, calls.sendmmsg(fds[socket], tx.headerOf(ringAt), batch, DONTWAIT));
    for (let i = 0; i < taken; i++) {
      const slot = free[base + --freeCount[socket]];
      outstanding[base + slot] = nextId[base + slot];
      nextId[base + slot] += slotsPerSocket;
      since[base + slot] = firstSince + i * stepMs;
    }
    ringAt = (ringAt + taken) % ring.length;
    return taken;
  }

  function receive(socket, report, rcodes, latencies) {
    const received = calls.recvmmsg(fds[socket], rx.base, RECEIVE_BATCH, DONTWAIT, null);
    if (received <= 0) return 0;
    const now = latencies === undefined ? 0 : performance.now();
    const base = socket * slotsPerSocket;
    let matched = 0;
    for (let i = 0; i < received; i++) {
      const at = rx.dataOf(i);
      const id = (rx.octets[at] << 8) | rx.octets[at + 1];
      const slot = id & slotMask;
      if (outstanding[base + slot] !== id) {
        report.stray++;
        continue;
      }
      outstanding[base + slot] = -1;
      free[base + freeCount[socket]++] = slot;
      matched++;
      rcodes[rx.octets[at + 3] & 15]++;
      if ((rx.octets[at + 2] & 2) !== 0) report.truncated++;
      if ((rx.octets[at + 6] | rx.octets[at + 7]) !== 0) report.withAnswers++;
      report.octets += rx.messageLength(i);
      if (latencies !== undefined) {
        const microseconds = Math.round((now - since[base + slot]) * 1000);
        latencies[Math.min(Math.max(0, microseconds), LATENCY_BUCKETS - 1)]++;
      }
    }
    report.answered += matched;
    return matched;
  }

  function sweep(now) {
    let given = 0;
    for (let at = 0; at < outstanding.length; at++) {
      if (outstanding[at] === -1 || now - since[at] < LOST_AFTER_MS) continue;
      const socket = Math.floor(at / slotsPerSocket);
      outstanding[at] = -1;
      free[socket * slotsPerSocket + freeCount[socket]++] = at & slotMask;
      given++;
    }
    return given;
  }

  return { run };
}

function createReport() {
  return {
    sent: 0,
    answered: 0,
    lost: 0,
    stray: 0,
    withAnswers: 0,
    truncated: 0,
    octets: 0,
    rcodes: {},
    seconds: 0,
  };
}

function summarize(latencies, total) {
  const percentile = (share) => {
    let left = Math.ceil(total * share);
    for (let bucket = 0; bucket < latencies.length; bucket++) {
      left -= latencies[bucket];
      if (left <= 0) return bucket;
    }
    return latencies.length - 1;
  };
  return {
    p50: percentile(0.5),
    p99: percentile(0.99),
    p999: percentile(0.999),
    max: percentile(1),
  };
}

/** Fisher and Yates, driven by a fixed linear congruential generator: the same order in every run. */
function shuffle(list) {
  let state = 1;
  for (let at = list.length - 1; at > 0; at--) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const other = Math.floor((state / 2 ** 32) * (at + 1));
    [list[at], list[other]] = [list[other], list[at]];
  }
  return list;
}

function nextPowerOfTwo(value) {
  return 2 ** Math.ceil(Math.log2(value));
}

function describe(report) {
  if (report.answered === 0) return `sent ${report.sent}, answered none`;
  const lines = [
    `sent ${report.sent}, answered ${report.answered}, lost ${report.lost}, stray ${report.stray}, truncated ${report.truncated}`,
    `${report.seconds.toFixed(2)} s, ${Math.round(report.answered / report.seconds)} answers/s, ${(report.octets / report.answered).toFixed(1)} octets each`,
    `RCODEs ${JSON.stringify(report.rcodes)}, ${report.withAnswers} with an answer section`,
  ];
  if (report.cpu) {
    const per = (seconds) => ((seconds * 1e6) / report.answered).toFixed(2);
    lines.push(
      `CPU µs per answer: user ${per(report.cpu.userSeconds)}, kernel ${per(report.cpu.kernelSeconds)}`,
    );
  }
  if (report.latencyMicroseconds) {
    const { p50, p99, p999, max } = report.latencyMicroseconds;
    lines.push(`latency µs: p50 ${p50}, p99 ${p99}, p99.9 ${p999}, max ${max}`);
  }
  return lines.join("\n");
}
