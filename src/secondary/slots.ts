/**
 * Bounds how much goes on at a time, over all and per key. Keys take turns: one whose work hangs does not hold up the
 * others' for longer than it has slots.
 */
export class Slots {
  readonly #limit: number;
  readonly #limitPerKey: number;
  #used = 0;
  readonly #usedByKey = new Map<string, number>();
  readonly #waiting = new Map<string, (() => void)[]>();

  constructor(limit: number, limitPerKey: number) {
    this.#limit = limit;
    this.#limitPerKey = limitPerKey;
  }

  /** Does the work as soon as there is a slot for it. */
  async use<Result>(key: string, work: () => Promise<Result>): Promise<Result> {
    await this.#take(key);
    try {
      return await work();
    } finally {
      this.#release(key);
    }
  }

  #take(key: string): Promise<void> | undefined {
    if (this.#isFree(key)) {
      this.#occupy(key);
      return undefined;
    }
    return new Promise((resolve) => {
      const queue = this.#waiting.get(key);
      if (queue === undefined) this.#waiting.set(key, [resolve]);
      else queue.push(resolve);
    });
  }

  #release(key: string): void {
    this.#used--;
    const left = (this.#usedByKey.get(key) ?? 0) - 1;
    if (left > 0) this.#usedByKey.set(key, left);
    else this.#usedByKey.delete(key);
    for (const [next, queue] of this.#waiting) {
      if (!this.#isFree(next)) continue;
      this.#occupy(next);
      // To the end of the line, for the turn of the others.
      this.#waiting.delete(next);
      const start = queue.shift();
      if (queue.length > 0) this.#waiting.set(next, queue);
      start?.();
      return;
    }
  }

  #isFree(key: string): boolean {
    return this.#used < this.#limit && (this.#usedByKey.get(key) ?? 0) < this.#limitPerKey;
  }

  #occupy(key: string): void {
    this.#used++;
    this.#usedByKey.set(key, (this.#usedByKey.get(key) ?? 0) + 1);
  }
}
