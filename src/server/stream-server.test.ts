import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { afterEach, beforeEach, expect, it } from "vitest";
import { frame, openTcp } from "../../test/support/dns-client.ts";
import {
  BIG_OCTETS,
  ECHO,
  ECHO_OCTETS,
  echoOptions,
  echoPublication,
  echoQuery,
  readEcho,
} from "../../test/support/echo-engine.ts";
import { query } from "../../test/support/packet.ts";
import { until } from "../../test/support/until.ts";
import { parseAddress } from "../address/parse.ts";
import { DEFAULT_ANSWER_SETTINGS } from "../answer/answer-settings.ts";
import { createContext } from "../answer/context.ts";
import { silentLog } from "../log/log.ts";
import type { ControlDesk, ControlRequest } from "./control-desk.ts";
import { ControlLink } from "./control-link.ts";
import { ControlService } from "./control-service.ts";
import type { ImageReader } from "./engine.ts";
import { Reader } from "./reader.ts";
import type { StreamLimits } from "./stream-limits.ts";
import { StreamServer } from "./stream-server.ts";
import { THREAD_COUNTERS, threadCounter } from "./thread-counters.ts";
import { ThreadRotation } from "./thread-rotation.ts";

const LIMITS: StreamLimits = {
  connections: 100,
  connectionsPerSource: 100,
  idleMs: 10_000,
  setupMs: 5000,
  messageMs: 10_000,
  stallMs: 1750,
  transferStallMs: 60_000,
  replyMs: 60_000,
};

let reader: Reader<ImageReader>;
let service: StreamServer<ImageReader>;
let counters: Uint32Array;
let desk: ControlDesk;
let now: number;
let to: { address: string; port: number };

beforeEach(() => start({}));
afterEach(() => service.close());

/** Starts a service that has an image, on a clock that only the test moves. */
async function start(limits: Partial<StreamLimits>): Promise<void> {
  now = 1000;
  desk = () => [];
  counters = new Uint32Array(THREAD_COUNTERS);
  const answerCounters = new Uint32Array(echoOptions.answerCounters);
  const context = createContext(answerCounters, DEFAULT_ANSWER_SETTINGS);
  reader = new Reader(echoOptions.engine, context, () => {});
  reader.takeRotation(new ThreadRotation(0).settle());
  reader.context.stream = true;
  reader.apply(echoPublication(1));
  const control = new ControlService(
    (request) => desk(request),
    (message) => link.hear(message),
    silentLog,
  );
  const link = new ControlLink((message) => control.hear(message));
  service = new StreamServer({
    reader,
    link,
    limits: { ...LIMITS, ...limits },
    counters,
    clock: () => now,
    libc: undefined,
  });
  to = { address: "127.0.0.1", port: await listen("127.0.0.1") };
}

async function restart(limits: Partial<StreamLimits>): Promise<void> {
  await service.close();
  await start(limits);
}

async function listen(address: string): Promise<number> {
  const binding = { protocol: "dns", path: "", proxies: [], descriptor: undefined } as const;
  return (await service.listen({ host: address, port: 0, ...binding })).port;
}

async function connectRaw(options: { localAddress?: string } = {}): Promise<Socket> {
  const socket = connect({ host: to.address, port: to.port, ...options });
  socket.on("error", () => {});
  await once(socket, "connect");
  return socket;
}

/** Has the server closed this connection? A reset counts. */
function isClosed(socket: Socket): boolean {
  return socket.closed || socket.readableEnded || socket.destroyed;
}

async function closing(socket: Socket): Promise<void> {
  socket.resume();
  await until(() => isClosed(socket));
}

it("answers a query with the client's address known", async () => {
  const conversation = await openTcp(to);
  conversation.write(frame(echoQuery(0x4242)));
  const echo = readEcho((await conversation.next())!);
  expect(echo).toMatchObject({ id: 0x4242, family: 4, source: [127, 0, 0, 1], rotation: 0 });
  conversation.close();
});

it("answers over IPv6", async () => {
  const conversation = await openTcp({ address: "::1", port: await listen("::1") });
  conversation.write(frame(echoQuery()));
  const echo = readEcho((await conversation.next())!);
  expect(echo).toMatchObject({ family: 6, source: [...parseAddress("::1")!.octets] });
  conversation.close();
});

