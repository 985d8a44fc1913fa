import { NameKey } from "../wire/name-key.ts";
import { equalName } from "./written-names.ts";

/**
 * Links of a chain of aliases that are followed; the client follows the rest by itself. As many as BIND, which stops
 * answering there, and more than Knot.
 */
export const MAX_CHAIN = 12;

/** The names that one answer has led through, so that no chain goes in a circle. One object is used again and again. */
export class Chain {
  /** The name that the last alias led to. */
  readonly name: NameKey = new NameKey();
  #links = 0;
  readonly #owners = new Int32Array(MAX_CHAIN);
  readonly #hashes = new Int32Array(MAX_CHAIN);
  #dnames = 0;
  readonly #dnameOwners = new Int32Array(MAX_CHAIN);
  readonly #dnameRecords = new Int32Array(MAX_CHAIN);

  begin(): void {
    this.#links = 0;
    this.#dnames = 0;
  }

  /**
   * Remembers a name that an alias stands at.
   *
   * @param owner where the name stands in the response
   */
  leave(name: NameKey, owner: number): void {
    this.#owners[this.#links] = owner;
    this.#hashes[this.#links] = name.hashes[0]!;
    this.#links++;
  }

  /** Goes on to the name that stands at `at` in the response. @returns false if the chain ends: too long, or a circle */
  follow(response: Uint8Array, at: number): boolean {
    if (this.#links === MAX_CHAIN) return false;
    const { name } = this;
    name.readWritten(response, at);
    for (let i = 0; i < this.#links; i++) {
      const isCandidate = this.#hashes[i] === name.hashes[0];
      if (isCandidate && equalName(response, this.#owners[i]!, name.octets, 0)) return false;
    }
    return true;
  }

  /** @returns where a DNAME record of this owner (lower case, at `at`) stands in the response, or 0 */
  findDname(response: Uint8Array, names: Uint8Array, at: number): number {
    for (let i = 0; i < this.#dnames; i++) {
      if (equalName(response, this.#dnameOwners[i]!, names, at)) return this.#dnameRecords[i]!;
    }
    return 0;
  }

  /** Remembers a DNAME record: an answer holds each once, however often it is used. */
  addDname(owner: number, record: number): void {
    this.#dnameOwners[this.#dnames] = owner;
    this.#dnameRecords[this.#dnames] = record;
    this.#dnames++;
  }
}
