/**
 * Sorted ranges of addresses in shared memory, and where in them an address lies: tens of nanoseconds, no allocation.
 *
 * Layout in 32-bit words: count, bits of the index, words per start, bits of a first word below its bucket; `index` (2^bits + 1), `starts` (count × words); then
 * `values`, 16 bits each. `index[b]` is the range that holds the first address of bucket b, the last entry that of the
 * first address beyond all buckets.
 *
 * The buckets of IPv4 divide what lies between the first boundary and the last one: a few networks of one /8 get as fine an
 * index as the whole address space. Almost every IPv6 boundary lies in 2000::/4, and there in the
 * first /10 of each of the eight /7s (2a00–2a3f and the like, as IANA hands them out): only those are divided further,
 * what lies beyond belongs to the last bucket of its /7.
 */
import { findRange, type RangeList } from "./range-list.ts";

const HEADER_WORDS = 4;
const MAX_INDEX_BITS = 16;
/** Where the IPv6 index begins and ends, as first words of addresses. */
const BASE_6 = 0x2000_0000;
const END_6 = 0x3000_0000;
/** Of the 32 bits of the first word: those below the /7, and below the /10 that is divided. */
const BITS_BELOW_7 = 25;
const BITS_BELOW_10 = 22;

/** A table of one address family. */
export class RangeTable {
  /** Number of ranges. */
  readonly count: number;
  /** By index of range. */
  readonly values: Uint16Array;
  /** Bits of a first word below its bucket. */
  private readonly shift: number;
  /** Of IPv6, the number of buckets in each /7. */
  private readonly regionBuckets: number;
  private readonly index: Uint32Array;
  private readonly starts: Uint32Array;

  /** Reads the table that `writeRangeTable()` wrote at `offset`, in octets. */
  constructor(buffer: SharedArrayBuffer, offset: number) {
    const [count, bits, words, shift] = new Uint32Array(buffer, offset, HEADER_WORDS);
    this.count = count!;
    this.shift = shift!;
    this.regionBuckets = 2 ** (bits! - 3);
    const indexAt = offset + 4 * HEADER_WORDS;
    const startsAt = indexAt + 4 * (2 ** bits! + 1);
    this.index = new Uint32Array(buffer, indexAt, 2 ** bits! + 1);
    this.starts = new Uint32Array(buffer, startsAt, this.count * words!);
    this.values = new Uint16Array(buffer, startsAt + 4 * this.starts.length, this.count);
  }

  /**
   * Index of the range that holds an IPv4 address.
   *
   * @param word the address, as a signed number or not: an unsigned one of 2^31 or more costs an object on its way here
   */
  find4(word: number): number {
    const { index, starts, count } = this;
    const address = word >>> 0;
    if (count === 1 || address < starts[1]!) return 0;
    if (address >= starts[count - 1]!) return count - 1;
    const bucket = (address - starts[1]!) >>> this.shift;
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
    const { index, starts, regionBuckets } = this;
    const w0 = words[0]!;
    let low = 0;
    let high = this.count - 1;
    if (w0 < BASE_6) {
      high = index[0]!;
    } else if (w0 >= END_6) {
      low = index[regionBuckets * 8]!;
    } else {
      const inRegion = (w0 & (2 ** BITS_BELOW_7 - 1)) >>> this.shift;
      const bucket =
        ((w0 - BASE_6) >>> BITS_BELOW_7) * regionBuckets + Math.min(inRegion, regionBuckets - 1);
      low = index[bucket]!;
      high = index[bucket + 1]!;
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

  /** All ranges, for use off the query path. */
  list(): RangeList {
    const words = this.starts.length === this.count ? 1 : 4;
    return { words, starts: this.starts, values: Uint32Array.from(this.values) };
  }

  /** Length of the widest prefix around an address (as `find4()` takes it) that stays inside range `i`, which holds it. */
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
  const count = list.values.length;
  const index = 2 ** chooseIndexBits(list) + 1;
  return 4 * (HEADER_WORDS + index + count * list.words + Math.ceil(count / 2));
}

/** Writes `list`, whose values must fit 16 bits, at `offset`, a multiple of 4. */
export function writeRangeTable(list: RangeList, buffer: SharedArrayBuffer, offset: number): void {
  const count = list.values.length;
  const bits = chooseIndexBits(list);
  const buckets = 2 ** bits;
  const shift = list.words === 1 ? chooseShift4(list, bits) : BITS_BELOW_10 + 3 - bits;
  new Uint32Array(buffer, offset, HEADER_WORDS).set([count, bits, list.words, shift]);
  const indexAt = offset + 4 * HEADER_WORDS;
  const index = new Uint32Array(buffer, indexAt, buckets + 1);
  for (let bucket = 0; bucket <= buckets; bucket++) {
    const first =
      list.words === 1
        ? (list.starts[1] ?? 0) + bucket * 2 ** shift
        : findBucketStart6(bucket, bits);
    index[bucket] = first > 0xffff_ffff ? count - 1 : findRange(list, [first, 0, 0, 0]);
  }
  const startsAt = indexAt + 4 * (buckets + 1);
  new Uint32Array(buffer, startsAt, list.starts.length).set(list.starts);
  new Uint16Array(buffer, startsAt + 4 * list.starts.length, count).set(list.values);
}

/** More buckets than ranges; for IPv6 at least one in each /7. */
function chooseIndexBits(list: RangeList): number {
  const bits = Math.ceil(Math.log2(list.values.length)) + 1;
  return Math.min(MAX_INDEX_BITS, Math.max(list.words === 1 ? 1 : 3, bits));
}

/** So few bits that the buckets reach from the first boundary to the last. */
function chooseShift4({ starts, values: { length: count } }: RangeList, bits: number): number {
  const span = count < 3 ? 0 : starts[count - 1]! - starts[1]!;
  return Math.max(0, Math.ceil(Math.log2(Math.max(1, span))) - bits);
}

/** First word of the first address of a bucket. */
function findBucketStart6(bucket: number, bits: number): number {
  const regionBuckets = 2 ** (bits - 3);
  const region = Math.floor(bucket / regionBuckets);
  const inRegion = bucket % regionBuckets;
  return BASE_6 + region * 2 ** BITS_BELOW_7 + inRegion * 2 ** (BITS_BELOW_10 + 3 - bits);
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
