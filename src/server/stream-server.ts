import { createServer, type Server, type Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import type { Address } from "../address/address.ts";
import { contains } from "../address/contains.ts";
import type { Certificate } from "./certificate.ts";
import { Connection } from "./connection.ts";
import { ConnectionHost, type HostServices } from "./connection-host.ts";
import { ConnectionTable, sourceKey } from "./connection-table.ts";
import type { ControlLink } from "./control-link.ts";
import { CHECK_INTERVAL_MS, type Conversation, type ConversationHost } from "./conversation.ts";
import { hasSpareDescriptors } from "./descriptor-reserve.ts";
import type { ImageReader } from "./engine.ts";
import { Http1Conversation } from "./http1-conversation.ts";
import { Http2Conversation } from "./http2-conversation.ts";
import type { Libc } from "./libc.ts";
import { createSystemError } from "./libc.ts";
import { readPeerAddress } from "./peer-address.ts";
import { refuseProxyHeader, takeProxyHeader } from "./proxy-intake.ts";
import type { Reader } from "./reader.ts";
import { StreamConversation } from "./stream-conversation.ts";
import type { StreamLimits } from "./stream-limits.ts";
import { BACKLOG } from "./tcp-descriptor.ts";
import { threadCounter } from "./thread-counters.ts";
import { TlsIntake } from "./tls-intake.ts";
import type { StreamBinding } from "./worker-protocol.ts";

export interface StreamServerOptions<S extends ImageReader> {
  readonly reader: Reader<S>;
  readonly link: ControlLink;
  readonly limits: StreamLimits;
  /** By `threadCounter`. */
  readonly counters: Uint32Array;
  /** Milliseconds, monotonic. */
  readonly clock: () => number;
  /** For bindings with a descriptor. */
  readonly libc: Libc | undefined;
}

export interface StreamListener {
  /** The port asked for, unless that was 0. */
  readonly port: number;
  /** Stops accepting. */
  close(): void;
}

/** How long queries on their way are still waited for at the end, and how long answers on theirs. */
const LAST_QUERIES_MS = 100;
const LAST_ANSWERS_MS = 1000;

/** Without a query for so long, a connection of a thread that is about to end counts as not in use. */
const RETIRING_IDLE_MS = 1000;
const RETIRING_LOOK_MS = 100;

/** Connections given up at a time when the process is about to run out of descriptors. */
const SHED_CONNECTIONS = 16;

/** DNS over TCP (RFC 7766), TLS (RFC 7858) and HTTPS (RFC 8484) on the event loop of the thread that creates it. */
export class StreamServer<S extends ImageReader> {
  readonly #options: StreamServerOptions<S>;
  readonly #table: ConnectionTable<Connection>;
  readonly #services: HostServices<S>;
  readonly #servers = new Set<Server>();
  readonly #intakes: Readonly<Record<"tls" | "https", TlsIntake>>;
  #checks: NodeJS.Timeout | undefined;
  #onEmpty: () => void = () => {};
  #isResumed = false;

  constructor(options: StreamServerOptions<S>) {
    this.#options = options;
    const { connections, connectionsPerSource, setupMs } = options.limits;
    this.#table = new ConnectionTable(connections, connectionsPerSource);
    this.#services = { ...options, table: this.#table };
    const onFailure = (): void => this.#count(threadCounter.handshakesFailed);
    this.#intakes = {
      tls: new TlsIntake(["dot"], setupMs, onFailure),
      https: new TlsIntake(["h2", "http/1.1"], setupMs, onFailure),
    };
  }

  /** Accepts connections on one more address. Rejects with an error that has a `code`. */
  listen(binding: StreamBinding): Promise<StreamListener> {
    const { host, port } = binding;
    // HTTP ends when its client does.
    const allowHalfOpen = binding.protocol !== "https";
    const server = createServer({ allowHalfOpen, noDelay: true }, (socket) =>
      this.#accept(socket, binding),
    );
    return new Promise((resolve, reject) => {
      server.once("error", reject);
      const onListening = (): void => {
        server.off("error", reject);
        // Connections that could not be accepted: nothing is known of them, and others will come.
        server.on("error", () => {});
        this.#servers.add(server);
        const bound = server.address();
        resolve({
          port: bound !== null && typeof bound === "object" ? bound.port : port,
          close: () => {
            this.#servers.delete(server);
            server.close();
          },
        });
      };
      if (binding.descriptor === undefined) {
        const ipv6Only = host.includes(":");
        server.listen({ host, port, ipv6Only, exclusive: true, backlog: BACKLOG }, onListening);
      } else {
        const fd = this.#duplicate(binding.descriptor);
        server.listen({ fd, backlog: BACKLOG }, onListening);
      }
    });
  }

  setCertificate(certificate: Certificate): void {
    for (const intake of Object.values(this.#intakes)) intake.setCertificate(certificate);
  }

  /** Answers the queries that came before there was an image. To be called when there is one; later calls do nothing. */
  resume(): void {
    if (this.#isResumed) return;
    this.#isResumed = true;
    for (const connection of this.#table.list()) connection.resume();
  }

  /**
   * Stops accepting, answers what is on its way, and ends all connections.
   *
   * @param patienceMs how long connections may go on that are in use
   */
  async close(patienceMs = 0): Promise<void> {
    for (const server of this.#servers) server.close();
    this.#servers.clear();
    if (this.#table.size > 0) {
      const emptied = new Promise<void>((resolve) => {
        this.#onEmpty = resolve;
      });
      if (patienceMs > 0) await Promise.race([emptied, this.#idleOut(patienceMs)]);
    }
    if (this.#table.size > 0) {
      const emptied = new Promise<void>((resolve) => {
        this.#onEmpty = resolve;
      });
      const ask = setTimeout(() => {
        for (const connection of this.#table.list()) connection.end();
      }, LAST_QUERIES_MS);
      const insist = setTimeout(() => {
        for (const connection of this.#table.list()) connection.destroy();
      }, LAST_QUERIES_MS + LAST_ANSWERS_MS);
      await emptied;
      clearTimeout(ask);
      clearTimeout(insist);
    }
    clearInterval(this.#checks);
  }

  /** Ends connections as they come to rest. Resolves when the patience is over, or none is left. */
  #idleOut(patienceMs: number): Promise<void> {
    const { clock } = this.#options;
    const since = clock();
    return new Promise((resolve) => {
      const look = setInterval(() => {
        const now = clock();
        for (const connection of this.#table.list()) {
          if (now - connection.activeAt >= RETIRING_IDLE_MS) connection.end();
        }
        if (this.#table.size > 0 && now - since < patienceMs) return;
        clearInterval(look);
        resolve();
      }, RETIRING_LOOK_MS);
    });
  }

  #accept(socket: Socket, binding: StreamBinding): void {
    // Resets and the like are the client's business; "close" follows.
    socket.on("error", () => {});
    const peer = readPeerAddress(socket);
    if (peer === undefined) {
      socket.destroy();
      return;
    }
    this.#count(threadCounter.accepted);
    const isProxy = binding.proxies.some((prefix) => contains(prefix, peer));
    const source = isProxy ? undefined : sourceKey(peer);
    const connection = new Connection(socket, source, this.#options.clock());
    this.#add(connection);
    this.#checks ??= setInterval(() => this.#checkAll(), CHECK_INTERVAL_MS).unref();
    socket.on("close", () => {
      this.#table.remove(connection);
      this.#noteSize();
      if (this.#table.size === 0) this.#onEmpty();
    });
    if (!isProxy) {
      // As the beginning of a handshake it is refused anyway.
      if (binding.proxies.length > 0 && binding.protocol === "dns") refuseProxyHeader(socket);
      this.#converse(connection, socket, peer, binding);
      return;
    }
    takeProxyHeader(socket, peer, (client) => {
      // From now on it counts as the client's.
      this.#table.remove(connection);
      connection.source = sourceKey(client);
      this.#add(connection);
      this.#converse(connection, socket, client, binding);
    });
  }

  #add(connection: Connection): void {
    const evicted = this.#table.add(connection);
    if (evicted !== undefined) {
      this.#count(threadCounter.evicted);
      evicted.evict();
    }
    this.#noteSize();
  }

  #converse(
    connection: Connection,
    socket: Socket,
    client: Address,
    { protocol, path }: StreamBinding,
  ): void {
    if (protocol === "dns") {
      const host = new ConnectionHost(this.#services, connection, client, "tcp");
      connection.begin(new StreamConversation(socket, host));
      return;
    }
    const host = new ConnectionHost(this.#services, connection, client, protocol);
    this.#intakes[protocol].secure(socket, (secured) => {
      connection.begin(createConversation(secured, host, path));
    });
  }

  #checkAll(): void {
    if (this.#table.size === 0) {
      clearInterval(this.#checks);
      this.#checks = undefined;
      return;
    }
    const next = this.#options.clock() + CHECK_INTERVAL_MS;
    const { setupMs } = this.#options.limits;
    for (const connection of this.#table.list()) {
      if (connection.isOverdue(next, setupMs)) connection.destroy();
    }
    if (!hasSpareDescriptors()) this.#shed();
  }

  /** Makes room for what else the process has to open. */
  #shed(): void {
    for (const connection of this.#table.list().slice(0, SHED_CONNECTIONS)) {
      this.#count(threadCounter.evicted);
      connection.destroy();
    }
  }

  #count(counter: number): void {
    const { counters } = this.#options;
    counters[counter] = (counters[counter] ?? 0) + 1;
  }

  #noteSize(): void {
    this.#options.counters[threadCounter.connections] = this.#table.size;
  }

  #duplicate(descriptor: number): number {
    const { libc } = this.#options;
    if (libc === undefined) throw new TypeError("Cannot duplicate a descriptor without libc");
    const duplicate = libc.duplicate(descriptor);
    if (duplicate < 0) throw createSystemError(libc, "fcntl");
    return duplicate;
  }
}

function createConversation(socket: TLSSocket, host: ConversationHost, path: string): Conversation {
  if (host.transport === "tls") return new StreamConversation(socket, host);
  return socket.alpnProtocol === "h2"
    ? new Http2Conversation(socket, host, path)
    : new Http1Conversation(socket, host, path);
}
