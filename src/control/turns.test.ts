import fc from "fast-check";
import { expect, it } from "vitest";
import { compileSequence } from "../steering/sequence.ts";
import { countLeads, distributeTurns } from "./turns.ts";

function distribute(
  records: number,
  cycle: Uint16Array | undefined,
  from: number,
  turns: number,
): number[] {
  const led = new Array<number>(records).fill(0);
  distributeTurns(records, cycle, from, turns, (record, answers) => {
    led[record]! += answers;
  });
  return led;
}

it("distributeTurns() finds what counting answer by answer finds", () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 6 }),
      fc.oneof(
        fc.integer({ min: 0, max: 5000 }),
        fc.integer({ min: 2 ** 32 - 300, max: 2 ** 32 - 1 }),
      ),
      fc.integer({ min: 0, max: 600 }),
      (weights, from, turns) => {
        const cycle = compileSequence(weights);
        const expected = weights.map(() => 0);
        for (let i = 0; i < turns; i++) {
          const turn = (from + i) % 2 ** 32;
          const record = cycle === undefined ? turn % weights.length : cycle[turn % cycle.length]!;
          expected[record]!++;
        }
        expect(distribute(weights.length, cycle, from, turns)).toEqual(expected);
      },
    ),
  );
});

it("distributeTurns() gives everything to the first where only the first leads", () => {
  expect(distribute(3, Uint16Array.of(0), 2 ** 32 - 2, 1_000_000)).toEqual([1_000_000, 0, 0]);
});

it("countLeads() counts each record once without a cycle", () => {
  expect(countLeads(3, undefined)).toEqual([1, 1, 1]);
  expect(countLeads(3, Uint16Array.of(0, 2, 0))).toEqual([2, 0, 1]);
});
