/** Sends octets over UDP and TCP and hands back the octets that return: no codec in between. */
import { createSocket, type Socket as UdpSocket } from "node:dgram";
import { connect, type Socket as TcpSocket } from "node:net";

export interface Endpoint {
  readonly address: string;
  readonly port: number;
}

/**
 * Sends one datagram and waits for one.
 *
 * @param waitMs how long silence must last to be believed
 * @param from local address to send from
 * @returns the reply, or undefined for silence
 */
export async function askUdp(
  to: Endpoint,
  packet: Uint8Array,
  waitMs = 3000,
  from?: string,
): Promise<Uint8Array | undefined> {
  const [reply] = await askUdpAll(to, [packet], waitMs, from);
  return reply;
}

/** Sends every packet at once, each from a port of its own, and collects the replies in the same order. */
export async function askUdpAll(
  to: Endpoint,
  packets: readonly Uint8Array[],
  waitMs = 3000,
  from?: string,
): Promise<(Uint8Array | undefined)[]> {
  return Promise.all(packets.map((packet) => exchange(to, packet, waitMs, from)));
}

/** The whole exchange with the address the reply came from, which must be the one that was asked. */
function exchange(
  to: Endpoint,
  packet: Uint8Array,
  waitMs: number,
  from: string | undefined,
): Promise<Uint8Array | undefined> {
  return new Promise((resolve, reject) => {
    const socket: UdpSocket = createSocket(to.address.includes(":") ? "udp6" : "udp4");
    const finish = (reply: Uint8Array | undefined): void => {
      clearTimeout(timer);
      socket.close();
      resolve(reply);
    };
    const timer = setTimeout(() => finish(undefined), waitMs);
    socket.once("error", (error) => {
      clearTimeout(timer);
      socket.close();
      reject(error);
    });
    socket.on("message", (reply, peer) => {
      if (peer.address === to.address && peer.port === to.port) finish(Uint8Array.from(reply));
    });
    const send = (): void => socket.send(packet, to.port, to.address);
    if (from === undefined) send();
    else socket.bind(0, from, send);
  });
}

/** Frames one message as RFC 1035 §4.2.2 has it. */
export function frame(packet: Uint8Array): Uint8Array {
  return Uint8Array.from([packet.length >> 8, packet.length & 0xff, ...packet]);
}

/** Asks once over TCP on a connection of its own; undefined if the server closes without an answer. */
export async function askTcp(to: Endpoint, packet: Uint8Array): Promise<Uint8Array | undefined> {
  const conversation = await openTcp(to);
  try {
    conversation.write(frame(packet));
    return await conversation.next();
  } finally {
    conversation.close();
  }
}

export interface TcpConversation {
  write(octets: Uint8Array): void;
  /** Ends our half; the server may still answer. */
  end(): void;
  /** The next framed message; undefined once the server has closed. Rejects after 10 s without either. */
  next(): Promise<Uint8Array | undefined>;
  close(): void;
  readonly socket: TcpSocket;
}

/** Opens a TCP connection that reads framed messages. */
export async function openTcp(to: Endpoint): Promise<TcpConversation> {
  const socket = connect({ host: to.address, port: to.port, allowHalfOpen: true });
  const conversation = converseOn(socket);
  await new Promise<void>((resolve, reject) => {
    socket.once("connect", resolve);
    socket.once("error", reject);
  });
  return conversation;
}

/** Reads framed messages from a socket, connected or about to be. */
export function converseOn(socket: TcpSocket): TcpConversation {
  let received: Buffer = Buffer.alloc(0);
  let isClosed = false;
  let wake: () => void = () => {};
  socket.setNoDelay(true);
  socket.on("data", (chunk) => {
    received = Buffer.concat([received, chunk]);
    wake();
  });
  const ended = (): void => {
    isClosed = true;
    wake();
  };
  socket.on("end", ended);
  socket.on("close", ended);
  // A reset is one way of closing; next() reports it as the end.
  socket.on("error", ended);
  return {
    socket,
    write: (octets) => socket.write(octets),
    end: () => socket.end(),
    close: () => socket.destroy(),
    next: async () => {
      const deadline = AbortSignal.timeout(10_000);
      for (;;) {
        const length = received.length < 2 ? -1 : received.readUInt16BE(0);
        if (length >= 0 && received.length >= 2 + length) {
          const message = Uint8Array.from(received.subarray(2, 2 + length));
          received = received.subarray(2 + length);
          return message;
        }
        if (isClosed) return undefined;
        await new Promise<void>((resolve, reject) => {
          const give = (): void =>
            reject(new Error("Neither an answer nor the end of the connection in 10 s"));
          deadline.addEventListener("abort", give, { once: true });
          wake = () => {
            deadline.removeEventListener("abort", give);
            resolve();
          };
        });
      }
    },
  };
}
