import type { Address, Prefix } from "../address/address.ts";
import type { Context } from "../answer/context.ts";
import { isControlDatagram } from "./control-message.ts";
import type { ImageReader } from "./engine.ts";
import type { Libc } from "./libc.ts";
import { MmsgArena, SLOTS } from "./mmsg-arena.ts";
import type { Route } from "./mmsg-reply.ts";
import { DROPPED, ProxiedDatagrams } from "./proxied-datagrams.ts";
import type { Reader } from "./reader.ts";
import { batchCounter, threadCounter } from "./thread-counters.ts";

/** A descriptor lent by the main thread. */
export interface LentDescriptor {
  readonly descriptor: number;
  readonly family: 4 | 6;
  readonly hasPacketInfo: boolean;
  /** Trusted to say for whom they ask. */
  readonly proxies: readonly Prefix[];
}

/** Takes over a message for the control plane, and answers it later, or never. */
export type HandOver = (
  octets: Uint8Array,
  source: Address,
  descriptor: number,
  route: Route,
) => void;

/** recvmmsg: block for the first packet only, or not at all. */
export const MSG_WAITFORONE = 0x10000;
export const MSG_DONTWAIT = 0x40;

/** One socket and the memory of its packets. */
export class MmsgSocket {
  readonly descriptor: number;
  readonly #libc: Libc;
  readonly #family: 4 | 6;
  readonly #arena: MmsgArena;
  readonly #counters: Uint32Array;
  readonly #handOver: HandOver;
  /** Undefined on ordinary sockets. */
  readonly #proxied: ProxiedDatagrams | undefined;

  /** @param counters by {@link threadCounter} */
  constructor(libc: Libc, lent: LentDescriptor, counters: Uint32Array, handOver: HandOver) {
    this.descriptor = lent.descriptor;
    this.#libc = libc;
    this.#family = lent.family;
    this.#arena = new MmsgArena(libc, lent.family, lent.hasPacketInfo);
    this.#counters = counters;
    this.#handOver = handOver;
    this.#proxied = lent.proxies.length > 0 ? new ProxiedDatagrams(lent.proxies) : undefined;
  }

  /**
   * Takes up to {@link SLOTS} queries; those of the batch before have to be answered.
   *
   * @param flags of recvmmsg
   * @returns queries taken, -1 if receiving failed or nothing came
   */
  receive(flags: number): number {
    const headers = this.#arena.receiveHeaders;
    const received = this.#libc.recvmmsg(this.descriptor, headers, SLOTS, flags, null);
    if (received <= 0) return -1;
    this.#counters[batchCounter(received)]!++;
    return received;
  }

  /**
   * Answers the queries just taken.
   *
   * @param received how many
   * @param source words of `reader.context.source`
   * @param now milliseconds, monotonic, the lower 32 bits as a signed integer: any other number becomes an object for each query
   */
  answer<S extends ImageReader>(
    received: number,
    reader: Reader<S>,
    source: Int32Array,
    now: number,
  ): void {
    const arena = this.#arena;
    const { message } = arena;
    const { context } = reader;
    context.family = this.#family;
    let staged = 0;
    for (let slot = 0; slot < received; slot++) {
      arena.copySource(slot, source);
      let queryLength = arena.takeQuery(slot);
      if (this.#proxied !== undefined) queryLength = this.#unwrap(message, queryLength, context);
      if (isControlDatagram(message, queryLength)) {
        this.#handOverSlot(slot, queryLength, context);
      } else if (queryLength >= 0) {
        const length = reader.answer(message, queryLength, now, message);
        if (length > 0) arena.stage(staged++, slot, length);
      }
      arena.reset(slot);
    }
    this.#send(staged);
  }

  /** Moves a query to where it would stand without a proxy. @returns its length, or DROPPED */
  #unwrap(datagram: Uint8Array, length: number, context: Context): number {
    context.family = this.#family;
    const start = this.#proxied!.open(datagram, length, context);
    if (start === DROPPED) return DROPPED;
    if (start > 0) datagram.copyWithin(0, start, length);
    return length - start;
  }

  #handOverSlot(slot: number, length: number, { family, source }: Context): void {
    const octets = this.#arena.message.slice(0, length);
    const client = { family, octets: source.slice(0, family === 4 ? 4 : 16) };
    this.#handOver(octets, client, this.descriptor, this.#arena.route(slot));
  }

  free(): void {
    this.#arena.free(this.#libc);
  }

  #send(count: number): void {
    let sent = 0;
    while (sent < count) {
      const taken = this.#libc.sendmmsg(
        this.descriptor,
        this.#arena.sendHeader(sent),
        count - sent,
        0,
      );
      if (taken > 0) {
        sent += taken;
      } else {
        // sendmmsg fails only for its first message: that one is given up, the others may well go out.
        sent += 1;
        const { sendFailed } = threadCounter;
        this.#counters[sendFailed] = (this.#counters[sendFailed] ?? 0) + 1;
      }
    }
  }
}
