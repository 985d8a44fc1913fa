/** A zone that somebody took from us, or began to. */
export interface LastTransfer {
  /** Its apex in presentation form. */
  readonly zone: string;
  /** An address in presentation form. */
  readonly client: string;
  /** `whole`: AXFR, or an IXFR that brought the whole zone. */
  readonly kind: "whole" | "incremental";
  readonly serial: number;
  /** The key it was signed with. */
  readonly key: string | undefined;
  /** The client went before the end. */
  readonly isBroken: boolean;
  /** When it ended, in milliseconds since 1970. */
  readonly at: number;
}

/** Clients may be as many as `allow` lets in. */
const MOST = 10_000;

/** The last transfer of each zone to each client; of too many those that are the longest ago are forgotten. */
export class LastTransfers {
  readonly #most: number;
  /** By zone and client; the newest at the end. */
  readonly #last = new Map<string, LastTransfer>();

  constructor(most: number = MOST) {
    this.#most = most;
  }

  note(transfer: LastTransfer): void {
    const key = `${transfer.client} ${transfer.zone}`;
    this.#last.delete(key);
    this.#last.set(key, transfer);
    if (this.#last.size <= this.#most) return;
    for (const oldest of this.#last.keys()) {
      this.#last.delete(oldest);
      return;
    }
  }

  /** The oldest first. */
  report(): LastTransfer[] {
    return [...this.#last.values()];
  }
}
