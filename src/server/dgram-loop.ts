/** UDP through node:dgram, for hosts without recvmmsg; one thread, since Node 20 cannot share a port among sockets. */
import { createSocket, type RemoteInfo, type Socket } from "node:dgram";
import { isIPv6 } from "node:net";
import type { MessagePort } from "node:worker_threads";
import { parseAddress } from "../address/parse.ts";
import type { ControlLink } from "./control-link.ts";
import { isControlDatagram } from "./control-message.ts";
import type { ImageReader } from "./engine.ts";
import { DROPPED, ProxiedDatagrams } from "./proxied-datagrams.ts";
import type { Reader } from "./reader.ts";
import { threadCounter } from "./thread-counters.ts";
import type { FromWorker, ToWorker } from "./worker-protocol.ts";

export interface DgramLoop<S extends ImageReader> {
  readonly reader: Reader<S>;
  readonly port: MessagePort;
  /** By `threadCounter`. */
  readonly counters: Uint32Array;
  /** Milliseconds, monotonic. */
  readonly clock: () => number;
  readonly link: ControlLink;
}

const RECEIVE_BUFFER_OCTETS = 4 * 1024 * 1024;
const ANSWER_OCTETS = 4096;

/** Serves on the sockets that messages name until one says stop. Returns at once; the event loop does the rest. */
export function runDgramLoop<S extends ImageReader>(loop: DgramLoop<S>): void {
  const { reader, port, counters, clock, link } = loop;
  const sockets = new Map<number, Socket>();
  const answer = new Uint8Array(ANSWER_OCTETS);
  let isStopping = false;
  const say = (message: FromWorker): void => port.postMessage(message);

  function count(counter: number): void {
    counters[counter] = (counters[counter] ?? 0) + 1;
  }

  function answerDatagram(
    socket: Socket,
    datagram: Uint8Array,
    peer: RemoteInfo,
    proxied: ProxiedDatagrams | undefined,
  ): void {
    const source = reader.isReady ? parseAddress(withoutZone(peer.address)) : undefined;
    if (source === undefined) return;
    const { context } = reader;
    context.family = source.family;
    context.source.set(source.octets);
    const start = proxied?.open(datagram, datagram.length, context) ?? 0;
    if (start === DROPPED) return;
    const query = start === 0 ? datagram : datagram.subarray(start);
    if (isControlDatagram(query, query.length)) {
      handOver(socket, query, peer);
      return;
    }
    const length = reader.answer(query, query.length, clock(), answer);
    if (length === 0) return;
    // A copy: the kernel may take it only after the next answer is made.
    send(socket, Buffer.from(answer.subarray(0, length)), peer);
  }

  /** Beyond what the control plane takes there is silence: whoever has asked asks again. */
  function handOver(socket: Socket, query: Uint8Array, peer: RemoteInfo): void {
    const { family } = reader.context;
    const source = { family, octets: reader.context.source.slice(0, family === 4 ? 4 : 16) };
    const id = link.begin(
      { octets: query.slice(), source, transport: "udp" },
      {
        take: (message) => {
          link.abandon(id!);
          if ([...sockets.values()].includes(socket)) send(socket, message, peer);
        },
        end: () => {},
      },
      clock(),
    );
    if (id !== undefined) link.next(id);
  }

  function send(socket: Socket, message: Uint8Array, peer: RemoteInfo): void {
    socket.send(message, peer.port, peer.address, (error) => {
      if (error !== null) count(threadCounter.sendFailed);
    });
  }

  function bind({ id, host, port: bindPort, proxies }: Extract<ToWorker, { type: "bind" }>): void {
    const isIpv6 = isIPv6(host);
    const socket = createSocket({
      type: isIpv6 ? "udp6" : "udp4",
      ipv6Only: isIpv6,
      // The peer's address needs no resolver; Node's own would cost a turn of the event loop per answer.
      lookup: (address, _options, callback) => callback(null, address, isIpv6 ? 6 : 4),
    });
    const fail = (error: NodeJS.ErrnoException): void => {
      socket.close();
      say({ type: "bindFailed", id, code: error.code ?? error.message });
    };
    socket.once("error", fail);
    socket.bind({ address: host, port: bindPort, exclusive: true }, () => {
      socket.off("error", fail);
      socket.on("error", () => count(threadCounter.receiveFailed));
      growReceiveBuffer(socket);
      const proxied = proxies.length > 0 ? new ProxiedDatagrams(proxies) : undefined;
      socket.on("message", (datagram, peer) => answerDatagram(socket, datagram, peer, proxied));
      sockets.set(id, socket);
      say({ type: "bound", id, port: socket.address().port });
    });
  }

  function unbind(id: number): void {
    sockets.get(id)?.close();
    sockets.delete(id);
  }

  port.on("message", (message: ToWorker) => {
    switch (message.type) {
      case "rotation":
        reader.takeRotation(message.buffer);
        break;
      case "publication":
        reader.apply(message.publication);
        break;
      case "bind":
        if (!isStopping) bind(message);
        break;
      case "unbind":
        unbind(message.id);
        break;
      case "control":
        link.hear(message.message);
        break;
      case "socket":
      case "listen":
      case "certificate":
        break;
      case "stop":
        isStopping = true;
        // One turn of the event loop, in which what is queued is read.
        setImmediate(() => {
          for (const id of [...sockets.keys()]) unbind(id);
          port.close();
        });
        break;
    }
  });
}

function growReceiveBuffer(socket: Socket): void {
  try {
    socket.setRecvBufferSize(RECEIVE_BUFFER_OCTETS);
  } catch {
    // A host whose limit is lower (ENOBUFS on some) keeps its default: it loses packets sooner under load, no more.
  }
}

/** Without the `%eth0` of a link-local address. */
function withoutZone(address: string): string {
  const zone = address.indexOf("%");
  return zone < 0 ? address : address.slice(0, zone);
}
