const SLOTS = 1024;

/** Words without regard to case, each with a number, looked up by the octets of a file without a string being made. */
export class KeywordTable {
  readonly #words: (Uint8Array | undefined)[] = new Array(SLOTS);
  readonly #numbers: Int32Array = new Int32Array(SLOTS);

  /** @param words ASCII, at most 512 of them */
  constructor(words: Iterable<readonly [word: string, number: number]>) {
    for (const [word, number] of words) {
      const octets = new TextEncoder().encode(word.toUpperCase());
      let slot = slotOf(octets, 0, octets.length);
      while (this.#words[slot] !== undefined) slot = (slot + 1) % SLOTS;
      this.#words[slot] = octets;
      this.#numbers[slot] = number;
    }
  }

  /** The number of a word, or -1. */
  find(octets: Uint8Array, start: number, stop: number): number {
    let slot = slotOf(octets, start, stop);
    for (let word = this.#words[slot]; word !== undefined; word = this.#words[slot]) {
      if (isEqual(word, octets, start, stop)) return this.#numbers[slot]!;
      slot = (slot + 1) % SLOTS;
    }
    return -1;
  }
}

function slotOf(octets: Uint8Array, start: number, stop: number): number {
  let hash = stop - start;
  for (let at = start; at < stop; at++) hash = (Math.imul(hash, 31) + upper(octets[at]!)) | 0;
  return hash & (SLOTS - 1);
}

function isEqual(word: Uint8Array, octets: Uint8Array, start: number, stop: number): boolean {
  if (word.length !== stop - start) return false;
  for (let i = 0; i < word.length; i++) if (word[i] !== upper(octets[start + i]!)) return false;
  return true;
}

function upper(octet: number): number {
  return octet >= 0x61 && octet <= 0x7a ? octet - 0x20 : octet;
}
