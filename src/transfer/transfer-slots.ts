import type { Address } from "../address/address.ts";

/** Transfers at a time: of all clients, and of one. */
export interface TransferLimits {
  readonly total: number;
  readonly perSource: number;
}

/** Each holds on to a version of a zone for as long as its client takes. */
export const TRANSFER_LIMITS: TransferLimits = { total: 32, perSource: 16 };

/** Counts the transfers under way. */
export class TransferSlots {
  readonly #limits: TransferLimits;
  readonly #bySource = new Map<string, number>();
  #taken = 0;

  constructor(limits: TransferLimits) {
    this.#limits = limits;
  }

  /** @returns what gives the slot back; undefined: there is none to be had */
  take({ octets }: Address): (() => void) | undefined {
    const source = Buffer.from(octets).toString("latin1");
    const ofSource = this.#bySource.get(source) ?? 0;
    if (this.#taken >= this.#limits.total || ofSource >= this.#limits.perSource) return undefined;
    this.#taken++;
    this.#bySource.set(source, ofSource + 1);
    return () => {
      this.#taken--;
      const left = this.#bySource.get(source)! - 1;
      if (left > 0) this.#bySource.set(source, left);
      else this.#bySource.delete(source);
    };
  }
}
