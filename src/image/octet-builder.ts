import { ImageTooLargeError } from "./image-too-large-error.ts";

/** What an image may have at most: references are read as 32 bits with a sign. */
export const MAX_IMAGE_OCTETS: number = 2 ** 31 - 4;

/** Up to so many octets are copied one by one: that is less work than a call. */
const FEW = 48;

/** Builds an image, octets and words, in one SharedArrayBuffer. */
export class OctetBuilder {
  #buffer: SharedArrayBuffer;
  #octets: Uint8Array;
  #words: Uint32Array;
  #length = 0;
  readonly #limit: number;

  /**
   * @param capacity octets that there is room for at first; memory that is never written to costs nothing
   * @param limit octets that it takes at most, a multiple of four
   */
  constructor(capacity: number = 16_384, limit: number = MAX_IMAGE_OCTETS) {
    this.#limit = limit;
    // Room is doubled when it ends, and twice nothing is nothing.
    this.#buffer = allocateShared(Math.min(limit, Math.max(64, Math.ceil(capacity / 4) * 4)));
    this.#octets = new Uint8Array(this.#buffer);
    this.#words = new Uint32Array(this.#buffer);
  }

  /** Octets used so far; a multiple of four after `allocate()` and `align()`. */
  get length(): number {
    return this.#length;
  }

  /** Appends zeroed words. @returns their reference */
  allocate(words: number): number {
    this.align();
    const at = this.#length;
    this.#reserve(words * 4);
    this.#length += words * 4;
    return at;
  }

  setWord(reference: number, word: number, value: number): void {
    this.#words[(reference >> 2) + word] = value;
  }

  word(reference: number, word: number): number {
    return this.#words[(reference >> 2) + word]!;
  }

  /** @returns where the octets start */
  append(octets: Uint8Array): number {
    return this.appendRange(octets, 0, octets.length);
  }

  /** Appends those from `start` to `end`. @returns where they start */
  appendRange(octets: Uint8Array, start: number, end: number): number {
    const at = this.#length;
    const size = end - start;
    this.#reserve(size);
    if (size > FEW) this.#octets.set(octets.subarray(start, end), at);
    else for (let i = 0; i < size; i++) this.#octets[at + i] = octets[start + i]!;
    this.#length = at + size;
    return at;
  }

  append16(value: number): void {
    this.#reserve(2);
    this.#octets[this.#length++] = value >> 8;
    this.#octets[this.#length++] = value & 0xff;
  }

  /** The same as two of 16 bits. */
  append32(value: number): void {
    this.#reserve(4);
    const octets = this.#octets;
    const at = this.#length;
    octets[at] = value >>> 24;
    octets[at + 1] = value >>> 16;
    octets[at + 2] = value >>> 8;
    octets[at + 3] = value;
    this.#length = at + 4;
  }

  align(): void {
    const spare = -this.#length & 3;
    this.#reserve(spare);
    this.#length += spare;
  }

  /** What has been built; zeros may follow it. Nothing can be added any more. */
  finish(): SharedArrayBuffer {
    this.align();
    const { byteLength } = this.#buffer;
    const isFull = byteLength - this.#length <= byteLength >> 3;
    return isFull ? this.#buffer : this.#buffer.slice(0, this.#length);
  }

  #reserve(octets: number): void {
    const wanted = this.#length + octets;
    if (wanted <= this.#octets.length) return;
    if (wanted > this.#limit) {
      throw new ImageTooLargeError(`is too large: an image has at most ${this.#limit} octets`);
    }
    let capacity = this.#octets.length * 2;
    while (capacity < wanted) capacity *= 2;
    const before = this.#octets;
    this.#buffer = allocateShared(Math.min(capacity, this.#limit));
    this.#octets = new Uint8Array(this.#buffer);
    this.#words = new Uint32Array(this.#buffer);
    this.#octets.set(before);
  }
}

/** @throws ImageTooLargeError if there is no memory for it */
function allocateShared(octets: number): SharedArrayBuffer {
  try {
    return new SharedArrayBuffer(octets);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new ImageTooLargeError(
      `is too large: there is no memory for an image of ${octets} octets`,
    );
  }
}
