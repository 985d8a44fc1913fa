import type { ControlRequest } from "./control-desk.ts";
import type { ControlLink } from "./control-link.ts";

/** What the control messages of a connection need of it. */
export interface ControlCarrier {
  /** Puts one message of a reply on its way; `isFurther`: not the first, which only zone transfers have. */
  send(octets: Uint8Array, isFurther: boolean): void;
  /** Octets that the client has yet to take. */
  backlog(): number;
  /** A reply is over, whole or not: room for another. */
  onEnd(isWhole: boolean): void;
}

/** Replies to control messages that one connection may have under way. */
const MAX_OPEN = 8;

/** Octets waiting for the client, those asked for included, at which no more are asked for. */
const PULL_OCTETS = 128 * 1024;
const MAX_MESSAGE_OCTETS = 65_537;

/**
 * The control messages of one connection. Their replies come when they come, between the answers to other queries (RFC 7766 §7); the
 * messages of a reply are asked for one by one, as the client takes them.
 */
export class ConnectionControl {
  readonly #link: ControlLink;
  readonly #carrier: ControlCarrier;
  /** Exchanges whose turn it is to ask, the longest waiting first. */
  readonly #idle: number[] = [];
  readonly #asking = new Set<number>();

  constructor(link: ControlLink, carrier: ControlCarrier) {
    this.#link = link;
    this.#carrier = carrier;
  }

  /** Replies under way. */
  get open(): number {
    return this.#idle.length + this.#asking.size;
  }

  /**
   * Hands a message over.
   *
   * @param now milliseconds, monotonic
   * @returns false if that is not possible for now
   */
  begin(request: ControlRequest, now: number): boolean {
    if (this.open >= MAX_OPEN) return false;
    let isFurther = false;
    const id = this.#link.begin(
      request,
      {
        take: (octets) => {
          this.#asking.delete(id!);
          this.#idle.push(id!);
          this.#carrier.send(octets, isFurther);
          isFurther = true;
          this.pull();
        },
        end: (isWhole) => {
          this.#asking.delete(id!);
          this.#carrier.onEnd(isWhole);
          this.pull();
        },
      },
      now,
    );
    if (id === undefined) return false;
    this.#idle.push(id);
    this.pull();
    return true;
  }

  /** Asks for as much as the client is ready for. */
  pull(): void {
    while (this.#idle.length > 0) {
      const expected = this.#carrier.backlog() + this.#asking.size * MAX_MESSAGE_OCTETS;
      if (expected > PULL_OCTETS) return;
      const id = this.#idle.shift()!;
      this.#asking.add(id);
      this.#link.next(id);
    }
  }

  /** For a connection that is gone. */
  close(): void {
    for (const id of [...this.#idle, ...this.#asking]) this.#link.abandon(id);
    this.#idle.length = 0;
    this.#asking.clear();
  }
}
