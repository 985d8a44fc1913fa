import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compileSequence } from "./sequence.ts";

const weights = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 2, maxLength: 8 });

describe("compileSequence()", () => {
  it("needs no cycle for equal weights", () => {
    expect(compileSequence([4, 4, 4])).toBeUndefined();
    expect(compileSequence([7])).toBeUndefined();
  });

  it("divides the weights by what they have in common", () => {
    expect(compileSequence([300, 100])).toEqual(Uint16Array.of(0, 0, 0, 1));
  });

  it("interleaves", () => {
    expect([...compileSequence([3, 2])!]).toEqual([0, 1, 0, 0, 1]);
    expect([...compileSequence([4, 1, 1, 1, 1])!].filter((_, i) => i % 2 === 0)).toEqual([
      0, 0, 0, 0,
    ]);
  });

  it("gives every value exactly its share of a cycle", () =>
    fc.assert(
      fc.property(weights, (weights) => {
        const cycle = compileSequence(weights);
        fc.pre(cycle !== undefined);
        const sum = weights.reduce((a, b) => a + b);
        for (const [index, weight] of weights.entries()) {
          const led = cycle!.filter((leader) => leader === index).length;
          expect(led * sum).toBe(weight * cycle!.length);
        }
      }),
    ));

  it("keeps every value less than one turn from its share after every answer", () =>
    fc.assert(
      fc.property(weights, (weights) => {
        const cycle = compileSequence(weights);
        fc.pre(cycle !== undefined);
        const sum = weights.reduce((a, b) => a + b);
        const led = weights.map(() => 0);
        for (const [at, leader] of cycle!.entries()) {
          led[leader]! += 1;
          for (const [index, weight] of weights.entries()) {
            // In whole numbers: led − share·answers, times the sum.
            expect(Math.abs(led[index]! * sum - weight * (at + 1))).toBeLessThan(sum);
          }
        }
      }),
    ));

  it("gives the same object for the same ratio", () => {
    expect(compileSequence([2, 6])).toBe(compileSequence([1, 3]));
  });
});
