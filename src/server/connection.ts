import type { Socket } from "node:net";
import type { TableEntry, TablePlace } from "./connection-table.ts";
import type { Conversation } from "./conversation.ts";

/** One connection, from the moment it is accepted: before it is clear who speaks and what, then with a conversation. */
export class Connection implements TableEntry<Connection> {
  /** Undefined while the client behind a proxy is not known. */
  source: string | undefined;
  activeAt: number;
  place: TablePlace<Connection> | undefined;
  readonly #socket: Socket;
  readonly #acceptedAt: number;
  #conversation: Conversation | undefined;
  #isEndWanted = false;

  constructor(socket: Socket, source: string | undefined, now: number) {
    this.#socket = socket;
    this.source = source;
    this.activeAt = now;
    this.#acceptedAt = now;
  }

  begin(conversation: Conversation): void {
    this.#conversation = conversation;
    if (this.#isEndWanted) conversation.end();
  }

  resume(): void {
    this.#conversation?.resume();
  }

  /** Ends once the queries that are in are answered. */
  end(): void {
    this.#isEndWanted = true;
    if (this.#conversation === undefined) this.destroy();
    else this.#conversation.end();
  }

  /** Gives it up for another one. Who reads nothing is not waited for. */
  evict(): void {
    if (this.#conversation?.takeLeave() !== true) this.destroy();
    else setImmediate(() => setImmediate(() => this.destroy()));
  }

  destroy(): void {
    this.#socket.destroy();
  }

  /** @param now milliseconds of the next look */
  isOverdue(now: number, setupMs: number): boolean {
    return this.#conversation === undefined
      ? now - this.#acceptedAt > setupMs
      : this.#conversation.isOverdue(this.activeAt, now);
  }
}
