/** A primary on loopback that does exactly what a test wants, over UDP and TCP on one port. */
import { createSocket } from "node:dgram";
import { createServer, type Socket } from "node:net";
import { findFreePort } from "./ports.ts";

export interface PrimaryServer {
  readonly address: string;
  readonly port: number;
  /** What has been asked so far: `udp SOA`, `tcp AXFR`. */
  readonly asked: string[];
  /** Once or more often. */
  close(): Promise<void>;
}

export interface PrimaryBehaviour {
  /** The replies to a datagram. Left out: silence. */
  readonly udp?: (request: Uint8Array) => Iterable<Uint8Array>;
  /** What to do with a connection on which one whole message has come. Left out: it is closed. */
  readonly tcp?: (request: Uint8Array, socket: Socket) => void;
}

const NAMES: Readonly<Record<number, string>> = { 6: "SOA", 251: "IXFR", 252: "AXFR" };

export async function startPrimary({ udp, tcp }: PrimaryBehaviour): Promise<PrimaryServer> {
  const address = "127.0.0.1";
  const port = await findFreePort(address);
  const asked: string[] = [];
  const sockets = new Set<Socket>();
  let isClosed = false;
  const datagrams = createSocket("udp4");
  datagrams.on("message", (request, peer) => {
    asked.push(`udp ${NAMES[questionType(request)]}`);
    for (const reply of udp?.(request) ?? []) datagrams.send(reply, peer.port, peer.address);
  });
  const server = createServer((socket) => {
    sockets.add(socket);
    let received = Buffer.alloc(0);
    socket.on("error", () => {});
    socket.on("close", () => sockets.delete(socket));
    socket.on("data", (chunk) => {
      received = Buffer.concat([received, chunk]);
      if (received.length < 2 || received.length < 2 + received.readUInt16BE(0)) return;
      const request = received.subarray(2, 2 + received.readUInt16BE(0));
      received = Buffer.alloc(0);
      asked.push(`tcp ${NAMES[questionType(request)]}`);
      if (tcp === undefined) socket.destroy();
      else tcp(request, socket);
    });
  });
  await new Promise<void>((resolve) => {
    datagrams.bind(port, address, resolve);
  });
  await new Promise<void>((resolve) => {
    server.listen(port, address, resolve);
  });
  return {
    address,
    port,
    asked,
    async close() {
      if (isClosed) return;
      isClosed = true;
      datagrams.close();
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
    },
  };
}

/** The ID of a request, for its answers. */
export function idOf(request: Uint8Array): number {
  return request[0]! * 256 + request[1]!;
}

/** Its QTYPE. */
export function questionType(request: Uint8Array): number {
  let at = 12;
  while (request[at] !== 0) at += request[at]! + 1;
  return request[at + 1]! * 256 + request[at + 2]!;
}
