import { formatAddress, parseAddress } from "../address/parse.ts";
import { createSystemError, type Libc } from "./libc.ts";
import { formatListenAddress, isWildcard, type ListenAddress } from "./listen-address.ts";
import { readPort } from "./socket-calls.ts";

/** Sockets of one address that one process leaves to the next, which has them under the same descriptors. */
export interface HandedSocket {
  readonly kind: "udp" | "tcp";
  /** Presentation form. */
  readonly address: string;
  /** The one that it is bound to. */
  readonly port: number;
  /** The one that was asked for, 0 if any was fine. */
  readonly askedPort: number;
  /** TCP has one, UDP one per thread. */
  readonly descriptors: readonly number[];
}

/**
 * What a process was handed, until it is taken or closed. Sockets that are not read lose what comes in, so all of an address
 * are taken together.
 */
export class HandedSockets {
  readonly #libc: Libc;
  readonly #all: readonly HandedSocket[];
  #left: HandedSocket[];

  /** @throws an error with a `code` if a descriptor is not what it should be */
  constructor(libc: Libc, handed: readonly HandedSocket[]) {
    this.#libc = libc;
    this.#all = handed;
    this.#left = handed.map((socket) => ({
      ...socket,
      descriptors: socket.descriptors.map((descriptor) => this.#keep(descriptor, socket)),
    }));
  }

  /** The sockets for a listen address, which are the caller's from now on; undefined: there are none. */
  take(kind: HandedSocket["kind"], listen: ListenAddress): HandedSocket | undefined {
    const address = formatAddress(listen.address);
    const found = this.#left.find(
      (one) =>
        one.kind === kind &&
        one.address === address &&
        (one.port === listen.port || (listen.port === 0 && one.askedPort === 0)),
    );
    this.#left = this.#left.filter((one) => one !== found);
    return found;
  }

  /** The address of another socket that keeps a listen address from being opened, for the other process has it until it ends. */
  findOverlap({ address, port }: ListenAddress): string | undefined {
    for (const one of this.#all) {
      const other = parseAddress(one.address);
      if (other === undefined || one.port !== port || other.family !== address.family) continue;
      if (isWildcard(address) !== isWildcard(other)) {
        return formatListenAddress({ address: other, port });
      }
    }
    return undefined;
  }

  /** Closes what nobody has taken. */
  close(): void {
    for (const { descriptors } of this.#left) {
      for (const descriptor of descriptors) this.#libc.close(descriptor);
    }
    this.#left = [];
  }

  /** The same socket under a descriptor that no program started by this one inherits. */
  #keep(descriptor: number, { port, kind, address }: HandedSocket): number {
    const kept = this.#libc.duplicate(descriptor);
    if (kept < 0) throw createSystemError(this.#libc, "fcntl");
    this.#libc.close(descriptor);
    if (readPort(this.#libc, kept) === port) return kept;
    throw Object.assign(new Error(`${kind} ${address} was handed over with another port`), {
      code: "EBADF",
    });
  }
}
