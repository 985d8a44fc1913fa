import type { Socket } from "node:net";
import { afterEach, expect, test } from "vitest";
import { frame } from "../../test/support/dns-client.ts";
import { createFakeClock, type FakeClock } from "../../test/support/fake-clock.ts";
import {
  idOf,
  type PrimaryBehaviour,
  type PrimaryServer,
  questionType,
  startPrimary,
} from "../../test/support/primary-server.ts";
import { until } from "../../test/support/until.ts";
import {
  address,
  ns,
  soa,
  type TransferRecord,
  wireName,
  writeMessage,
} from "../../test/support/zone-transfer.ts";
import { systemClock } from "../clock/clock.ts";
import { TSIG_ALGORITHMS } from "../tsig/algorithms.ts";
import { createKeyring, findKeyByText, type Keyring, NO_KEYS } from "../tsig/keyring.ts";
import { signatureOctets, signMessage } from "../tsig/sign.ts";
import { findSignature, readSignature } from "../tsig/signature.ts";
import { createPrimaryClient } from "./fetch-zone.ts";
import { readFrames } from "./frame-blocks.ts";
import {
  PRIMARY_LIMITS,
  type PrimaryClient,
  type PrimaryLimits,
  type PrimaryQuestion,
  type TransferAnswer,
} from "./primary-client.ts";

const ZONE = "example.net.";
const NOW = 1_700_000_000;
const TYPE_SOA = 6;
const OWN = { soa: soa(ZONE, 7).rdata, serial: 7 };
const NS = ns(ZONE, "ns1.example.com.");

const keyring = createKeyring([
  { name: "k", algorithm: TSIG_ALGORITHMS[0]!, secret: new Uint8Array(32).fill(1) },
]);
const wrongSecret = createKeyring([
  { name: "k", algorithm: TSIG_ALGORITHMS[0]!, secret: new Uint8Array(32).fill(2) },
]);

let server: PrimaryServer | undefined;
let controller = new AbortController();
let clock: FakeClock;

afterEach(async () => {
  await server?.close();
  controller = new AbortController();
});

interface Wish {
  readonly limits?: Partial<PrimaryLimits>;
  readonly keyring?: Keyring;
  readonly key?: string;
  /** Time stands still but for `clock.advance()`. */
  readonly frozen?: boolean;
}

async function meet(
  behaviour: PrimaryBehaviour,
  { limits, keyring: keys = NO_KEYS, key, frozen = false }: Wish = {},
): Promise<{ client: PrimaryClient; question: PrimaryQuestion }> {
  server = await startPrimary(behaviour);
  clock = createFakeClock();
  const client = createPrimaryClient({
    clock: frozen ? clock : systemClock,
    limits: { ...PRIMARY_LIMITS, ...limits },
    keyring: keys,
    wallSeconds: () => NOW,
    makeId: () => 0xabcd,
  });
  const { address: host, port } = server;
  const primary = { address: host, port };
  return { client, question: { primary, apex: wireName(ZONE), key, signal: controller.signal } };
}

function nameOf(type: number): string {
  return type === TYPE_SOA ? "SOA" : type === 251 ? "IXFR" : "AXFR";
}

/** An answer to a request, with its ID and question. */
function answer(
  request: Uint8Array,
  answers: readonly TransferRecord[],
  flags?: number,
): Uint8Array {
  const question = { name: ZONE, type: nameOf(questionType(request)) };
  return writeMessage({
    id: idOf(request),
    question,
    answers,
    ...(flags === undefined ? {} : { flags }),
  });
}

/** Sends these records in one message to who asks for a transfer. */
function transferOf(...records: TransferRecord[]): PrimaryBehaviour {
  return { tcp: (request, socket) => socket.write(frame(answer(request, records))) };
}

function reasonOf(result: { readonly kind: string; readonly reason?: string }): string {
  return result.kind === "failed" ? result.reason! : result.kind;
}

