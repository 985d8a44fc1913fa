import fc from "fast-check";
import { expect, test } from "vitest";
import { NO_TURNS, type PlacedTurns, placeTurns } from "./place-turns.ts";
import { RangeAllocator } from "./range-allocator.ts";

function place(
  keys: readonly number[],
  before: PlacedTurns,
  allocator: RangeAllocator,
): PlacedTurns {
  const columns = { words: new Uint32Array(keys.length), keys: Float64Array.from(keys) };
  return placeTurns(columns, before, allocator);
}

test("placeTurns() keeps the counters of RRsets that stay, and releases the others", () => {
  const allocator = new RangeAllocator();
  const before = place([7, 8, 9], NO_TURNS, allocator);
  expect([...before.counters]).toEqual([0, 1, 2]);
  const after = place([9, 5, 7, 6], before, allocator);
  expect([...after.counters]).toEqual([2, 1, 0, 3]);
  expect(allocator.size).toBe(4);
});

test("placeTurns() gives RRsets of equal keys a counter each", () => {
  const allocator = new RangeAllocator();
  const before = place([2 ** 52 + 1, 2 ** 52 + 1], NO_TURNS, allocator);
  const after = place([2 ** 52 + 1, 2 ** 52 + 1, 2 ** 52 + 1], before, allocator);
  expect([...after.counters]).toEqual([0, 1, 2]);
});

test("placeTurns() looks for no key for long, and gives the others counters anew", () => {
  const allocator = new RangeAllocator();
  const keys = Array.from({ length: 1000 }, (_, i) => i * 2 ** 32);
  const before = place(keys, NO_TURNS, allocator);
  const after = place(keys.toReversed(), before, allocator);
  const kept = keys.filter((_, i) => before.counters[i] === after.counters[999 - i]);
  expect(kept.length).toBeGreaterThan(250);
  expect(kept.length).toBeLessThan(400);
  expect(new Set(after.counters).size).toBe(1000);
  expect(allocator.size).toBe(1000);
});

test("placeTurns() gives no two RRsets one counter, over any reloads of several zones", () => {
  const keys = fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 30 });
  const reloads = fc.array(fc.record({ zone: fc.nat(2), keys }), { maxLength: 12 });
  fc.assert(
    fc.property(reloads, (steps) => {
      const allocator = new RangeAllocator();
      const zones = [NO_TURNS, NO_TURNS, NO_TURNS];
      for (const { zone, keys: wanted } of steps) {
        zones[zone] = place(wanted, zones[zone]!, allocator);
        const counters = zones.flatMap((each) => [...each.counters]);
        expect(new Set(counters).size).toBe(counters.length);
        expect(Math.max(-1, ...counters)).toBeLessThan(allocator.size);
      }
    }),
  );
});
