/**
 * An address space cut into ranges, each with a number: the form in which databases, prefixes and rules are laid over
 * each other off the query path. `range-table.ts` is the form that is looked up.
 */

/** Range i is [start i, start i+1); the first starts at 0, the last ends with the space. */
export interface RangeList {
  /** Words per start, most significant first: 1 for IPv4, 4 for IPv6. */
  readonly words: 1 | 4;
  readonly starts: Uint32Array;
  readonly values: Uint32Array;
}

/** Collects ranges in order of address; one that has the value of the range before continues it. */
export class RangeWriter {
  readonly words: 1 | 4;
  private starts: Uint32Array;
  private values: Uint32Array;
  private count = 0;

  /** @param capacity how many ranges to expect; more fit */
  constructor(words: 1 | 4, capacity = 1024) {
    this.words = words;
    this.starts = createWords(capacity * words);
    this.values = createWords(capacity);
  }

  /** From this start on the value holds. Starts rise; one equal to the start before replaces its value. */
  push(w0: number, w1: number, w2: number, w3: number, value: number): void {
    const { words } = this;
    if (this.count > 0 && this.isLastStart(w0, w1, w2, w3)) this.count--;
    if (this.count > 0 && this.values[this.count - 1] === value) return;
    if (this.count === this.values.length) this.grow();
    const at = this.count * words;
    this.starts[at] = w0;
    if (words === 4) {
      this.starts[at + 1] = w1;
      this.starts[at + 2] = w2;
      this.starts[at + 3] = w3;
    }
    this.values[this.count++] = value;
  }

  /** The ranges so far, in the writer's own memory: `shareList()` copies what is to be kept. */
  finish(): RangeList {
    const { words, count } = this;
    const starts = this.starts.subarray(0, count * words);
    return { words, starts, values: this.values.subarray(0, count) };
  }

  private isLastStart(w0: number, w1: number, w2: number, w3: number): boolean {
    const at = (this.count - 1) * this.words;
    if (this.starts[at] !== w0) return false;
    if (this.words === 1) return true;
    return this.starts[at + 1] === w1 && this.starts[at + 2] === w2 && this.starts[at + 3] === w3;
  }

  private grow(): void {
    const starts = createWords(this.starts.length * 2);
    starts.set(this.starts);
    this.starts = starts;
    const values = createWords(this.values.length * 2);
    values.set(this.values);
    this.values = values;
  }
}

/**
 * Large arrays are made larger than they need be: glibc gives chunks above 32 MiB back to the system when they are
 * freed and keeps smaller ones, which was 60 MB after reading the packaged databases. Pages never touched cost nothing.
 */
function createWords(count: number): Uint32Array {
  return new Uint32Array(count < 2 ** 16 ? count : Math.max(count, 2 ** 23 + 2 ** 16));
}

/** A copy in SharedArrayBuffers of its exact size. */
export function shareList(list: RangeList): RangeList {
  const share = (words: Uint32Array): Uint32Array => {
    const shared = new Uint32Array(new SharedArrayBuffer(words.byteLength));
    shared.set(words);
    return shared;
  };
  return { words: list.words, starts: share(list.starts), values: share(list.values) };
}

/** One range, the whole space, with the number 0. */
export function createUniformList(words: 1 | 4): RangeList {
  const writer = new RangeWriter(words);
  writer.push(0, 0, 0, 0, 0);
  return writer.finish();
}

/** Index of the range that holds an address, given as words. */
export function findRange(list: RangeList, address: ArrayLike<number>): number {
  let low = 0;
  let high = list.values.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if (compareStart(list, middle, address) <= 0) low = middle;
    else high = middle - 1;
  }
  return low;
}

function compareStart(list: RangeList, index: number, address: ArrayLike<number>): number {
  const { words, starts } = list;
  for (let i = 0; i < words; i++) {
    const start = starts[index * words + i]!;
    if (start !== address[i]) return start < address[i]! ? -1 : 1;
  }
  return 0;
}
