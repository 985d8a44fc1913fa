import { hashLabel, ROOT_HASH, slotOf, slotsFor } from "../../wire/name-key.ts";

const FIRST_NAMES = 64;
const EXPECTED_OCTETS = 32;
/** No slot is free of a name's number plus one. */
const FREE = 0;
/** Slots that are looked at for one name. By chance a hundred are, of as many names as there may be. */
const MAX_STEPS = 256;

/** Names have been chosen so that looking for them takes long. The message is for people. */
export class CrowdedNamesError extends Error {
  override readonly name = "CrowdedNamesError";
}

/**
 * Distinct names by number, in wire form and lower case, one behind the other in a single buffer. A million of them take
 * no object of their own. Hashes are those of `NameKey`.
 */
export class NameTable {
  count = 0;
  octets: Uint8Array;
  /** Where each name starts; the entry behind the last is where the next one goes. */
  offsets: Uint32Array;
  hashes: Int32Array;
  #slots: Int32Array;

  /** @param expected how many names there is room for at first; memory that is never written to costs nothing */
  constructor(expected: number = FIRST_NAMES) {
    this.octets = new Uint8Array(expected * EXPECTED_OCTETS);
    this.offsets = new Uint32Array(expected + 1);
    this.hashes = new Int32Array(expected);
    this.#slots = new Int32Array(slotsFor(expected));
  }

  /**
   * The number of a name, which is added if it is new.
   *
   * @param hash of the name, `hashName()`
   * @throws CrowdedNamesError if too many others are in its way
   */
  add(source: Uint8Array, at: number, length: number, hash: number): number {
    const slot = this.#slotFor(source, at, length, hash);
    const known = this.#slots[slot]!;
    if (known !== FREE) return known - 1;
    const mask = this.#slots.length - 1;
    if (((slot - slotOf(hash, mask)) & mask) > MAX_STEPS) {
      throw new CrowdedNamesError(
        `more than ${MAX_STEPS} of its names are in each other's way in tables: they look as if chosen for it`,
      );
    }
    const number = this.count;
    if (number === this.hashes.length) this.#growNames();
    const start = this.offsets[number]!;
    if (start + length > this.octets.length) this.#growOctets(start + length);
    for (let i = 0; i < length; i++) this.octets[start + i] = source[at + i]!;
    this.offsets[number + 1] = start + length;
    this.hashes[number] = hash;
    this.count = number + 1;
    this.#slots[slot] = number + 1;
    if (this.count * 2 > this.#slots.length) this.#growSlots();
    return number;
  }

  /** The number of a name in lower case, which is added if it is new. */
  addName(name: Uint8Array): number {
    return this.add(name, 0, name.length, hashName(name, 0));
  }

  /** The number of a name, or -1. */
  find(source: Uint8Array, at: number, length: number, hash: number): number {
    return this.#slots[this.#slotFor(source, at, length, hash)]! - 1;
  }

  /** The number of a name in lower case, or -1. */
  numberOf(name: Uint8Array): number {
    return this.find(name, 0, name.length, hashName(name, 0));
  }

  /** A view of the name, valid until the next one is added. */
  nameAt(number: number): Uint8Array {
    return this.octets.subarray(this.offsets[number]!, this.offsets[number + 1]!);
  }

  /** Whether a name is the one in lower case that stands at a place. */
  holds(number: number, source: Uint8Array, at: number, length: number): boolean {
    const start = this.offsets[number]!;
    if (this.offsets[number + 1]! - start !== length) return false;
    const { octets } = this;
    for (let i = 0; i < length; i++) if (octets[start + i] !== source[at + i]) return false;
    return true;
  }

  #slotFor(source: Uint8Array, at: number, length: number, hash: number): number {
    const mask = this.#slots.length - 1;
    let slot = slotOf(hash, mask);
    for (;;) {
      const known = this.#slots[slot]!;
      if (known === FREE) return slot;
      if (this.hashes[known - 1] === hash && this.holds(known - 1, source, at, length)) return slot;
      slot = (slot + 1) & mask;
    }
  }

  #growNames(): void {
    const offsets = new Uint32Array(this.hashes.length * 2 + 1);
    offsets.set(this.offsets);
    const hashes = new Int32Array(this.hashes.length * 2);
    hashes.set(this.hashes);
    this.offsets = offsets;
    this.hashes = hashes;
  }

  #growOctets(wanted: number): void {
    const octets = new Uint8Array(Math.max(wanted, this.octets.length * 2));
    octets.set(this.octets);
    this.octets = octets;
  }

  #growSlots(): void {
    const slots = new Int32Array(this.#slots.length * 2);
    const mask = slots.length - 1;
    for (let number = 0; number < this.count; number++) {
      let slot = slotOf(this.hashes[number]!, mask);
      while (slots[slot] !== FREE) slot = (slot + 1) & mask;
      slots[slot] = number + 1;
    }
    this.#slots = slots;
  }
}

/** Where the labels of the name that is being hashed start. */
const starts = new Uint8Array(128);

/** The hash of the well-formed name in lower case that starts at `at`: the same as `NameKey` gives it. */
export function hashName(octets: Uint8Array, at: number): number {
  let labels = 0;
  let offset = 0;
  for (let size = octets[at]!; size !== 0; size = octets[at + offset]!) {
    starts[labels++] = offset;
    offset += 1 + size;
  }
  let hash = ROOT_HASH;
  let stop = at + offset;
  while (labels-- > 0) {
    const start = at + starts[labels]!;
    hash = hashLabel(hash, octets, start, stop);
    stop = start;
  }
  return hash;
}
