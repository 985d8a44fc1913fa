/**
 * Sums of 32-bit counters that other threads go on counting in and that wrap around: exact as long as {@link sample} is called before
 * any of them has counted 2^32 more.
 */
export class CounterTotals {
  readonly #counters: Uint32Array;
  readonly #last: Uint32Array;
  readonly #totals: number[];

  constructor(counters: Uint32Array) {
    this.#counters = counters;
    this.#last = new Uint32Array(counters.length);
    this.#totals = new Array<number>(counters.length).fill(0);
  }

  /** Takes in what was counted since the last call. Returns the totals. */
  sample(): readonly number[] {
    for (let i = 0; i < this.#totals.length; i++) {
      const value = this.#counters[i] ?? 0;
      this.#totals[i] = (this.#totals[i] ?? 0) + ((value - (this.#last[i] ?? 0)) >>> 0);
      this.#last[i] = value;
    }
    return this.#totals;
  }
}
