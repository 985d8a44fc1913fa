/** The counters of one thread, which it goes on counting in; 32 bits each that wrap around. */
export interface CounterView {
  /** By number; those above its length have not been counted in yet. */
  readonly counters: Uint32Array;
  /** Where every counter began. */
  readonly start: number;
}

const LEAST_COUNTERS = 1024;

/** What other threads count, as differences from reading to reading. */
export class CounterReadings {
  readonly #read: () => readonly CounterView[];
  #views: readonly CounterView[] = [];
  /** The last readings, by thread. */
  #last: Uint32Array[] = [];

  /** @param read the counters of all threads, in an order that stays */
  constructor(read: () => readonly CounterView[]) {
    this.#read = read;
  }

  /** Looks where the threads count by now. */
  refresh(): void {
    this.#views = this.#read();
  }

  /** Calls `count` for every thread that counted since the last reading of a counter. */
  take(counter: number, count: (from: number, turns: number) => void): void {
    this.#views.forEach(({ counters, start }, thread) => {
      const last = this.#lastOf(thread, start, counter);
      const from = last[counter]!;
      const now = counters[counter] ?? start;
      if (now === from) return;
      last[counter] = now;
      count(from, (now - from) >>> 0);
    });
  }

  /** Leaves out what was counted so far: it belongs to whoever had the counter before. */
  skip(counter: number): void {
    this.take(counter, () => {});
  }

  #lastOf(thread: number, start: number, counter: number): Uint32Array {
    const last = this.#last[thread] ?? new Uint32Array(0);
    if (counter < last.length) return last;
    const grown = new Uint32Array(Math.max(LEAST_COUNTERS, 2 * (counter + 1))).fill(start);
    grown.set(last);
    this.#last[thread] = grown;
    return grown;
  }
}