test("askSerial() asks over UDP", async () => {
  const { client, question } = await meet({ udp: (request) => [answer(request, [soa(ZONE, 42)])] });
  expect(await client.askSerial(question)).toEqual({ kind: "serial", serial: 42 });
  expect(server!.asked).toEqual(["udp SOA"]);
});

/** The OPT record with an empty EXPIRE option that ends a request; undefined: it has none. */
function optOf(request: Uint8Array): number[] | undefined {
  return request[11] === 0 ? undefined : [...request.subarray(-15)];
}
const EXPIRE_WANTED = [0, 0, 41, 1232 >> 8, 1232 & 0xff, 0, 0, 0, 0, 0, 4, 0, 9, 0, 0];

test("a primary is asked for how long it will have the zone, and says so (RFC 7314)", async () => {
  const asked: (number[] | undefined)[] = [];
  const { client, question } = await meet({
    udp: (request) => {
      asked.push(optOf(request));
      const name = { name: ZONE, type: "SOA" };
      return [
        writeMessage({
          id: idOf(request),
          question: name,
          answers: [soa(ZONE, 42)],
          expire: 70_000,
        }),
      ];
    },
    tcp: (request, socket) => {
      asked.push(optOf(request));
      const name = { name: ZONE, type: nameOf(questionType(request)) };
      const id = idOf(request);
      const first = writeMessage({ id, question: name, answers: [soa(ZONE, 9)], expire: 80_000 });
      const last = writeMessage({ id, answers: [NS, soa(ZONE, 9)], expire: 1 });
      socket.write(Buffer.concat([frame(first), frame(last)]));
    },
  });
  expect(await client.askSerial(question)).toMatchObject({ serial: 42, expire: 70_000 });
  expect(await client.transfer(question, undefined)).toMatchObject({ serial: 9, expire: 80_000 });
  expect(asked).toEqual([EXPIRE_WANTED, EXPIRE_WANTED]);
});

test("a primary that does not know EDNS is asked without (RFC 6891 §7)", async () => {
  const formatError = 0x8001;
  const { client, question } = await meet({
    udp: (request) => [
      optOf(request) === undefined
        ? answer(request, [soa(ZONE, 42)])
        : answer(request, [], formatError),
    ],
    tcp: (request, socket) =>
      socket.write(
        frame(
          optOf(request) === undefined
            ? answer(request, [soa(ZONE, 9), NS, soa(ZONE, 9)])
            : answer(request, [], formatError),
        ),
      ),
  });
  expect(await client.askSerial(question)).toMatchObject({ serial: 42 });
  expect(await client.transfer(question, undefined)).toMatchObject({ serial: 9 });
  expect(server!.asked).toEqual(["udp SOA", "udp SOA", "tcp AXFR", "tcp AXFR"]);
});

test("askSerial() waits for the true answer, whatever else arrives before it", async () => {
  const { client, question } = await meet({
    udp: (request) => {
      const other = answer(request, [soa(ZONE, 1)]);
      const wrongId = other.slice();
      wrongId[0]! ^= 1;
      const aQuery = other.slice();
      aQuery[2]! &= 0x7f;
      const wrongName = writeMessage({
        id: idOf(request),
        question: { name: "example.org.", type: "SOA" },
        answers: [soa("example.org.", 1)],
      });
      const wrongType = writeMessage({
        id: idOf(request),
        question: { name: ZONE, type: "NS" },
        answers: [soa(ZONE, 1)],
      });
      const garbage = Uint8Array.from({ length: 40 }, (_, i) => i * 7);
      const right = answer(request, [soa(ZONE, 42)]);
      return [garbage, new Uint8Array(0), wrongId, aQuery, wrongName, wrongType, right];
    },
  });
  expect(await client.askSerial(question)).toEqual({ kind: "serial", serial: 42 });
});

