/** A resolver for tests: answers over UDP and TCP on one port of 127.0.0.1 whatever a test tells it. */
import { createSocket, type Socket } from "node:dgram";
import { createServer, type Server, type Socket as TcpSocket } from "node:net";
import { concat, u16, u32 } from "./packet.ts";
import { findFreePort } from "./ports.ts";

export interface ResolverServer {
  readonly address: string;
  readonly port: number;
  /** The queries so far, over any transport. */
  readonly queries: { readonly octets: Uint8Array; readonly transport: "udp" | "tcp" }[];
  stop(): Promise<void>;
}

/** @returns messages to send back, none for silence */
export type Behaviour = (query: Uint8Array, transport: "udp" | "tcp") => readonly Uint8Array[];

export async function startResolver(behave: Behaviour, port?: number): Promise<ResolverServer> {
  const address = "127.0.0.1";
  const chosen = port ?? (await findFreePort(address));
  const queries: ResolverServer["queries"] = [];
  const take = (octets: Uint8Array, transport: "udp" | "tcp"): readonly Uint8Array[] => {
    queries.push({ octets, transport });
    return behave(octets, transport);
  };
  const udp = createSocket("udp4");
  udp.on("message", (message, { port: from }) => {
    for (const reply of take(Uint8Array.from(message), "udp")) udp.send(reply, from, address);
  });
  const open = new Set<TcpSocket>();
  const tcp = createServer((socket) => {
    open.add(socket);
    socket.on("error", () => socket.destroy());
    socket.once("data", (chunk) => {
      for (const reply of take(Uint8Array.from(chunk.subarray(2)), "tcp")) {
        socket.write(concat(u16(reply.length), reply));
      }
    });
  });
  let isStopped = false;
  await listen(udp, tcp, address, chosen);
  return {
    address,
    port: chosen,
    queries,
    stop: async () => {
      if (isStopped) return;
      isStopped = true;
      for (const socket of open) socket.destroy();
      await Promise.all([
        new Promise<void>((done) => udp.close(() => done())),
        new Promise<void>((done) => tcp.close(() => done())),
      ]);
    },
  };
}

async function listen(udp: Socket, tcp: Server, address: string, port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    udp.once("error", reject);
    udp.bind(port, address, resolve);
  });
  await new Promise<void>((resolve, reject) => {
    tcp.once("error", reject);
    tcp.listen(port, address, resolve);
  });
}

export interface ReplyFields {
  readonly id?: number;
  /** The second word of the header; a recursive answer without an error if left out. */
  readonly flags?: number;
  /** In place of the question that was asked. */
  readonly question?: Uint8Array;
  readonly answers?: readonly Uint8Array[];
  readonly authorities?: readonly Uint8Array[];
}

/** A response to a query, its question as it came. */
export function replyTo(query: Uint8Array, fields: ReplyFields = {}): Uint8Array {
  let end = 12;
  while (query[end] !== 0) end += query[end]! + 1;
  const { answers = [], authorities = [] } = fields;
  const id = fields.id ?? (query[0]! << 8) | query[1]!;
  const question = fields.question ?? query.slice(12, end + 5);
  const counts = [question.length > 0 ? 1 : 0, answers.length, authorities.length, 0];
  return concat(
    u16(id),
    u16(fields.flags ?? 0x8180),
    ...counts.map(u16),
    question,
    ...answers,
    ...authorities,
  );
}

/** A record of class IN. @param owner wire form, or a pointer */
export function recordOf(
  owner: Uint8Array,
  type: number,
  ttl: number,
  rdata: Uint8Array,
): Uint8Array {
  return concat(owner, u16(type), u16(1), u32(ttl), u16(rdata.length), rdata);
}

/** The name that was asked for, wherever in a message it is needed again. */
export const QUESTION: Uint8Array = Uint8Array.of(0xc0, 12);
