import { expect, it } from "vitest";
import { ThreadRotation, takeRotation } from "./thread-rotation.ts";

const NONE = new Uint32Array(0);

it("counters start at 0 in the first thread and elsewhere in every other", () => {
  const starts = Array.from({ length: 64 }, (_, thread) => {
    const rotation = new ThreadRotation(thread);
    const { counters, start } = rotation.view();
    expect(counters.every((counter) => counter === start)).toBe(true);
    return start;
  });
  expect(starts[0]).toBe(0);
  expect(new Set(starts).size).toBe(64);
});

it("grow() gives a larger buffer only when it is needed", () => {
  const rotation = new ThreadRotation(1);
  expect(rotation.grow(1)).toBeUndefined();
  const grown = rotation.grow(100_000);
  expect(grown!.byteLength).toBeGreaterThan(4 * 100_000);
  expect(rotation.grow(100_000)).toBeUndefined();
});

it("view() shows the old buffer until the thread counts in the new one", () => {
  const rotation = new ThreadRotation(2);
  const first = takeRotation(rotation.settle(), NONE);
  const larger = rotation.grow(3000)!;
  const largest = rotation.grow(9000)!;
  first[7]! += 3;
  expect(rotation.view().counters[7]).toBe(rotation.view().start + 3);
  expect(rotation.view().counters[5000]).toBeUndefined();
  const second = takeRotation(larger, first);
  second[7]!++;
  expect(rotation.view().counters[7]).toBe(rotation.view().start + 4);
  const third = takeRotation(largest, second);
  third[8999]!++;
  expect(rotation.view().counters[7]).toBe(rotation.view().start + 4);
  expect(rotation.view().counters[8999]).toBe(rotation.view().start + 1);
});

it("settle() keeps what a thread counted that died before it took the larger buffer", () => {
  const rotation = new ThreadRotation(3);
  const first = takeRotation(rotation.settle(), NONE);
  first[1]! += 2;
  rotation.grow(3000);
  first[1]! += 5;
  const successor = takeRotation(rotation.settle(), NONE);
  expect(successor.length).toBeGreaterThanOrEqual(3000);
  expect(successor[1]).toBe(rotation.view().start + 7);
  successor[1]!++;
  successor[2999]!++;
  expect(rotation.view().counters[1]).toBe(rotation.view().start + 8);
  expect(rotation.view().counters[2999]).toBe(rotation.view().start + 1);
  expect(takeRotation(rotation.settle(), NONE)[1]).toBe(rotation.view().start + 8);
});
