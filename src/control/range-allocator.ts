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
}