test("askSerial() goes on over TCP where UDP is cut short, or brings nothing", async () => {
  const tcp = (request: Uint8Array, socket: Socket): void => {
    socket.write(frame(answer(request, [soa(ZONE, 43)])));
  };
  const truncated = await meet({ udp: (request) => [answer(request, [], 0x8600)], tcp });
  expect(await truncated.client.askSerial(truncated.question)).toEqual({
    kind: "serial",
    serial: 43,
  });
  expect(server!.asked).toEqual(["udp SOA", "tcp SOA"]);
  await server!.close();
  const silent = await meet({ tcp }, { limits: { udpMs: 20 } });
  expect(await silent.client.askSerial(silent.question)).toEqual({ kind: "serial", serial: 43 });
  expect(server!.asked).toEqual(["udp SOA", "udp SOA", "tcp SOA"]);
});

test.for<[string, number | undefined, readonly TransferRecord[], RegExp]>([
  ["an error", 0x8405, [], /REFUSED/],
  ["an answer that is not authoritative", 0x8000, [soa(ZONE, 1)], /not authoritative/],
  ["an answer without the SOA", undefined, [NS], /no SOA/],
  ["another zone's SOA", undefined, [soa("example.org.", 1)], /no SOA/],
])("askSerial() takes %s for a failure", async ([, flags, records, reason]) => {
  const { client, question } = await meet({ udp: (request) => [answer(request, records, flags)] });
  expect(reasonOf(await client.askSerial(question))).toMatch(reason);
  expect(server!.asked).toEqual(["udp SOA"]);
});

test("askSerial() says why nobody answers", async () => {
  const { client, question } = await meet({}, { limits: { udpMs: 20 } });
  expect(reasonOf(await client.askSerial(question))).toMatch(/over UDP; over TCP: /);
  await server!.close();
  expect(reasonOf(await client.askSerial(question))).toMatch(/ECONNREFUSED/);
});

test("askSerial() does not wait for an answer over TCP for as long as for a transfer", async () => {
  const { client, question } = await meet(
    { tcp: () => {} },
    { limits: { udpMs: 20, answerMs: 20 } },
  );
  expect(reasonOf(await client.askSerial(question))).toMatch(/over TCP: no message within 0\.02 s/);
});

test("askSerial() signs, and believes only who signs, too", async () => {
  const right = findKeyByText(keyring, "k")!;
  const signed = await meet(
    { udp: (request) => [answer(request, [soa(ZONE, 1)]), signReply(request, [soa(ZONE, 42)])] },
    { keyring, key: "k." },
  );
  expect(await signed.client.askSerial(signed.question)).toEqual({ kind: "serial", serial: 42 });
  await server!.close();

  const unsigned = await meet(
    { udp: (request) => [answer(request, [soa(ZONE, 1)])] },
    { keyring, key: "k.", limits: { udpMs: 20 } },
  );
  expect(reasonOf(await unsigned.client.askSerial(unsigned.question))).toMatch(
    /the signature does not hold: BADSIG over UDP/,
  );
  await server!.close();

  const wrong = await meet(
    { udp: (request) => [signReply(request, [soa(ZONE, 1)])] },
    { keyring: wrongSecret, key: "k.", limits: { udpMs: 20 } },
  );
  expect(reasonOf(await wrong.client.askSerial(wrong.question))).toMatch(/BADSIG/);

  function signReply(request: Uint8Array, records: readonly TransferRecord[]): Uint8Array {
    const { mac } = readSignature(request, request.length, findSignature(request, request.length))!;
    const reply = answer(request, records);
    const room = new Uint8Array(reply.length + signatureOctets(right));
    room.set(reply);
    const { length } = signMessage(room, reply.length, right, { time: NOW, previousMac: mac });
    return room.subarray(0, length);
  }
});

