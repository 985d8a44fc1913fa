import { createSocket } from "node:dgram";
import { connect } from "node:net";
import { MAX_MESSAGE_OCTETS } from "../wire/message.ts";

/** Where a resolver listens. */
export interface ResolverAddress {
  /** An IP address in presentation form. */
  readonly address: string;
  readonly port: number;
}

/**
 * What came back first that `accept` took, or why nothing did.
 *
 * @typeParam T what a message is read as
 */
export type Exchanged<T> = { readonly reply: T } | { readonly failure: string };

/** @returns undefined for a message that is none of ours: one more may come */
export type Accept<T> = (octets: Uint8Array) => T | undefined;

/** A message over UDP from a port of its own; a connected socket takes packets from nobody else. Never rejects. */
export function exchangeUdp<T>(
  server: ResolverAddress,
  query: Uint8Array,
  accept: Accept<T>,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<Exchanged<T>> {
  return new Promise((resolve) => {
    const socket = createSocket(server.address.includes(":") ? "udp6" : "udp4");
    const finish = (outcome: Exchanged<T>): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", abort);
      socket.removeAllListeners();
      // What the kernel still has to say of a socket that is being closed is of no interest.
      socket.on("error", () => undefined);
      socket.close();
      resolve(outcome);
    };
    const abort = (): void => finish({ failure: "given up" });
    const timer = setTimeout(
      () => finish({ failure: `no reply within ${timeoutMs} ms` }),
      timeoutMs,
    );
    signal.addEventListener("abort", abort);
    socket.once("connect", () => socket.send(query));
    socket.once("error", (error) => finish({ failure: error.message }));
    socket.on("message", (octets) => {
      // A Buffer's slices would share its memory.
      const reply = accept(Uint8Array.from(octets));
      if (reply !== undefined) finish({ reply });
    });
    socket.connect(server.port, server.address);
  });
}

/** The same over TCP (RFC 7766): one message in a connection of its own. Never rejects. */
export function exchangeTcp<T>(
  server: ResolverAddress,
  query: Uint8Array,
  accept: Accept<T>,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<Exchanged<T>> {
  return new Promise((resolve) => {
    const socket = connect({ host: server.address, port: server.port, noDelay: true });
    const finish = (outcome: Exchanged<T>): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", abort);
      socket.removeAllListeners();
      socket.on("error", () => undefined);
      socket.destroy();
      resolve(outcome);
    };
    const abort = (): void => finish({ failure: "given up" });
    const timer = setTimeout(
      () => finish({ failure: `no reply over TCP within ${timeoutMs} ms` }),
      timeoutMs,
    );
    signal.addEventListener("abort", abort);
    let received = Buffer.alloc(0);
    socket.once("connect", () => {
      const length = Uint8Array.of(query.length >> 8, query.length & 0xff);
      socket.write(Buffer.concat([length, query]));
    });
    socket.once("error", (error) => finish({ failure: error.message }));
    socket.once("close", () => finish({ failure: "the connection was closed" }));
    socket.on("data", (chunk) => {
      received = Buffer.concat([received, chunk]);
      const size = received.length < 2 ? MAX_MESSAGE_OCTETS : received.readUInt16BE(0);
      if (received.length < 2 + size) return;
      const reply = accept(Uint8Array.from(received.subarray(2, 2 + size)));
      finish(reply === undefined ? { failure: "a reply to another question" } : { reply });
    });
  });
}
