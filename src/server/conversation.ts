import type { Address } from "../address/address.ts";
import type { ControlLink } from "./control-link.ts";
import type { StreamLimits } from "./stream-limits.ts";

/** What is spoken on a connection, once it is clear who speaks. */
export interface Conversation {
  /** Goes on with what waited for the first image. */
  resume(): void;
  /** Ends the connection once what is in is answered. */
  end(): void;
  /**
   * Tells the client that the connection is given up now, answered or not.
   *
   * @returns whether there is anything to tell, which is with the kernel two turns of the event loop later
   */
  takeLeave(): boolean;
  /**
   * Looks after what waits; called every {@link CHECK_INTERVAL_MS}.
   *
   * @param activeAt when the client last did something useful
   * @param now milliseconds of the next look: every limit is kept by ending at the last look before it, not at the first one after
   * @returns true if the client took too long over anything
   */
  isOverdue(activeAt: number, now: number): boolean;
}

/** How often {@link Conversation.isOverdue} is asked, in milliseconds. */
export const CHECK_INTERVAL_MS = 250;

/** What a conversation needs of the thread it runs in; one object per connection. */
export interface ConversationHost {
  readonly limits: StreamLimits;
  /** Whom the connection is for: behind a proxy, the proxy's client. */
  readonly client: Address;
  readonly transport: "tcp" | "tls" | "https";
  /** Of control messages. */
  readonly link: ControlLink;
  /** Milliseconds, monotonic. */
  now(): number;
  /** False until there is an image to answer from. */
  isReady(): boolean;
  /** Is this a message for the control plane? */
  isControl(query: Uint8Array, length: number): boolean;
  /** Writes the answer into `out`, of at least 65 535 octets; returns its length, 0 for none. */
  answer(query: Uint8Array, length: number, now: number, out: Uint8Array): number;
  /** Told of every batch of queries, not of a mere part of one. */
  noteActive(now: number): void;
}
