/** Hands out runs of consecutive numbers, the lowest free ones first. */
export class RangeAllocator {
  /** One more than the highest number ever handed out. */
  size = 0;
  /** Free runs below `size`, in order, never adjacent. */
  #free: { start: number; count: number }[] = [];

  /** @returns the first of `count` consecutive numbers */
  take(count: number): number {
    if (count === 0) return 0;
    const i = this.#free.findIndex((run) => run.count >= count);
    const run = this.#free[i];
    if (run === undefined) {
      const start = this.size;
      this.size += count;
      return start;
    }
    const { start } = run;
    run.start += count;
    run.count -= count;
    if (run.count === 0) this.#free.splice(i, 1);
    return start;
  }

  release(start: number, count: number): void {
    if (count === 0) return;
    const i = this.#free.findIndex((run) => run.start > start);
    const at = i < 0 ? this.#free.length : i;
    const before = this.#free[at - 1];
    const after = this.#free[at];
    const joinsBefore = before !== undefined && before.start + before.count === start;
    const joinsAfter = after !== undefined && start + count === after.start;
    if (joinsBefore) {
      before.count += count + (joinsAfter ? after.count : 0);
      if (joinsAfter) this.#free.splice(at, 1);
    } else if (joinsAfter) {
      after.start = start;
      after.count += count;
    } else {
      this.#free.splice(at, 0, { start, count });
    }
  }

  /** @returns `count` numbers, the lowest free ones, in order */
  takeEach(count: number): Uint32Array {
    const taken = new Uint32Array(count);
    let got = 0;
    let used = 0;
    for (const run of this.#free) {
      const some = Math.min(run.count, count - got);
      for (let i = 0; i < some; i++) taken[got++] = run.start + i;
      run.start += some;
      run.count -= some;
      if (run.count > 0) break;
      used += 1;
    }
    this.#free.splice(0, used);
    while (got < count) taken[got++] = this.size++;
    return taken;
  }

  /** Releases numbers that were taken, whatever their order; as many as there may be. */
  releaseEach(numbers: Uint32Array): void {
    if (numbers.length === 0) return;
    const before = this.#free;
    const joined: { start: number; count: number }[] = [];
    const append = (start: number, count: number): void => {
      const last = joined.at(-1);
      if (last !== undefined && last.start + last.count === start) last.count += count;
      else joined.push({ start, count });
    };
    let next = 0;
    for (const number of numbers.slice().sort()) {
      for (; next < before.length && before[next]!.start < number; next++) {
        append(before[next]!.start, before[next]!.count);
      }
      append(number, 1);
    }
    for (; next < before.length; next++) append(before[next]!.start, before[next]!.count);
    this.#free = joined;
  }
}
