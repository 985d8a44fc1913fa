import type { Libc, Memory } from "./libc.ts";
import { SLOT_OCTETS } from "./mmsg-arena.ts";

/** Where a datagram came from, and the address it was sent to if the socket is bound to all: what a later reply needs. */
export interface Route {
  /** A struct sockaddr. */
  readonly name: Uint8Array;
  /** A control message with packet info; empty without. */
  readonly control: Uint8Array;
}

// struct mmsghdr and what it points to, see mmsg-arena.ts.
const NAME = 0;
const NAME_LENGTH = 8;
const VECTOR = 16;
const VECTOR_COUNT = 24;
const CONTROL = 32;
const CONTROL_LENGTH = 40;
const VECTOR_AT = 64;
const NAME_AT = 80;
const CONTROL_AT = 112;
const OCTETS_AT = 176;

/** Sends single datagrams, other than in answer to the batch at hand. */
export class MmsgReply {
  readonly #libc: Libc;
  readonly #memory: Memory;
  readonly #octets: Uint8Array;
  readonly #view: DataView;

  constructor(libc: Libc) {
    this.#libc = libc;
    this.#memory = libc.allocate(OCTETS_AT + SLOT_OCTETS);
    const { address, octets } = this.#memory;
    this.#octets = new Uint8Array(octets);
    this.#view = new DataView(octets);
    const point = (at: number, to: number): void =>
      this.#view.setBigUint64(at, address + BigInt(to), true);
    point(NAME, NAME_AT);
    point(VECTOR, VECTOR_AT);
    this.#view.setUint32(VECTOR_COUNT, 1, true);
    point(CONTROL, CONTROL_AT);
    point(VECTOR_AT, OCTETS_AT);
  }

  /** @returns false if the kernel does not take it, or it is too long */
  send(descriptor: number, { name, control }: Route, octets: Uint8Array): boolean {
    if (octets.length > SLOT_OCTETS) return false;
    this.#octets.set(name, NAME_AT);
    this.#octets.set(control, CONTROL_AT);
    this.#octets.set(octets, OCTETS_AT);
    this.#view.setUint32(NAME_LENGTH, name.length, true);
    this.#view.setUint32(CONTROL_LENGTH, control.length, true);
    this.#view.setUint32(VECTOR_AT + 8, octets.length, true);
    return this.#libc.sendmmsg(descriptor, this.#memory.address, 1, 0) === 1;
  }

  free(): void {
    this.#libc.free(this.#memory);
  }
}
