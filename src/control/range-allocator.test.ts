import fc from "fast-check";
import { expect, test } from "vitest";
import { RangeAllocator } from "./range-allocator.ts";

test("take() returns the lowest free run that is long enough", () => {
  const allocator = new RangeAllocator();
  expect([allocator.take(3), allocator.take(2), allocator.take(4)]).toEqual([0, 3, 5]);
  allocator.release(3, 2);
  expect(allocator.take(3)).toBe(9);
  expect(allocator.take(1)).toBe(3);
  expect(allocator.take(1)).toBe(4);
});

test("release() joins neighbouring runs", () => {
  const allocator = new RangeAllocator();
  for (let i = 0; i < 4; i++) allocator.take(2);
  allocator.release(0, 2);
  allocator.release(4, 2);
  allocator.release(2, 2);
  expect(allocator.take(6)).toBe(0);
  expect(allocator.size).toBe(8);
});

test("take() never hands out a number twice", () => {
  const steps = fc.array(fc.record({ count: fc.integer({ min: 1, max: 5 }), drop: fc.nat() }));
  fc.assert(
    fc.property(steps, (list) => {
      const allocator = new RangeAllocator();
      const held: { start: number; count: number }[] = [];
      for (const { count, drop } of list) {
        if (drop % 3 === 0 && held.length > 0) {
          const [run] = held.splice(drop % held.length, 1);
          allocator.release(run!.start, run!.count);
        } else {
          held.push({ start: allocator.take(count), count });
        }
        const numbers = held.flatMap((run) =>
          Array.from({ length: run.count }, (_, i) => run.start + i),
        );
        expect(new Set(numbers).size).toBe(numbers.length);
        for (const number of numbers) expect(number).toBeLessThan(allocator.size);
      }
    }),
  );
});

test("takeEach() and releaseEach() do what take() and release() of single numbers do", () => {
  const steps = fc.array(
    fc.record({
      count: fc.nat(12),
      kept: fc.array(fc.boolean(), { minLength: 12, maxLength: 12 }),
    }),
    { maxLength: 10 },
  );
  fc.assert(
    fc.property(steps, (list) => {
      const [one, many] = [new RangeAllocator(), new RangeAllocator()];
      for (const { count, kept } of list) {
        const singles = Array.from({ length: count }, () => one.take(1));
        const together = many.takeEach(count);
        expect([...together]).toEqual(singles);
        expect(many.size).toBe(one.size);
        const released = together.filter((_, i) => !kept[i]).reverse();
        for (const number of released) one.release(number, 1);
        many.releaseEach(released);
      }
      expect(many.take(3)).toBe(one.take(3));
    }),
  );
});
