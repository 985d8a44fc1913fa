/**
 * Sorted ranges of addresses in shared memory, and where in them an address lies: tens of nanoseconds, no allocation.
 *
 * Layout in 32-bit words: count, buckets, base, shift, words per start; `index` (buckets + 1), `starts` (count × words);
 * then `values`, 16 bits each. Bucket b holds the addresses whose first word is at least base + b·2^shift; `index[b]` is
 * the range that holds the first address of bucket b.
 */
import { findRange, type RangeList } from "./range-list.ts";

const HEADER_WORDS = 5;
const MAX_INDEX_BITS = 16;

/** A table of one address family. */
export class RangeTable {
  /** Number of ranges. */
  readonly count: number;
  /** By index of range. */
  readonly values: Uint16Array;
  private readonly buckets: number;
  private readonly base: number;
  private readonly shift: number;
  private readonly index: Uint32Array;
  private readonly starts: Uint32Array;

  /** Reads the table that `writeRangeTable()` wrote at `offset`, in octets. */
  constructor(buffer: SharedArrayBuffer, offset: number) {
    const [count, buckets, base, shift, words] = new Uint32Array(buffer, offset, HEADER_WORDS);
    this.count = count!;
    this.buckets = buckets!;
    this.base = base!;
    this.shift = shift!;
    const indexAt = offset + 4 * HEADER_WORDS;
    const startsAt = indexAt + 4 * (this.buckets + 1);
    this.index = new Uint32Array(buffer, indexAt, this.buckets + 1);
    this.starts = new Uint32Array(buffer, startsAt, this.count * words!);
    this.values = new Uint16Array(buffer, startsAt + 4 * this.starts.length, this.count);
  }

  /** Index of the range that holds an IPv4 address. */
  find4(address: number): number {
    const { index, starts } = this;
    const bucket = address >>> this.shift;
    let low = index[bucket]!;
    let high = index[bucket + 1]!;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if (starts[middle]! <= address) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** Index of the range that holds an IPv6 address. */
  find6(words: Uint32Array): number {
    const { index, starts, buckets } = this;
    const w0 = words[0]!;
    const bucket = (w0 - this.base) >>> this.shift;
    let low: number;
    let high: number;
    if (w0 < this.base) {
      low = 0;
      high = index[0]!;
    } else if (bucket < buckets) {
      low = index[bucket]!;
      high = index[bucket + 1]!;
    } else {
      low = index[buckets]!;
      high = this.count - 1;
    }
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      const at = middle * 4;
      let start = starts[at]!;
      let word = w0;
      if (start === word) {
        start = starts[at + 1]!;
        word = words[1]!;
        if (start === word) {
          start = starts[at + 2]!;
          word = words[2]!;
          if (start === word) {
            start = starts[at + 3]!;
            word = words[3]!;
          }
        }
      }
      if (start <= word) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** Length of the widest prefix around an address that stays inside range `i`, which holds it. */
  widen4(address: number, i: number): number {
    const { starts } = this;
    let length = 0;
    // A prefix that holds the address and not its neighbour is longer than what the two have in common.
    if (i > 0) length = Math.clz32(address ^ (starts[i]! - 1)) + 1;
    if (i < this.count - 1) {
      length = Math.max(length, Math.clz32(address ^ starts[i + 1]!) + 1);
    }
    return length;
  }

  /** The same for IPv6. */
  widen6(words: Uint32Array, i: number): number {
    const { starts } = this;
    const at = i * 4;
    let length = 0;
    if (i > 0) {
      const s1 = starts[at + 1]!;
      const s2 = starts[at + 2]!;
      const s3 = starts[at + 3]!;
      // The address before the start: one less, with borrow.
      const b2 = s3 === 0 ? 1 : 0;
      const b1 = b2 === 1 && s2 === 0 ? 1 : 0;
      const b0 = b1 === 1 && s1 === 0 ? 1 : 0;
      length = countCommonBits(words, starts[at]! - b0, s1 - b1, s2 - b2, s3 - 1) + 1;
    }
    if (i < this.count - 1) {
      const common = countCommonBits(
        words,
        starts[at + 4]!,
        starts[at + 5]!,
        starts[at + 6]!,
        starts[at + 7]!,
      );
      length = Math.max(length, common + 1);
    }
    return length;
  }
}

/** Octets that `writeRangeTable()` needs, a multiple of 4. */
export function measureRangeTable(list: RangeList): number {
  const { count, buckets } = planIndex(list);
  return 4 * (HEADER_WORDS + buckets + 1 + count * list.words + Math.ceil(count / 2));
}

/** Writes `list`, whose values must fit 16 bits, at `offset`, a multiple of 4. */
export function writeRangeTable(list: RangeList, buffer: SharedArrayBuffer, offset: number): void {
  const { count, buckets, base, shift } = planIndex(list);
  new Uint32Array(buffer, offset, HEADER_WORDS).set([count, buckets, base, shift, list.words]);
  const indexAt = offset + 4 * HEADER_WORDS;
  const index = new Uint32Array(buffer, indexAt, buckets + 1);
  for (let bucket = 0; bucket <= buckets; bucket++) {
    const first = base + bucket * 2 ** shift;
    index[bucket] = first > 0xffff_ffff ? count - 1 : findRange(list, [first, 0, 0, 0]);
  }
  const startsAt = indexAt + 4 * (buckets + 1);
  new Uint32Array(buffer, startsAt, list.starts.length).set(list.starts);
  new Uint16Array(buffer, startsAt + 4 * list.starts.length, count).set(list.values);
}

function planIndex(list: RangeList): {
  count: number;
  buckets: number;
  base: number;
  shift: number;
} {
  const count = list.values.length;
  const bits = Math.min(MAX_INDEX_BITS, Math.max(1, Math.ceil(Math.log2(count))));
  // Almost every IPv6 boundary lies in 2000::/3, so only that is worth an index (RFC 4291 §2.4).
  const [base, spanBits] = list.words === 1 ? [0, 32] : [0x2000_0000, 29];
  return { count, buckets: 2 ** bits, base, shift: spanBits - bits };
}

function countCommonBits(
  words: Uint32Array,
  w0: number,
  w1: number,
  w2: number,
  w3: number,
): number {
  const d0 = words[0]! ^ w0;
  if (d0 !== 0) return Math.clz32(d0);
  const d1 = words[1]! ^ w1;
  if (d1 !== 0) return 32 + Math.clz32(d1);
  const d2 = words[2]! ^ w2;
  if (d2 !== 0) return 64 + Math.clz32(d2);
  return 96 + Math.clz32(words[3]! ^ w3);
}
