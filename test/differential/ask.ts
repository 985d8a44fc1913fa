/** Puts many questions to one server, over UDP and TCP, and collects the answers in their order. */
import { createSocket, type Socket } from "node:dgram";
import { type Endpoint, frame, openTcp, type TcpConversation } from "../support/dns-client.ts";
import type { RandomQuery } from "./random-query.ts";

/** Datagrams on their way at once: few enough for any server's socket buffer. */
const WINDOW = 64;
/** Silence is believed after that, three times. */
const WAIT_MS = 700;
const ATTEMPTS = 3;

/** @returns the replies; undefined for silence, or the end of the connection */
export async function askAll(
  to: Endpoint,
  queries: readonly RandomQuery[],
): Promise<(Uint8Array | undefined)[]> {
  const replies = new Array<Uint8Array | undefined>(queries.length).fill(undefined);
  const numbers = queries.map((_, i) => i);
  const overUdp = numbers.filter((i) => queries[i]!.transport === "udp");
  const overTcp = numbers.filter((i) => queries[i]!.transport === "tcp");
  await Promise.all([askUdp(to, queries, overUdp, replies), askTcp(to, queries, overTcp, replies)]);
  return replies;
}

async function askUdp(
  to: Endpoint,
  queries: readonly RandomQuery[],
  numbers: readonly number[],
  replies: (Uint8Array | undefined)[],
): Promise<void> {
  const socket = createSocket("udp4");
  try {
    await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", resolve));
    for (let at = 0; at < numbers.length; at += WINDOW) {
      let open = numbers.slice(at, at + WINDOW);
      for (let attempt = 0; attempt < ATTEMPTS && open.length > 0; attempt++) {
        await exchange(socket, to, queries, open, replies);
        open = open.filter((i) => replies[i] === undefined);
      }
    }
  } finally {
    socket.close();
  }
}

/** Sends them all and waits for as many answers, or long enough. The ID says whose answer it is. */
function exchange(
  socket: Socket,
  to: Endpoint,
  queries: readonly RandomQuery[],
  numbers: readonly number[],
  replies: (Uint8Array | undefined)[],
): Promise<void> {
  return new Promise((resolve) => {
    let left = numbers.length;
    const finish = (): void => {
      clearTimeout(timer);
      socket.off("message", take);
      resolve();
    };
    const timer = setTimeout(finish, WAIT_MS);
    const take = (reply: Buffer): void => {
      const id = reply.readUInt16BE(0);
      const slot = (id & 0xff) - 1;
      const number = numbers[slot];
      if (number === undefined || replies[number] !== undefined) return;
      if (id !== idOf(number, slot)) return;
      replies[number] = Uint8Array.from(reply);
      if (--left === 0) finish();
    };
    socket.on("message", take);
    numbers.forEach((number, slot) => {
      socket.send(withId(queries[number]!.packet, idOf(number, slot)), to.port, to.address);
    });
  });
}

async function askTcp(
  to: Endpoint,
  queries: readonly RandomQuery[],
  numbers: readonly number[],
  replies: (Uint8Array | undefined)[],
): Promise<void> {
  let conversation: TcpConversation | undefined;
  for (const number of numbers) {
    conversation ??= await openTcp(to);
    conversation.write(frame(withId(queries[number]!.packet, idOf(number, 0))));
    replies[number] = await conversation.next();
    if (replies[number] === undefined) {
      conversation.close();
      conversation = undefined;
    }
  }
  conversation?.close();
}

/** Eight bits of the number and the slot, which is not 0: a late answer of another round is told apart. */
function idOf(number: number, slot: number): number {
  return ((number & 0xff) << 8) | (slot + 1);
}

function withId(packet: Uint8Array, id: number): Uint8Array {
  const copy = Uint8Array.from(packet);
  copy[0] = id >> 8;
  copy[1] = id & 0xff;
  return copy;
}
