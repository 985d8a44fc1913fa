/** Slots of the table of names; few messages have more suffixes, and then the later ones are written out. */
const SLOTS = 4096;
const MAX_PROBES = 8;
/** Octets that a pointer can reach (RFC 1035 §4.1.4). */
const REACH = 0x4000;
const MAX_LABELS = 128;
const POINTER = 0xc0;

const FNV_BASIS = 0x811c9dc5 | 0;
const FNV_PRIME = 0x01000193;

/**
 * Writes names into a message, each with a pointer in place of the longest end of it that the message has already. Names
 * are told apart by case: what a record says is not changed.
 */
export class NameCompressor {
  readonly #message: Uint8Array;
  readonly #hashes = new Int32Array(SLOTS);
  /** Where the name of a slot stands; 0: the slot is free. */
  readonly #places = new Uint16Array(SLOTS);
  /** Of the name being written: where its labels start, and the hash from each of them on. */
  readonly #offsets = new Uint16Array(MAX_LABELS);
  readonly #suffixes = new Int32Array(MAX_LABELS);

  /** @param message where all names are written, from its header on */
  constructor(message: Uint8Array) {
    this.#message = message;
  }

  /** Forgets the names of the message before. */
  reset(): void {
    this.#places.fill(0);
  }

  /**
   * Writes a name.
   *
   * @param source holds the name in wire form, uncompressed, at `start`
   * @param at where it is written
   * @returns the offset behind it
   */
  write(source: Uint8Array, start: number, at: number): number {
    const message = this.#message;
    const labels = this.#hash(source, start);
    let to = at;
    for (let label = 0; label < labels; label++) {
      const from = this.#offsets[label]!;
      const place = this.#find(this.#suffixes[label]!, source, from, to);
      if (place !== 0) {
        message[to] = POINTER | (place >> 8);
        message[to + 1] = place & 0xff;
        return to + 2;
      }
      const stop = from + source[from]! + 1;
      for (let i = from; i < stop; i++) message[to++] = source[i]!;
    }
    message[to] = 0;
    return to + 1;
  }

  /** @returns how many labels the name has */
  #hash(source: Uint8Array, start: number): number {
    let labels = 0;
    let at = start;
    for (; source[at] !== 0; at += source[at]! + 1) this.#offsets[labels++] = at;
    let hash = FNV_BASIS;
    let stop = at;
    for (let label = labels - 1; label >= 0; label--) {
      const from = this.#offsets[label]!;
      for (let i = from; i < stop; i++) hash = Math.imul(hash ^ source[i]!, FNV_PRIME);
      this.#suffixes[label] = hash;
      stop = from;
    }
    return labels;
  }

  /** @returns where the name stands; 0: nowhere so far, but from now on at `to`, if that can be pointed to */
  #find(hash: number, source: Uint8Array, from: number, to: number): number {
    let slot = (hash ^ (hash >>> 15)) & (SLOTS - 1);
    for (let probes = 0; probes < MAX_PROBES; probes++) {
      const place = this.#places[slot]!;
      if (place === 0) {
        if (to < REACH) {
          this.#places[slot] = to;
          this.#hashes[slot] = hash;
        }
        return 0;
      }
      if (this.#hashes[slot] === hash && this.#isAt(place, source, from)) return place;
      slot = (slot + 1) & (SLOTS - 1);
    }
    return 0;
  }

  #isAt(place: number, source: Uint8Array, from: number): boolean {
    const message = this.#message;
    let at = place;
    let name = from;
    for (;;) {
      const size = message[at]!;
      if (size >= POINTER) {
        at = ((size & 0x3f) << 8) | message[at + 1]!;
        continue;
      }
      for (let i = 0; i <= size; i++) if (message[at + i] !== source[name + i]) return false;
      if (size === 0) return true;
      at += size + 1;
      name += size + 1;
    }
  }
}
