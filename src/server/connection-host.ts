import type { Address } from "../address/address.ts";
import type { Connection } from "./connection.ts";
import type { ConnectionTable } from "./connection-table.ts";
import type { ControlLink } from "./control-link.ts";
import { isControlMessage, isSingleControlMessage } from "./control-message.ts";
import type { ConversationHost } from "./conversation.ts";
import type { ImageReader } from "./engine.ts";
import type { Reader } from "./reader.ts";
import type { StreamLimits } from "./stream-limits.ts";
import { threadCounter } from "./thread-counters.ts";

/** What all connections of a thread share. */
export interface HostServices<S extends ImageReader> {
  readonly reader: Reader<S>;
  readonly link: ControlLink;
  readonly limits: StreamLimits;
  /** By `threadCounter`. */
  readonly counters: Uint32Array;
  /** Milliseconds, monotonic. */
  readonly clock: () => number;
  readonly table: ConnectionTable<Connection>;
}

/** Where the queries of a transport are counted. */
const COUNTER_OF: Readonly<Record<ConversationHost["transport"], number>> = {
  tcp: threadCounter.queriesTcp,
  tls: threadCounter.queriesTls,
  https: threadCounter.queriesHttps,
};

/** A connection's share of its thread. An object with methods, not a set of closures: one is made for every connection. */
export class ConnectionHost<S extends ImageReader> implements ConversationHost {
  readonly client: Address;
  readonly transport: ConversationHost["transport"];
  readonly #services: HostServices<S>;
  readonly #connection: Connection;

  constructor(
    services: HostServices<S>,
    connection: Connection,
    client: Address,
    transport: ConversationHost["transport"],
  ) {
    this.client = client;
    this.transport = transport;
    this.#services = services;
    this.#connection = connection;
  }

  get limits(): StreamLimits {
    return this.#services.limits;
  }

  get link(): ControlLink {
    return this.#services.link;
  }

  now(): number {
    return this.#services.clock();
  }

  isReady(): boolean {
    return this.#services.reader.isReady;
  }

  isControl(query: Uint8Array, length: number): boolean {
    this.#fillContext();
    const { context } = this.#services.reader;
    return this.transport === "https"
      ? isSingleControlMessage(query, length, context)
      : isControlMessage(query, length, context);
  }

  answer(query: Uint8Array, length: number, now: number, out: Uint8Array): number {
    const { reader, counters } = this.#services;
    const counter = COUNTER_OF[this.transport];
    counters[counter] = (counters[counter] ?? 0) + 1;
    this.#fillContext();
    return reader.answer(query, length, now, out);
  }

  noteActive(now: number): void {
    this.#connection.activeAt = now;
    this.#services.table.touch(this.#connection);
  }

  #fillContext(): void {
    const { reader, limits } = this.#services;
    const { context } = reader;
    context.family = this.client.family;
    context.source.set(this.client.octets);
    context.encrypted = this.transport !== "tcp";
    // Of HTTP's connections HTTP decides.
    context.keepalive = this.transport === "https" ? 0 : Math.round(limits.idleMs / 100);
  }
}
