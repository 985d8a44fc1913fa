import type { Prefix } from "./address.ts";
import { type RangeList, RangeWriter } from "./range-list.ts";

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
