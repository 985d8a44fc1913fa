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
 * Exchanges a thread may begin per second, and in one go: the control plane has probes to time and files to read, and whoever
 * floods it must not keep it from that.
 */
const OPENED_PER_SECOND = 500;
const OPENED_AT_ONCE = 100;

/** A thread's side of its control messages: hands them to the control plane's thread, and what that answers to whom it is for. */
export class ControlLink {
  readonly #post: (message: ToControlDesk) => void;
  readonly #takers = new Map<number, ControlTaker>();
  #nextId = 0;
  #allowance = OPENED_AT_ONCE;
  #allowedAt = 0;

  constructor(post: (message: ToControlDesk) => void) {
    this.#post = post;
  }

  /** Exchanges that are under way. */
  get open(): number {
    return this.#takers.size;
  }

  /**
   * Begins an exchange; its messages have to be asked for with {@link next}.
   *
   * @param now milliseconds, monotonic
   * @returns its number, or undefined if too many are under way or were begun of late
   */
  begin(request: ControlRequest, taker: ControlTaker, now: number): number | undefined {
    const earned = ((now - this.#allowedAt) * OPENED_PER_SECOND) / 1000;
    this.#allowance = Math.min(OPENED_AT_ONCE, this.#allowance + earned);
    this.#allowedAt = now;
    if (this.#takers.size >= MAX_OPEN || this.#allowance < 1) return undefined;
    this.#allowance -= 1;
    const id = this.#nextId++;
    this.#takers.set(id, taker);
    this.#post({ type: "open", id, request });
    return id;
  }

  /** Asks for the next message of a reply. */
  next(id: number): void {
    if (this.#takers.has(id)) this.#post({ type: "next", id });
  }

  /** Does without the rest of a reply. */
  abandon(id: number): void {
    if (this.#takers.delete(id)) this.#post({ type: "abandon", id });
  }

  hear(message: FromControlDesk): void {
    const taker = this.#takers.get(message.id);
    if (taker === undefined) return;
    if (message.type === "message") {
      taker.take(message.octets);
      return;
    }
    this.#takers.delete(message.id);
    taker.end(message.isWhole);
  }
}