it("answers 1000 pipelined queries in the order they came", async () => {
  const conversation = await openTcp(to);
  conversation.write(
    Buffer.concat(Array.from({ length: 1000 }, (_, i) => frame(echoQuery(i + 1)))),
  );
  for (let i = 0; i < 1000; i++) {
    expect(readEcho((await conversation.next())!).id).toBe(i + 1);
  }
  conversation.close();
});

it("answers a query that comes octet by octet", async () => {
  const conversation = await openTcp(to);
  for (const octet of frame(echoQuery(7))) {
    conversation.write(Uint8Array.of(octet));
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(readEcho((await conversation.next())!).id).toBe(7);
  conversation.close();
});

it("answers what came before a half close, then ends", async () => {
  const conversation = await openTcp(to);
  conversation.write(Buffer.concat([frame(echoQuery(1)), frame(echoQuery(2))]));
  conversation.end();
  expect(readEcho((await conversation.next())!).id).toBe(1);
  expect(readEcho((await conversation.next())!).id).toBe(2);
  expect(await conversation.next()).toBeUndefined();
});

it("says nothing to a query that gets no answer, and goes on", async () => {
  const conversation = await openTcp(to);
  conversation.write(Buffer.concat([frame(echoQuery(ECHO.silent)), frame(echoQuery(3))]));
  expect(readEcho((await conversation.next())!).id).toBe(3);
  conversation.close();
});

it.each([
  ["length 0", [0, 0]],
  ["a message of 5 octets", [0, 5, 1, 2, 3, 4, 5]],
  ["a frame above 4 KB, at its prefix", [60_000 >> 8, 60_000 & 0xff]],
])("closes on %s, after the answers before it", async (_, octets) => {
  const conversation = await openTcp(to);
  conversation.write(Uint8Array.from([...frame(echoQuery(9)), ...octets]));
  expect(readEcho((await conversation.next())!).id).toBe(9);
  expect(await conversation.next()).toBeUndefined();
});

it("closes a connection that drips a message, whatever comes meanwhile", async () => {
  const socket = await connectRaw();
  const octets = frame(echoQuery());
  for (let i = 0; i < 5; i++) {
    if (i > 0) now += 2000;
    socket.write(octets.subarray(i, i + 1));
    // A whole query on another connection: by its answer, the octet before it has been read.
    const other = await openTcp(to);
    other.write(frame(echoQuery()));
    await other.next();
    other.close();
    expect(isClosed(socket)).toBe(false);
  }
  now += 1800;
  await closing(socket);
});

it("closes an idle connection, counted from its last query", async () => {
  const idle = await connectRaw();
  const busy = await openTcp(to);
  await until(() => counters[threadCounter.connections] === 2);
  now += 6000;
  busy.write(frame(echoQuery()));
  await busy.next();
  now += 4000;
  await closing(idle);
  busy.write(frame(echoQuery(5)));
  expect(readEcho((await busy.next())!).id).toBe(5);
  now += 10_000;
  expect(await busy.next()).toBeUndefined();
});

it("stops answering a client that does not read, keeps little for it, and closes it", async () => {
  const socket = await connectRaw();
  const answered = (): number => reader.context.counters[0] ?? 0;
  socket.pause();
  // Far more than the kernel's buffers take: 3000 answers of 60 KB.
  socket.write(Buffer.concat(Array.from({ length: 3000 }, () => frame(echoQuery(ECHO.big)))));
  let seen = -1;
  await until(
    () => {
      const before = seen;
      seen = answered();
      return seen > 0 && seen === before;
    },
    { pauseMs: 300 },
  );
  expect(seen).toBeLessThan(3000);
  now += 1800;
  await until(() => counters[threadCounter.connections] === 0);
});

it("gives a slow reader everything", async () => {
  const conversation = await openTcp(to);
  conversation.write(Buffer.concat(Array.from({ length: 300 }, () => frame(echoQuery(ECHO.big)))));
  conversation.socket.pause();
  await until(() => (reader.context.counters[0] ?? 0) > 1);
  conversation.socket.resume();
  for (let i = 0; i < 300; i++) expect((await conversation.next())?.length).toBe(BIG_OCTETS);
  conversation.close();
});

it("evicts the longest idle connection of a source at its cap, and of no other", async () => {
  await restart({ connectionsPerSource: 2 });
  const other = await connectRaw({ localAddress: "127.0.0.9" });
  const first = await connectRaw();
  now += 1;
  const second = await openTcp(to);
  await until(() => counters[threadCounter.connections] === 3);
  now += 1;
  const third = await openTcp(to);
  await closing(first);
  for (const conversation of [second, third]) {
    conversation.write(frame(echoQuery()));
    expect(await conversation.next()).toHaveLength(17 + ECHO_OCTETS);
    conversation.close();
  }
  expect(isClosed(other)).toBe(false);
  expect(counters[threadCounter.evicted]).toBe(1);
  other.destroy();
});

it("evicts the longest idle connection of all at the cap, so that a newcomer is served", async () => {
  await restart({ connections: 3 });
  const idle: Socket[] = [];
  for (let i = 1; i <= 3; i++) {
    idle.push(await connectRaw({ localAddress: `127.0.0.${i}` }));
    await until(() => counters[threadCounter.connections] === i);
  }
  const conversation = await openTcp(to);
  conversation.write(frame(echoQuery()));
  expect(await conversation.next()).toHaveLength(17 + ECHO_OCTETS);
  await closing(idle[0]!);
  expect(idle.slice(1).map(isClosed)).toEqual([false, false]);
  for (const socket of idle) socket.destroy();
  conversation.close();
});

it("keeps queries that come before the first image until it is there", async () => {
  reader.reset();
  const conversation = await openTcp(to);
  conversation.write(frame(echoQuery(8)));
  conversation.end();
  await until(() => counters[threadCounter.connections] === 1);
  reader.apply(echoPublication(3));
  service.resume();
  expect(readEcho((await conversation.next())!)).toMatchObject({ id: 8, version: 3 });
  expect(await conversation.next()).toBeUndefined();
});

it("is not troubled by resets", async () => {
  for (let i = 0; i < 20; i++) {
    const socket = await connectRaw();
    socket.write(frame(echoQuery(ECHO.big)));
    socket.resetAndDestroy();
  }
  await until(() => counters[threadCounter.connections] === 0);
  const conversation = await openTcp(to);
  conversation.write(frame(echoQuery(1)));
  expect(readEcho((await conversation.next())!).id).toBe(1);
  conversation.close();
});

it("close() answers what is on its way, ends every connection and accepts no more", async () => {
  const busy = await openTcp(to);
  const silent = await connectRaw();
  await until(() => counters[threadCounter.connections] === 2);
  busy.write(frame(echoQuery(6)));
  const closed = service.close();
  expect(readEcho((await busy.next())!).id).toBe(6);
  await closing(silent);
  await closed;
  const refused = connect({ host: to.address, port: to.port });
  await expect(once(refused, "connect")).rejects.toMatchObject({ code: "ECONNREFUSED" });
});

it("close() does not wait for a client that never reads", async () => {
  const socket = await connectRaw();
  socket.pause();
  socket.write(Buffer.concat(Array.from({ length: 3000 }, () => frame(echoQuery(ECHO.big)))));
  await until(() => (reader.context.counters[0] ?? 0) > 0);
  await service.close();
  expect(counters[threadCounter.connections]).toBe(0);
});

/** An AXFR of the root. */
function transferQuery(id: number): Uint8Array {
  return query({ id, name: ".", type: "AXFR" });
}

/** What a desk answers: the ID asked with, then the message's number. */
function reply({ octets }: { octets: Uint8Array }, number: number, length = 12): Uint8Array {
  const message = new Uint8Array(length);
  message.set(octets.subarray(0, 2));
  message[2] = 0x80;
  message[11] = number;
  return message;
}

it("gives control messages to the desk, and what it answers to the client", async () => {
  const requests: ControlRequest[] = [];
  desk = (request) => {
    requests.push(request);
    return [1, 2, 3].map((number) => reply(request, number));
  };
  const conversation = await openTcp(to);
  conversation.write(frame(transferQuery(0x0102)));
  for (const number of [1, 2, 3]) {
    expect([...(await conversation.next())!]).toEqual([1, 2, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, number]);
  }
  expect(requests).toEqual([
    { octets: transferQuery(0x0102), source: parseAddress("127.0.0.1"), transport: "tcp" },
  ]);
  conversation.close();
});

it("lets no query of the connection wait for a control message, nor one for the other", async () => {
  const release = new Map<number, () => void>();
  desk = async function* (request) {
    await new Promise<void>((resolve) => release.set(request.octets[1]!, resolve));
    yield reply(request, 1);
  };
  const conversation = await openTcp(to);
  for (const octets of [transferQuery(1), transferQuery(2), echoQuery(3)]) {
    conversation.write(frame(octets));
  }
  const nextId = async (): Promise<number | undefined> => (await conversation.next())?.[1];
  expect(await nextId()).toBe(3);
  release.get(2)!();
  expect(await nextId()).toBe(2);
  release.get(1)!();
  expect(await nextId()).toBe(1);
  conversation.close();
});

it("answers hundreds of control messages written at once, whatever is under way at a time", async () => {
  let now = 0;
  let most = 0;
  desk = async function* (request) {
    most = Math.max(most, ++now);
    await new Promise((resolve) => setImmediate(resolve));
    yield reply(request, 1);
    now -= 1;
  };
  const conversation = await openTcp(to);
  const ids = Array.from({ length: 90 }, (_, i) => i + 1);
  conversation.write(Buffer.concat(ids.map((id) => frame(transferQuery(id)))));
  conversation.end();
  const answered: number[] = [];
  for (const _ of ids) answered.push((await conversation.next())![1]!);
  expect(answered.sort((a, b) => a - b)).toEqual(ids);
  expect(most).toBeLessThanOrEqual(8);
  expect(await conversation.next()).toBeUndefined();
});

it("asks the desk for no more than the client takes, and stops when it is gone", async () => {
  let made = 0;
  let isStopped = false;
  desk = async function* (request) {
    try {
      for (;;) yield reply(request, ++made & 0xff, 60_000);
    } finally {
      isStopped = true;
    }
  };
  const socket = await connectRaw();
  socket.pause();
  socket.write(frame(transferQuery(1)));
  let seen = -1;
  await until(
    () => {
      const before = seen;
      seen = made;
      return seen > 1 && seen === before;
    },
    { pauseMs: 300 },
  );
  // One that is in the middle of a transfer has more time than one with other answers.
  const other = await connectRaw();
  other.pause();
  other.write(Buffer.concat(Array.from({ length: 3000 }, () => frame(echoQuery(ECHO.big)))));
  await until(() => (reader.context.counters[0] ?? 0) > 1);
  await until(
    () => {
      now += 300;
      return counters[threadCounter.connections] === 1;
    },
    { pauseMs: 300 },
  );
  expect(isStopped).toBe(false);
  now += 60_000;
  await until(() => counters[threadCounter.connections] === 0);
  await until(() => isStopped);
  expect(made).toBeLessThan(seen + 4);
});

it("finishes a transfer for a client that has closed its half", async () => {
  desk = async function* (request) {
    for (let number = 1; number <= 20; number++) yield reply(request, number, 50_000);
  };
  const conversation = await openTcp(to);
  conversation.write(frame(transferQuery(1)));
  conversation.end();
  for (let number = 1; number <= 20; number++) {
    expect((await conversation.next())?.[11]).toBe(number);
  }
  expect(await conversation.next()).toBeUndefined();
});

it("ends the connection if a desk breaks off a reply, and says SERVFAIL if it says nothing", async () => {
  desk = function* (request) {
    if (request.octets[1] === 2) yield reply(request, 1);
    throw new Error("Asked to");
  };
  const conversation = await openTcp(to);
  conversation.write(frame(transferQuery(1)));
  expect([...(await conversation.next())!]).toEqual([0, 1, 0x80, 2, 0, 0, 0, 0, 0, 0, 0, 0]);
  conversation.write(frame(transferQuery(2)));
  expect((await conversation.next())![1]).toBe(2);
  expect(await conversation.next()).toBeUndefined();
});

it("waits longer for the desk than for a client, not for ever", async () => {
  desk = async function* () {
    yield await new Promise<Uint8Array>(() => {});
  };
  const conversation = await openTcp(to);
  conversation.write(Buffer.concat([frame(transferQuery(1)), frame(echoQuery(2))]));
  await conversation.next();
  now += 50_000;
  conversation.write(frame(echoQuery(3)));
  expect(readEcho((await conversation.next())!).id).toBe(3);
  now += 60_000;
  expect(await conversation.next()).toBeUndefined();
});
