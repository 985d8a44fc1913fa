const BLOCK_OCTETS = 1 << 20;
const LENGTH_OCTETS = 2;

/** Keeps the messages of a transfer in a few large blocks of shared memory, which another thread is handed without a copy. */
export class FrameBlocks {
  readonly #full: Uint8Array[] = [];
  #open = allocate(1 << 16);
  #used = 0;

  /** Appends a message behind its length in 16 bits. */
  append(message: Uint8Array): void {
    const wanted = LENGTH_OCTETS + message.length;
    if (this.#used + wanted > this.#open.length) {
      if (this.#used > 0) this.#full.push(this.#open.subarray(0, this.#used));
      this.#open = allocate(BLOCK_OCTETS);
      this.#used = 0;
    }
    this.#open[this.#used] = message.length >> 8;
    this.#open[this.#used + 1] = message.length & 0xff;
    this.#open.set(message, this.#used + LENGTH_OCTETS);
    this.#used += wanted;
  }

  /** All that has been appended. */
  blocks(): Uint8Array[] {
    return [...this.#full, this.#open.subarray(0, this.#used)];
  }
}

function allocate(octets: number): Uint8Array {
  return new Uint8Array(new SharedArrayBuffer(octets));
}

/** The messages of blocks, in order. */
export function* readFrames(blocks: readonly Uint8Array[]): Generator<Uint8Array> {
  for (const block of blocks) {
    let at = 0;
    while (at + LENGTH_OCTETS <= block.length) {
      const end = at + LENGTH_OCTETS + (block[at]! << 8) + block[at + 1]!;
      yield block.subarray(at + LENGTH_OCTETS, end);
      at = end;
    }
  }
}
