/**
 * An address space cut into ranges, each with a number: the form in which databases, prefixes and rules are laid over
 * each other off the query path. `range-table.ts` is the form that is looked up.
 */
import type { Prefix } from "./address.ts";

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

/** One value for the whole space. */
export function createUniformList(words: 1 | 4, value: number): RangeList {
  const writer = new RangeWriter(words);
  writer.push(0, 0, 0, 0, value);
  return writer.finish();
}

/**
 * Lays lists of one family over each other: wherever any of them changes, `combine` is asked for the value.
 *
 * @param combine gets the value of each list, in their order; the array is reused between calls
 */
export function mergeLists(
  lists: readonly RangeList[],
  combine: (values: readonly number[]) => number,
): RangeList {
  const words = lists[0]!.words;
  const writer = new RangeWriter(
    words,
    lists.reduce((sum, list) => sum + list.values.length, 0),
  );
  const values = lists.map((list) => list.values[0]!);
  writer.push(0, 0, 0, 0, combine(values));
  // A list of one range says the same everywhere, and most overlays are that.
  const cursors = lists.flatMap((list, index) =>
    list.values.length > 1 ? [{ list, index, next: 1 }] : [],
  );
  while (cursors.length > 0) {
    const { list, next } = findLeast(cursors);
    const at = next * words;
    const s0 = list.starts[at]!;
    const s1 = words === 1 ? 0 : list.starts[at + 1]!;
    const s2 = words === 1 ? 0 : list.starts[at + 2]!;
    const s3 = words === 1 ? 0 : list.starts[at + 3]!;
    for (let i = cursors.length - 1; i >= 0; i--) {
      const cursor = cursors[i]!;
      if (!isAt(cursor, s0, s1, s2, s3)) continue;
      values[cursor.index] = cursor.list.values[cursor.next]!;
      cursor.next++;
      if (cursor.next === cursor.list.values.length) cursors.splice(i, 1);
    }
    writer.push(s0, s1, s2, s3, combine(values));
  }
  return writer.finish();
}

/**
 * Lays prefixes of one family over a space that has the value `none`. Prefixes of the other family are skipped.
 *
 * @param combine what holds inside a prefix, given what holds around it and its own value; `(_, inner) => inner` is
 *   "longest prefix first"
 */
export function flattenPrefixes(
  words: 1 | 4,
  entries: readonly { readonly prefix: Prefix; readonly value: number }[],
  none: number,
  combine: (outer: number, inner: number) => number,
): RangeList {
  const family = words === 1 ? 4 : 6;
  const blocks = entries
    .filter(({ prefix }) => prefix.address.family === family)
    .map(({ prefix, value }) => ({ ...findBounds(prefix), length: prefix.length, value }))
    // An outer prefix before what it contains; a sort is stable, so equal ones keep their order.
    .sort((a, b) => compareWords(a.first, b.first) || a.length - b.length);
  const writer = new RangeWriter(words);
  const push = (start: readonly number[], value: number): void =>
    writer.push(start[0]!, start[1] ?? 0, start[2] ?? 0, start[3] ?? 0, value);
  const open: { end: readonly number[] | undefined; value: number }[] = [];
  const close = (): void => {
    const { end } = open.pop()!;
    if (end !== undefined) push(end, open.at(-1)?.value ?? none);
  };
  push([0, 0, 0, 0], none);
  for (const block of blocks) {
    while (open.length > 0 && isBefore(open.at(-1)!.end, block.first)) close();
    const value = combine(open.at(-1)?.value ?? none, block.value);
    push(block.first, value);
    open.push({ end: block.end, value });
  }
  while (open.length > 0) close();
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

/** First address of a prefix, and the first one after it; undefined where the space ends with it. */
function findBounds(prefix: Prefix): { first: number[]; end: number[] | undefined } {
  const { octets } = prefix.address;
  const view = new DataView(octets.buffer, octets.byteOffset, octets.length);
  const first = Array.from({ length: octets.length / 4 }, (_, i) => view.getUint32(4 * i));
  if (prefix.length === 0) return { first, end: undefined };
  const end = [...first];
  // Add one in the last bit of the prefix and carry.
  let word = (prefix.length - 1) >>> 5;
  let carry = 2 ** (31 - ((prefix.length - 1) & 31));
  while (word >= 0) {
    const sum = end[word]! + carry;
    end[word] = sum >>> 0;
    if (sum <= 0xffff_ffff) return { first, end };
    carry = 1;
    word--;
  }
  return { first, end: undefined };
}

function isBefore(end: readonly number[] | undefined, start: readonly number[]): boolean {
  return end !== undefined && compareWords(end, start) <= 0;
}

function compareWords(a: ArrayLike<number>, b: ArrayLike<number>): number {
  for (let i = 0; i < a.length; i++) {
    if (a[i] !== b[i]) return a[i]! < b[i]! ? -1 : 1;
  }
  return 0;
}

function compareStart(list: RangeList, index: number, address: ArrayLike<number>): number {
  const { words, starts } = list;
  for (let i = 0; i < words; i++) {
    const start = starts[index * words + i]!;
    if (start !== address[i]) return start < address[i]! ? -1 : 1;
  }
  return 0;
}

/** How far the walk through a list has come. */
interface Cursor {
  readonly list: RangeList;
  /** Of the list among those that are merged. */
  readonly index: number;
  /** Of the range that begins next. */
  next: number;
}

/** The cursor whose next range begins first. */
function findLeast(cursors: readonly Cursor[]): Cursor {
  let least = cursors[0]!;
  for (let i = 1; i < cursors.length; i++) {
    const cursor = cursors[i]!;
    if (compareNext(cursor, least) < 0) least = cursor;
  }
  return least;
}

function compareNext(a: Cursor, b: Cursor): number {
  const { words } = a.list;
  const atA = a.next * words;
  const atB = b.next * words;
  for (let i = 0; i < words; i++) {
    const x = a.list.starts[atA + i]!;
    const y = b.list.starts[atB + i]!;
    if (x !== y) return x < y ? -1 : 1;
  }
  return 0;
}

function isAt(cursor: Cursor, s0: number, s1: number, s2: number, s3: number): boolean {
  const { words, starts } = cursor.list;
  const at = cursor.next * words;
  if (starts[at] !== s0) return false;
  return words === 1 || (starts[at + 1] === s1 && starts[at + 2] === s2 && starts[at + 3] === s3);
}
