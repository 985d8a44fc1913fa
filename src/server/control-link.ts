import { sourceKey } from "./connection-table.ts";
import type { ControlRequest } from "./control-desk.ts";
import type { FromControlDesk, ToControlDesk } from "./control-protocol.ts";

/** Where the messages of a reply go. */
export interface ControlTaker {
  /** The message that was asked for with {@link ControlLink.next}. */
  take(octets: Uint8Array): void;
  /** There are no more; `isWhole` is false if some are missing because of a fault. */
  end(isWhole: boolean): void;
}

/** Exchanges of one thread at a time. */
const MAX_OPEN = 64;

/**
 * Of these, exchanges of one source with connections: else one that takes its time over them would keep all others out. Over UDP
 * sources are not proven, and none takes time over anything.
 */
const MAX_OPEN_PER_SOURCE = 16;

/**
 * Exchanges a thread may begin per second, and in one go: the control plane has probes to time and files to read, and whoever
 * floods it must not keep it from that.
 */
const OPENED_PER_SECOND = 500;
const OPENED_AT_ONCE = 100;

interface Exchange {
  readonly taker: ControlTaker;
  /** Undefined over UDP. */
  readonly source: string | undefined;
}

/** A thread's side of its control messages: hands them to the control plane's thread, and what that answers to whom it is for. */
export class ControlLink {
  readonly #post: (message: ToControlDesk) => void;
  readonly #exchanges = new Map<number, Exchange>();
  /** How many exchanges each source with connections has under way; none has none. */
  readonly #openOf = new Map<string, number>();
  #nextId = 0;
  #allowance = OPENED_AT_ONCE;
  #allowedAt = 0;

  constructor(post: (message: ToControlDesk) => void) {
    this.#post = post;
  }

  /** Exchanges that are under way. */
  get open(): number {
    return this.#exchanges.size;
  }

  /**
   * Begins an exchange; its messages have to be asked for with {@link next}.
   *
   * @param now milliseconds, monotonic
   * @returns its number, or undefined if too many are under way, of all or of this source, or were begun of late
   */
  begin(request: ControlRequest, taker: ControlTaker, now: number): number | undefined {
    const earned = ((now - this.#allowedAt) * OPENED_PER_SECOND) / 1000;
    this.#allowance = Math.min(OPENED_AT_ONCE, this.#allowance + earned);
    this.#allowedAt = now;
    if (this.#exchanges.size >= MAX_OPEN || this.#allowance < 1) return undefined;
    const source = request.transport === "udp" ? undefined : sourceKey(request.source);
    if (source !== undefined) {
      const open = this.#openOf.get(source) ?? 0;
      if (open >= MAX_OPEN_PER_SOURCE) return undefined;
      this.#openOf.set(source, open + 1);
    }
    this.#allowance -= 1;
    const id = this.#nextId++;
    this.#exchanges.set(id, { taker, source });
    this.#post({ type: "open", id, request });
    return id;
  }

  /** Asks for the next message of a reply. */
  next(id: number): void {
    if (this.#exchanges.has(id)) this.#post({ type: "next", id });
  }

  /** Does without the rest of a reply. */
  abandon(id: number): void {
    if (this.#end(id)) this.#post({ type: "abandon", id });
  }

  hear(message: FromControlDesk): void {
    const exchange = this.#exchanges.get(message.id);
    if (exchange === undefined) return;
    if (message.type === "message") {
      exchange.taker.take(message.octets);
      return;
    }
    this.#end(message.id);
    exchange.taker.end(message.isWhole);
  }

  /** @returns whether it was under way */
  #end(id: number): boolean {
    const exchange = this.#exchanges.get(id);
    if (exchange === undefined) return false;
    this.#exchanges.delete(id);
    const { source } = exchange;
    if (source === undefined) return true;
    const left = this.#openOf.get(source)! - 1;
    if (left > 0) this.#openOf.set(source, left);
    else this.#openOf.delete(source);
    return true;
  }
}
