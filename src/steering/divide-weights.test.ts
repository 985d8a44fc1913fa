import * as fc from "fast-check";
import { expect, it } from "vitest";
import { divideWeights, MAX_DIVIDED_SUM, type Portion } from "./divide-weights.ts";

const whole = (weight: number, scale = 1): Portion => ({ weight, scale, parts: [1] });

it("divideWeights() leaves weights alone that nobody divides", () => {
  expect(divideWeights([whole(1000), whole(999)])).toEqual([[1000], [999]]);
});

it("divideWeights() finds the smallest whole numbers in exactly these shares", () => {
  // 3 : 1 with the 3 in halves and the 1 in thirds.
  const portions = [
    { weight: 3, scale: 1, parts: [1, 1] },
    { weight: 1, scale: 1, parts: [1, 2] },
  ];
  expect(divideWeights(portions)).toEqual([
    [9, 9],
    [2, 4],
  ]);
});

it("divideWeights() scales by percents, and none away", () => {
  expect(divideWeights([whole(1, 0.25), whole(1)])).toEqual([[1], [4]]);
  expect(divideWeights([whole(1, 0.0001), whole(1)])).toEqual([[1], [100]]);
});

it("divideWeights() keeps to its bound, every share within rounding of what it should be", () => {
  const portion = fc.record({
    weight: fc.integer({ min: 1, max: 1000 }),
    scale: fc.constantFrom(1, 1, 0.01, 0.35, 0.95),
    parts: fc.array(fc.integer({ min: 1, max: 1000 }), { minLength: 1, maxLength: 8 }),
  });
  return fc.assert(
    fc.property(fc.array(portion, { minLength: 1, maxLength: 8 }), (portions) => {
      const divided = divideWeights(portions);
      expect(divided.map(({ length }) => length)).toEqual(
        portions.map(({ parts }) => parts.length),
      );
      const flat = divided.flat();
      for (const weight of flat) expect(weight).toBeGreaterThanOrEqual(1);
      for (const weight of flat) expect(Number.isInteger(weight)).toBe(true);
      if (portions.every(({ scale, parts }) => scale === 1 && parts.length === 1)) return;
      const total = flat.reduce((sum, weight) => sum + weight, 0);
      // Those who are rounded up to one come on top.
      expect(total).toBeLessThanOrEqual(MAX_DIVIDED_SUM + flat.length);
      const all = portions.reduce((sum, { weight, scale }) => sum + weight * scale, 0);
      portions.forEach(({ weight, scale, parts }, i) => {
        const ofParts = parts.reduce((sum, part) => sum + part, 0);
        parts.forEach((part, j) => {
          const wanted = (weight * scale * part) / ofParts / all;
          const error = Math.abs(divided[i]![j]! / total - wanted);
          expect(error).toBeLessThan((flat.length + 1) / MAX_DIVIDED_SUM);
        });
      });
    }),
  );
});
