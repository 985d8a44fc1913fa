/** Grows a buffer of octets and words while an image is compiled; the result is one SharedArrayBuffer. */
export class OctetBuilder {
  #octets: Uint8Array;
  #words: Uint32Array;
  #length = 0;

  constructor(capacity: number = 16_384) {
    const buffer = new ArrayBuffer(capacity);
    this.#octets = new Uint8Array(buffer);
    this.#words = new Uint32Array(buffer);
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
    const at = this.#length;
    this.#reserve(octets.length);
    this.#octets.set(octets, at);
    this.#length += octets.length;
    return at;
  }

  append16(value: number): void {
    this.#reserve(2);
    this.#octets[this.#length++] = value >> 8;
    this.#octets[this.#length++] = value & 0xff;
  }

  align(): void {
    const spare = -this.#length & 3;
    this.#reserve(spare);
    this.#length += spare;
  }

  finish(): SharedArrayBuffer {
    this.align();
    const shared = new SharedArrayBuffer(this.#length);
    new Uint8Array(shared).set(this.#octets.subarray(0, this.#length));
    return shared;
  }

  /** A copy of what has been written. */
  octets(): Uint8Array {
    this.align();
    return this.#octets.slice(0, this.#length);
  }

  #reserve(octets: number): void {
    const wanted = this.#length + octets;
    if (wanted <= this.#octets.length) return;
    let capacity = this.#octets.length * 2;
    while (capacity < wanted) capacity *= 2;
    const buffer = new ArrayBuffer(capacity);
    const grown = new Uint8Array(buffer);
    grown.set(this.#octets);
    this.#octets = grown;
    this.#words = new Uint32Array(buffer);
  }
}
