import { beforeEach, expect, test } from "vitest";
import { createFakeClock, type FakeClock } from "../../test/support/fake-clock.ts";
import { readMessage } from "../../test/support/message.ts";
import type { Log } from "../log/log.ts";
import { TSIG_ALGORITHMS } from "../tsig/algorithms.ts";
import { createKeyring } from "../tsig/keyring.ts";
import { signatureOctets, signMessage } from "../tsig/sign.ts";
import { findSignature } from "../tsig/signature.ts";
import { verifySignature } from "../tsig/verify.ts";
import { parseName } from "../wire/name.ts";
import { Notifier, type ZoneNews } from "./notifier.ts";
import { createTransferCounts, type TransferCounts } from "./transfer-counts.ts";

const NOW_SECONDS = 1_800_000_000;
const keyring = createKeyring([
  { name: "k.example", algorithm: TSIG_ALGORITHMS[0]!, secret: Buffer.from("0123456789abcdef") },
]);
const A = { address: "192.0.2.1", port: 53, key: undefined };
const B = { address: "2001:db8::1", port: 5353, key: "k.example." };

let clock: FakeClock;
let sent: { octets: Uint8Array; address: string; port: number }[];
let lines: string[];
let counts: TransferCounts["notify"];
let opened: number;
let closed: number;
let hear: (octets: Uint8Array, address: string, port: number) => void;
let mayTell: boolean;
let notifier: Notifier;

beforeEach(() => {
  clock = createFakeClock();
  sent = [];
  lines = [];
  opened = 0;
  closed = 0;
  mayTell = true;
  counts = createTransferCounts().notify;
  const write = (fields: object, message: string): void => {
    lines.push(`${message} ${JSON.stringify(fields)}`);
  };
  const log: Log = { debug: write, info: write, warn: write, error: write };
  let id = 0x1000;
  notifier = new Notifier({
    keyring,
    counts,
    log,
    clock,
    wallClock: () => NOW_SECONDS * 1000 + clock.now(),
    mayTell: () => mayTell,
    drawId: () => id++,
    openPort: (onMessage) => {
      opened++;
      hear = onMessage;
      return {
        send: (octets, { address, port }) => void sent.push({ octets, address, port }),
        close: () => void closed++,
      };
    },
  });
});

/** Tells, and lets it settle. */
function notify(...all: readonly ZoneNews[]): void {
  for (const each of all) notifier.notify(each);
  clock.advance(500);
}

function news(name: string, serial: number, notify: ZoneNews["notify"]): ZoneNews {
  const parsed = parseName(name);
  if (!parsed.ok) throw new Error(parsed.error);
  const soa = new Uint8Array(22);
  new DataView(soa.buffer).setUint32(2, serial);
  return { name, apex: parsed.name, serial, soa, ttl: 300, notify };
}

/** What a secondary says to a NOTIFY: the message with QR set, and only its question. */
function replyTo(octets: Uint8Array, rcode = 0): Uint8Array {
  const question = octets.indexOf(0, 12) + 5;
  const reply = octets.slice(0, question);
  reply[2]! |= 0x80;
  reply[3] = rcode;
  reply.fill(0, 6, 12);
  return reply;
}

test("notify() sends what RFC 1996 says", () => {
  notify(news("example.com.", 7, [A]));
  expect(sent).toMatchObject([{ address: "192.0.2.1", port: 53 }]);
  const message = readMessage(sent[0]!.octets);
  expect(message).toMatchObject({
    id: 0x1000,
    opcode: 4,
    flags: ["aa"],
    question: [{ name: "example.com.", type: 6, class: 1 }],
    answer: [{ owner: "example.com.", type: 6, ttl: 300, rdata: ". . 7 0 0 0 0" }],
    additional: [],
  });
});

test("notify() sends again until there is an answer, five times at most, ever later", () => {
  notify(news("example.com.", 7, [A]));
  const times: number[] = [];
  for (let second = 0; second < 400; second++) {
    const before = sent.length;
    clock.advance(1000);
    if (sent.length > before) times.push(second + 1);
  }
  expect(times).toEqual([5, 15, 35, 75]);
  expect(new Set(sent.map(({ octets }) => Buffer.from(octets).toString("hex"))).size).toBe(1);
  expect(lines).toEqual([expect.stringContaining("secondary does not answer NOTIFY")]);
  expect(clock.pendingTimers()).toBe(0);
  expect(closed).toBe(opened);
  expect(counts).toEqual({ answered: 0, refused: 0, unanswered: 1 });
});

