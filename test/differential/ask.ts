/** Puts many questions to one server, over UDP and TCP, and collects the answers in their order. */
import { createSocket, type Socket } from "node:dgram";
import { type Endpoint, frame, openTcp, type TcpConversation } from "../support/dns-client.ts";
import type { RandomQuery } from "./random-query.ts";

/** Datagrams on their way at once: few enough for any server's socket buffer. */
const WINDOW = 64;
/** Of a first try; what is silent then is asked again when all others have answered. */
const FIRST_WAIT_MS = 150;
/** Silence is believed after that, twice. */
const WAIT_MS = 700;
const FURTHER_ATTEMPTS = 2;

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
    const ask = async (open: readonly number[], waitMs: number): Promise<number[]> => {
      for (let at = 0; at < open.length; at += WINDOW) {
        await exchange(socket, to, queries, open.slice(at, at + WINDOW), replies, waitMs);
      }
      return open.filter((i) => replies[i] === undefined);
    };
    let open = await ask(numbers, FIRST_WAIT_MS);
    for (let attempt = 0; attempt < FURTHER_ATTEMPTS; attempt++) open = await ask(open, WAIT_MS);
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
  waitMs: number,
): Promise<void> {
  return new Promise((resolve) => {
    let left = numbers.length;
    const finish = (): void => {
      clearTimeout(timer);
      socket.off("message", take);
      resolve();
    };
    const timer = setTimeout(finish, waitMs);
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
