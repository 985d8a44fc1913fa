import { expect, test } from "vitest";
import { forEachParallel } from "./for-each-parallel.ts";

test("forEachParallel() visits every item once, and never more than `limit` at a time", async () => {
  const items = Array.from({ length: 100 }, (_, i) => i);
  const seen: number[] = [];
  let active = 0;
  let most = 0;
  await forEachParallel(items, 7, async (item, index) => {
    active += 1;
    most = Math.max(most, active);
    await new Promise((done) => setImmediate(done));
    active -= 1;
    expect(index).toBe(item);
    seen.push(item);
  });
  expect(seen.toSorted((a, b) => a - b)).toEqual(items);
  expect(most).toBe(7);
});

test("forEachParallel() rejects with the first error of an item", async () => {
  const work = async (item: number): Promise<void> => {
    if (item === 2) throw new Error("item 2");
  };
  await expect(forEachParallel([1, 2, 3], 2, work)).rejects.toThrow("item 2");
});