test("notify() is content with an answer, whatever it says", () => {
  notify(news("example.com.", 7, [A]));
  clock.advance(6000);
  hear(replyTo(sent[0]!.octets), A.address, A.port);
  clock.advance(400_000);
  expect(sent).toHaveLength(2);
  expect(lines).toEqual([expect.stringMatching(/^secondary notified .*"serial":7.*"tries":2/)]);
  notify(news("example.com.", 8, [A]));
  hear(replyTo(sent[2]!.octets, 9), A.address, A.port);
  expect(lines[1]).toMatch(/^secondary refuses NOTIFY .*"rcode":9/);
  clock.advance(400_000);
  expect(sent).toHaveLength(3);
  expect(counts).toEqual({ answered: 1, refused: 1, unanswered: 0 });
});

test("notify() tells a secondary that is listed again of what it may have missed", () => {
  notify(news("example.com.", 7, [A]));
  hear(replyTo(sent[0]!.octets), A.address, A.port);
  notify(news("example.com.", 7, [A]));
  notify(news("example.com.", 7, []));
  expect(sent).toHaveLength(1);
  notify(news("example.com.", 7, [A]));
  expect(sent).toHaveLength(2);
});

test("notify() does not believe strangers", () => {
  notify(news("example.com.", 7, [A]));
  const good = replyTo(sent[0]!.octets);
  const otherId = good.slice();
  otherId[1]! ^= 1;
  const otherName = good.slice();
  otherName[13]! ^= 1;
  const query = good.slice();
  query[2]! &= 0x7f;
  hear(good, "192.0.2.2", A.port);
  hear(good, A.address, 54);
  for (const octets of [otherId, otherName, query, good.slice(0, 11), new Uint8Array(0)]) {
    hear(octets, A.address, A.port);
  }
  expect(lines).toEqual([]);
  hear(good, A.address, A.port);
  expect(lines).toHaveLength(1);
});

test("notify() signs where a key is named, and then believes only what is signed", () => {
  notify(news("example.com.", 7, [B]));
  const { octets } = sent[0]!;
  const verdict = verifySignature(
    octets,
    octets.length,
    findSignature(octets, octets.length),
    keyring,
    NOW_SECONDS,
  );
  if (verdict.kind !== "verified") throw new Error("not verified");
  const reply = replyTo(octets);
  hear(reply, B.address, B.port);
  expect(lines).toEqual([]);
  const signed = new Uint8Array(reply.length + signatureOctets(verdict.key));
  signed.set(reply);
  const { length } = signMessage(signed, reply.length, verdict.key, {
    time: NOW_SECONDS,
    previousMac: verdict.mac,
  });
  hear(signed.subarray(0, length), B.address, B.port);
  expect(lines).toEqual([expect.stringContaining("secondary notified")]);
});

test("notify() says nothing twice, and the newest of what it has to say", () => {
  notify(news("example.com.", 6, [A]), news("example.com.", 7, [A]));
  notify(news("example.com.", 7, [A]));
  expect(sent).toHaveLength(1);
  notify(news("example.com.", 8, [A]));
  expect(sent.map(({ octets }) => readMessage(octets).answer[0]!.rdata)).toEqual([
    ". . 7 0 0 0 0",
    ". . 8 0 0 0 0",
  ]);
  // An answer to the old one is none to the new one.
  hear(replyTo(sent[0]!.octets), A.address, A.port);
  expect(lines).toEqual([]);
  clock.advance(5000);
  expect(sent).toHaveLength(3);
  hear(replyTo(sent[1]!.octets), A.address, A.port);
  clock.advance(400_000);
  expect(sent).toHaveLength(3);
});