test("a key that the server file does not have is a failure, and nothing is asked without it", async () => {
  const { client, question } = await meet({}, { key: "nobody." });
  expect(reasonOf(await client.askSerial(question))).toBe("the server file has no key nobody.");
  expect(reasonOf(await client.transfer(question, undefined))).toMatch(/no key nobody/);
  expect(server!.asked).toEqual([]);
});

test("transfer() brings a zone in the messages it came in, wherever TCP cuts them", async () => {
  const records = Array.from({ length: 300 }, (_, i) => address(`h${i}.${ZONE}`, "192.0.2.1"));
  let messages: Uint8Array[] = [];
  const { client, question } = await meet({
    tcp: (request, socket) => {
      messages = [
        answer(request, [soa(ZONE, 9)]),
        ...records.map((one) => writeMessage({ id: idOf(request), answers: [one] })),
        writeMessage({ id: idOf(request), answers: [soa(ZONE, 9)] }),
      ];
      const stream = Buffer.concat(messages.map(frame));
      socket.setNoDelay(true);
      for (let at = 0; at < stream.length; at += 333) socket.write(stream.subarray(at, at + 333));
    },
  });
  const result = await client.transfer(question, undefined);
  expect(result).toMatchObject({
    kind: "transferred",
    serial: 9,
    isIncremental: false,
    records: 302,
  });
  const { blocks } = result as Extract<TransferAnswer, { readonly kind: "transferred" }>;
  expect([...readFrames(blocks)].map((one) => Uint8Array.from(one))).toEqual(messages);
});

test("transfer() asks for changes with the SOA we have", async () => {
  let asked: Uint8Array | undefined;
  const { client, question } = await meet({
    tcp: (request, socket) => {
      asked = Uint8Array.from(request);
      socket.write(
        frame(answer(request, [soa(ZONE, 8), soa(ZONE, 7), soa(ZONE, 8), NS, soa(ZONE, 8)])),
      );
    },
  });
  expect(await client.transfer(question, OWN)).toMatchObject({
    kind: "transferred",
    isIncremental: true,
  });
  // The question, in the authority section the SOA (RFC 1995 §3), whose TTL means nothing, and OPT.
  expect([...asked!.subarray(4, 12)]).toEqual([0, 1, 0, 0, 0, 1, 0, 1]);
  expect(Buffer.from(asked!).includes(Buffer.from(OWN.soa))).toBe(true);
});

test("transfer() is told that there is nothing new", async () => {
  const { client, question } = await meet(transferOf(soa(ZONE, 7)));
  expect(await client.transfer(question, OWN)).toEqual({ kind: "current", serial: 7 });
});

test("transfer() wants the whole zone where changes are refused, or only the SOA comes", async () => {
  const refused = await meet({
    tcp: (request, socket) => socket.write(frame(answer(request, [], 0x8404))),
  });
  expect(await refused.client.transfer(refused.question, OWN)).toEqual({
    kind: "failed",
    reason: "the answer is NOTIMP",
    isWholeWanted: true,
  });
  await server!.close();
  const alone = await meet({
    tcp: (request, socket) => socket.end(frame(answer(request, [soa(ZONE, 9)]))),
  });
  expect(await alone.client.transfer(alone.question, OWN)).toMatchObject({
    kind: "failed",
    isWholeWanted: true,
  });
});

test.for<[string, PrimaryBehaviour, RegExp]>([
  [
    "a zone without end",
    { tcp: (request, socket) => socket.end(frame(answer(request, [soa(ZONE, 9), NS]))) },
    /closed early/,
  ],
  ["a connection closed at once", {}, /closed early|ECONNRESET/],
  ["garbage", { tcp: (_, socket) => socket.write(Buffer.alloc(70_000, 0x5a)) }, /another ID/],
  ["a message of no octets", { tcp: (_, socket) => socket.write(Buffer.alloc(2)) }, /too short/],
  [
    "another question",
    {
      tcp: (request, socket) =>
        socket.write(
          frame(
            writeMessage({
              id: idOf(request),
              question: { name: "example.org.", type: "AXFR" },
              answers: [soa(ZONE, 9)],
            }),
          ),
        ),
    },
    /another question/,
  ],
  ["a zone that changes under way", transferOf(soa(ZONE, 9), NS, soa(ZONE, 10)), /ends with 10/],
])("transfer() gives up on %s", async ([, behaviour, reason]) => {
  const { client, question } = await meet(behaviour);
  expect(reasonOf(await client.transfer(question, undefined))).toMatch(reason);
});

