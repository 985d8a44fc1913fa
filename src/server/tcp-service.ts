import { createServer, type Server, type Socket } from "node:net";
import type { Address } from "../address/address.ts";
import { formatAddress, parseAddress } from "../address/parse.ts";
import type { Context } from "../answer/context.ts";
import type { Log } from "../log/log.ts";
import { ConnectionTable } from "./connection-table.ts";
import type { ControlLink } from "./control-link.ts";
import { isControlMessage } from "./control-message.ts";
import type { ImageReader } from "./engine.ts";
import type { ListenAddress } from "./listen-address.ts";
import type { Reader } from "./reader.ts";
import { CHECK_INTERVAL_MS, TcpConnection } from "./tcp-connection.ts";
import type { TcpLimits } from "./tcp-limits.ts";

export interface TcpCounts {
  /** Of the moment. */
  readonly connections: number;
  readonly accepted: number;
  /** Closed for a newer connection because a cap was reached. */
  readonly evicted: number;
}

export interface TcpServiceOptions<S extends ImageReader> {
  readonly reader: Reader<S>;
  readonly control: ControlLink;
  readonly limits: TcpLimits;
  readonly log: Log;
  /** Milliseconds, monotonic. */
  readonly now?: () => number;
}

export interface TcpListener {
  /** The port asked for, unless that was 0. */
  readonly port: number;
  /** Stops accepting. */
  close(): void;
}

/** How long queries on their way are still waited for at the end, and how long answers on theirs. */
const LAST_QUERIES_MS = 100;
const LAST_ANSWERS_MS = 1000;

const BACKLOG = 1024;

/** DNS over TCP (RFC 7766) on the event loop of the thread that creates it. */
export class TcpService<S extends ImageReader> {
  readonly #options: TcpServiceOptions<S>;
  readonly #now: () => number;
  readonly #table: ConnectionTable<TcpConnection>;
  readonly #servers = new Set<Server>();
  #accepted = 0;
  #evicted = 0;
  #checks: NodeJS.Timeout | undefined;
  #onEmpty: () => void = () => {};

  constructor(options: TcpServiceOptions<S>) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
    const { connections, connectionsPerSource } = options.limits;
    this.#table = new ConnectionTable(connections, connectionsPerSource);
  }

  counts(): TcpCounts {
    return { connections: this.#table.size, accepted: this.#accepted, evicted: this.#evicted };
  }

  /** Accepts connections on one more address. Rejects with an error that has a `code`. */
  listen({ address, port }: ListenAddress): Promise<TcpListener> {
    const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) =>
      this.#accept(socket),
    );
    return new Promise((resolve, reject) => {
      server.once("error", reject);
      const host = formatAddress(address);
      const ipv6Only = address.family === 6;
      server.listen({ host, port, ipv6Only, exclusive: true, backlog: BACKLOG }, () => {
        server.off("error", reject);
        server.on("error", (err) => this.#options.log.warn({ err, host }, "TCP accept failed"));
        this.#servers.add(server);
        const bound = server.address();
        resolve({
          port: bound !== null && typeof bound === "object" ? bound.port : port,
          close: () => {
            this.#servers.delete(server);
            server.close();
          },
        });
      });
    });
  }

  /** Answers the queries that came before there was an image. */
  resume(): void {
    for (const connection of this.#table.list()) connection.resume();
  }

  /** Stops accepting, answers what is on its way, and ends all connections. */
  async close(): Promise<void> {
    for (const server of this.#servers) server.close();
    this.#servers.clear();
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

  #accept(socket: Socket): void {
    const address = readPeer(socket);
    if (address === undefined) {
      socket.destroy();
      return;
    }
    this.#accepted += 1;
    const connection = new TcpConnection(socket, address, {
      limits: this.#options.limits,
      now: this.#now,
      isReady: () => this.#options.reader.isReady,
      control: this.#options.control,
      isControl: (query, length, source) =>
        isControlMessage(query, length, this.#contextFor(source)),
      answer: (query, length, source, now, out) => {
        this.#contextFor(source);
        return this.#options.reader.answer(query, length, now, out);
      },
      onActive: (active) => this.#table.touch(active),
    });
    const evicted = this.#table.add(connection);
    if (evicted !== undefined) {
      this.#evicted += 1;
      evicted.destroy();
    }
    this.#checks ??= setInterval(() => this.#checkAll(), CHECK_INTERVAL_MS).unref();
    socket.on("close", () => {
      this.#table.remove(connection);
      if (this.#table.size === 0) this.#rest();
    });
  }

  #contextFor({ family, octets }: Address): Context {
    const { context } = this.#options.reader;
    context.family = family;
    context.source.set(octets);
    return context;
  }

  #checkAll(): void {
    for (const connection of this.#table.list()) connection.check();
  }

  #rest(): void {
    clearInterval(this.#checks);
    this.#checks = undefined;
    this.#onEmpty();
  }
}

/** The client's address; undefined if it is already gone. IPv4-mapped addresses count as IPv4. */
function readPeer(socket: Socket): Address | undefined {
  const text = socket.remoteAddress;
  if (text === undefined) return undefined;
  const unmapped = text.startsWith("::ffff:") && text.includes(".") ? text.slice(7) : text;
  const zone = unmapped.indexOf("%");
  return parseAddress(zone < 0 ? unmapped : unmapped.slice(0, zone));
}