test("notify() has few zones under way per secondary, and a dead one holds up no other", () => {
  notify(...Array.from({ length: 120 }, (_, i) => news(`z${i}.example.`, 1, [A, B])));
  expect(opened).toBe(1);
  const toA = () => sent.filter(({ address }) => address === A.address);
  expect(toA()).toHaveLength(50);
  expect(sent).toHaveLength(100);
  // One of them answers all it gets.
  for (let i = 0; i < toA().length; i++) hear(replyTo(toA()[i]!.octets), A.address, A.port);
  expect(new Set(toA().map(({ octets }) => readMessage(octets).question[0]!.name)).size).toBe(120);
  expect(lines.filter((line) => line.includes("notified"))).toHaveLength(120);
  clock.advance(1_000_000);
  expect(lines.filter((line) => line.includes("not answer"))).toHaveLength(120);
  expect(closed).toBe(1);
});

test("forget() and close() end it", () => {
  notify(news("example.com.", 7, [A]), news("example.org.", 7, [A]));
  notifier.forget("example.com.");
  clock.advance(5000);
  expect(sent.map(({ octets }) => readMessage(octets).question[0]!.name)).toEqual([
    "example.com.",
    "example.org.",
    "example.org.",
  ]);
  // It may come back with the same serial.
  notify(news("example.com.", 7, [A]));
  expect(sent).toHaveLength(4);
  notifier.close();
  expect(clock.pendingTimers()).toBe(0);
  expect(closed).toBe(1);
  notify(news("example.net.", 7, [A]));
  expect(sent).toHaveLength(4);
});

test("notify() without the key it is to sign with says so and sends nothing", () => {
  notify(news("example.com.", 7, [{ ...A, key: "none." }]));
  expect(sent).toEqual([]);
  expect(lines).toEqual([expect.stringContaining("there is no such key")]);
  expect(clock.pendingTimers()).toBe(0);
});

test("report() says of each secondary what it was told last, and what came of it", () => {
  const states = (): string[] =>
    notifier
      .report()
      .map(({ zone, target, serial, state }) => `${zone} ${target.address} ${serial} ${state}`);
  notify(news("example.com.", 7, [A, { ...A, address: "192.0.2.2" }]));
  expect(states()).toEqual([
    "example.com. 192.0.2.1 7 pending",
    "example.com. 192.0.2.2 7 pending",
  ]);
  clock.advance(1000);
  hear(replyTo(sent[0]!.octets), A.address, A.port);
  hear(replyTo(sent[1]!.octets, 5), "192.0.2.2", 53);
  expect(notifier.report()).toMatchObject([
    { state: "answered", rcode: 0, at: NOW_SECONDS * 1000 + 1500 },
    { state: "refused", rcode: 5 },
  ]);
  // The same version again is no news, of an answer neither.
  notify(news("example.com.", 7, [A]));
  expect(states()).toEqual(["example.com. 192.0.2.1 7 answered"]);
  notify(news("example.com.", 8, [A, { ...A, key: "none." }]));
  clock.advance(1_000_000);
  expect(states()).toEqual([
    "example.com. 192.0.2.1 8 unanswered",
    "example.com. 192.0.2.1 8 unsent",
  ]);
  notifier.forget("example.com.");
  expect(notifier.report()).toEqual([]);
});

test("notify() without a key ends for any number of zones, with one line for each secondary", () => {
  const nobody = { ...A, key: "missing.example." };
  const zones = Array.from({ length: 20_000 }, (_, i) => `z${i}.example.`);
  notify(...zones.map((name) => news(name, 1, [nobody])));
  expect(sent).toEqual([]);
  expect(new Set(notifier.report().map(({ state }) => state))).toEqual(new Set(["unsent"]));
  expect(notifier.report()).toHaveLength(20_000);
  expect(lines).toEqual([
    expect.stringMatching(/no such key.*192\.0\.2\.1.*missing\.example\..*"zones":20000/),
  ]);
});

test("notify() waits until secondaries would ask this server", () => {
  mayTell = false;
  notify(news("example.com.", 7, [A]));
  clock.advance(60_000);
  notify(news("example.com.", 8, [A]));
  expect(sent).toEqual([]);
  mayTell = true;
  clock.advance(500);
  expect(sent).toHaveLength(1);
  expect(notifier.report()).toMatchObject([{ serial: 8, state: "pending" }]);
});
