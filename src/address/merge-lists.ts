import { type RangeList, RangeWriter } from "./range-list.ts";

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
