/**
 * The rotation counters of one thread: the thread counts in them, the main thread reads along. They outlive the thread,
 * so that whoever replaces it takes up the turns where they were.
 *
 * A buffer is one word that is 1 once the thread counts in it, then the counters. It cannot grow in place (typed arrays
 * over a growable buffer are slower to index, and every query does): a larger one takes over what was counted.
 */

/** A reader's view. */
export interface RotationView {
  /** By slot; 32 bits that wrap around. May be shorter than what was published last for a moment. */
  readonly counters: Uint32Array;
  /** Where every counter began. */
  readonly start: number;
}

const TAKEN_WORD = 0;
const HEADER_OCTETS = 4;
const LEAST_SLOTS = 1024;

/** The main thread's side. */
export class ThreadRotation {
  readonly #start: number;
  /** What the thread counts in. */
  #current: Uint32Array;
  #newest: SharedArrayBuffer;
  /** Larger ones that the thread was told of, the newest last. */
  #waiting: SharedArrayBuffer[] = [];

  /** @param thread 0, 1, … different for each thread */
  constructor(thread: number) {
    // Threads that all began at 0 would hand out the same value in step. The step is small so that the counters are far
    // from 2^32, where a rotation of three values would stumble.
    this.#start = (thread * 40503) & 0xffff;
    this.#newest = this.#allocate(LEAST_SLOTS);
    this.#current = countersIn(this.#newest);
  }

  /** @returns the buffer that the thread has to take, undefined if the one it has, or was told of, is large enough */
  grow(slots: number): SharedArrayBuffer | undefined {
    const room = countersIn(this.#newest).length;
    if (slots <= room) return undefined;
    this.#newest = this.#allocate(Math.max(slots, 2 * room));
    this.#waiting.push(this.#newest);
    return this.#newest;
  }

  /** While no thread runs: @returns the buffer that the next one has to take, with all that was counted */
  settle(): SharedArrayBuffer {
    const { counters } = this.view();
    if (this.#waiting.length > 0) {
      this.#current = takeRotation(this.#newest, counters);
      this.#waiting = [];
    }
    return this.#newest;
  }

  view(): RotationView {
    for (let i = this.#waiting.length - 1; i >= 0; i--) {
      const buffer = this.#waiting[i]!;
      if (Atomics.load(new Int32Array(buffer, 0, 1), TAKEN_WORD) === 0) continue;
      this.#current = countersIn(buffer);
      this.#waiting.splice(0, i + 1);
      break;
    }
    return { counters: this.#current, start: this.#start };
  }

  #allocate(slots: number): SharedArrayBuffer {
    const buffer = new SharedArrayBuffer(HEADER_OCTETS + 4 * slots);
    countersIn(buffer).fill(this.#start);
    return buffer;
  }
}

/**
 * The thread's side: goes on counting in `buffer`.
 *
 * @param before what it has counted in so far; empty for a new thread, which finds everything in the buffer
 */
export function takeRotation(buffer: SharedArrayBuffer, before: Uint32Array): Uint32Array {
  const counters = countersIn(buffer);
  counters.set(before);
  Atomics.store(new Int32Array(buffer, 0, 1), TAKEN_WORD, 1);
  return counters;
}

function countersIn(buffer: SharedArrayBuffer): Uint32Array {
  return new Uint32Array(buffer, HEADER_OCTETS);
}