test("transfer() ends what never ends, by its size", async () => {
  let isOpen = true;
  const { client, question } = await meet(
    {
      tcp: (request, socket) => {
        socket.on("close", () => {
          isOpen = false;
        });
        const many = Array.from({ length: 400 }, (_, i) => address(`h${i}.${ZONE}`, "192.0.2.1"));
        const more = frame(writeMessage({ id: idOf(request), answers: many }));
        socket.write(frame(answer(request, [soa(ZONE, 9)])));
        const pour = (): void => {
          while (!socket.destroyed && socket.write(more));
        };
        socket.on("drain", pour);
        pour();
      },
    },
    { limits: { totalOctets: 1_000_000 } },
  );
  const reason = reasonOf(await client.transfer(question, undefined));
  expect(reason).toBe("it is longer than 1000000 octets");
  await until(() => !isOpen);
});

/** A transfer of which one octet has come, time standing still. */
async function hang(limits: Partial<PrimaryLimits>): Promise<{
  readonly result: Promise<TransferAnswer>;
  /** Sends one octet more. */
  drip(): Promise<void>;
}> {
  let socket: Socket | undefined;
  const { client, question } = await meet(
    {
      tcp: (request, connection) => {
        socket = connection;
        connection.setNoDelay(true);
        connection.write(frame(answer(request, [soa(ZONE, 9)])));
      },
    },
    { limits, frozen: true },
  );
  const result = client.transfer(question, undefined);
  await until(() => socket !== undefined);
  return {
    result,
    drip: async () => {
      const before = socket!.bytesWritten;
      socket!.write(Buffer.of(1));
      await until(() => socket!.bytesWritten > before);
      // The octet is on its way through the kernel: other events first.
      for (let i = 0; i < 5; i++) await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

test("transfer() waits no longer than it may for a whole message, however many octets drip", async () => {
  const { result, drip } = await hang({ idleMs: 1000 });
  let ended: TransferAnswer | undefined;
  void result.then((answered) => {
    ended = answered;
  });
  for (let octets = 0; ended === undefined && octets < 20; octets++) {
    clock.advance(300);
    await drip();
  }
  expect(ended && reasonOf(ended)).toBe("no message within 1 s");
});

test("transfer() cuts a transfer that is slower than it may be", async () => {
  const { result } = await hang({ idleMs: 1e9, graceMs: 5000, leastOctetsPerSecond: 1000 });
  clock.advance(4000);
  clock.advance(2000);
  expect(reasonOf(await result)).toMatch(/^it is too slow: \d+ octets in \d s$/);
});

test("transfer() gives up on a transfer that takes for ever, be it fast", async () => {
  const { result } = await hang({ idleMs: 1e9, graceMs: 1e8, totalMs: 60_000 });
  clock.advance(1e8);
  expect(reasonOf(await result)).toMatch(/too slow/);
});

test("what is not wanted any more ends at once", async () => {
  const { client, question } = await meet({ tcp: () => {} });
  const serial = client.askSerial(question);
  const transfer = client.transfer(question, undefined);
  await until(() => server!.asked.length > 1);
  controller.abort();
  expect(reasonOf(await serial)).toContain("not wanted any more");
  expect(reasonOf(await transfer)).toContain("not wanted any more");
  expect(reasonOf(await client.transfer(question, undefined))).toContain("not wanted any more");
});
