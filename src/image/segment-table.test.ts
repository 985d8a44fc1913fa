import { expect, test } from "vitest";
import { until } from "../../test/support/until.ts";
import { SEGMENT } from "./layout.ts";
import type { SegmentPlace } from "./publication.ts";
import { Segment } from "./segment.ts";
import { SegmentTable } from "./segment-table.ts";

/** So many headers in one buffer, each with a number of its own in the place of the plan. */
function places(count: number, first: number): SegmentPlace[] {
  const buffer = new SharedArrayBuffer(count * 64);
  return Array.from({ length: count }, (_, i) => {
    const at = i * 64;
    new Uint32Array(buffer, at, SEGMENT.words)[SEGMENT.planBase] = first + i;
    return { buffer, at, byteLength: 64 };
  });
}

function read(table: SegmentTable, segment: number): { planBase: number; buffer: unknown } {
  const reader = new Segment();
  table.open(segment, reader);
  return { planBase: reader.planBase, buffer: reader.words.buffer };
}

test("open() reads a segment where it stands, whatever the order they came in", () => {
  const table = new SegmentTable();
  const [one, two, three] = places(3, 10);
  table.apply([
    [70, three!],
    [0, one!],
  ]);
  table.apply([[3, two!]]);
  expect([0, 3, 70].map((segment) => read(table, segment))).toEqual(
    [10, 11, 12].map((planBase) => ({ planBase, buffer: one!.buffer })),
  );
  expect([0, 1, 3, 69, 70, 1000].map((segment) => table.has(segment))).toEqual([
    true,
    false,
    true,
    false,
    true,
    false,
  ]);
});

test("open() reads the place that a segment was given last", () => {
  const table = new SegmentTable();
  const [one, two] = places(2, 1);
  const [other] = places(1, 7);
  table.apply([
    [0, one!],
    [1, two!],
  ]);
  table.apply([[0, other!]]);
  expect(read(table, 0)).toEqual({ planBase: 7, buffer: other!.buffer });
  expect(read(table, 1)).toEqual({ planBase: 2, buffer: two!.buffer });
  // The buffer of segment 1 is the last that anybody stands in: its number is free for another.
  table.apply([[1, null]]);
  expect(table.has(1)).toBe(false);
  const [last] = places(1, 9);
  table.apply([[2, last!]]);
  expect(read(table, 2)).toEqual({ planBase: 9, buffer: last!.buffer });
  expect(read(table, 0)).toEqual({ planBase: 7, buffer: other!.buffer });
});

test("apply() takes the same buffer again", () => {
  const table = new SegmentTable();
  const [one] = places(1, 1);
  table.apply([[0, one!]]);
  table.apply([[0, one!]]);
  expect(read(table, 0)).toEqual({ planBase: 1, buffer: one!.buffer });
});

test("apply() lets go of a buffer that no segment stands in any more", async () => {
  const table = new SegmentTable();
  const buffers: WeakRef<SharedArrayBuffer>[] = [];
  const fill = (count: number): void => {
    const [one, two] = places(2, count);
    buffers.push(new WeakRef(one!.buffer));
    table.apply([
      [0, one!],
      [1, two!],
    ]);
  };
  for (let i = 0; i < 4; i++) fill(i);
  const isHeld = (): boolean[] => buffers.map((buffer) => buffer.deref() !== undefined);
  await until(() => {
    // What makes the collector look through the whole heap: objects that are there for longer than others.
    Array.from({ length: 2e6 }, (_, i) => ({ i }));
    return isHeld().indexOf(true) === buffers.length - 1;
  }, "only the last buffer is held");
  expect(isHeld()).toEqual([false, false, false, true]);
  expect(read(table, 1).planBase).toBe(4);
});
