import { expect, it } from "vitest";
import { CounterTotals } from "./counter-totals.ts";

it("sample() goes on over a counter that wraps around", () => {
  const counters = Uint32Array.of(0, 7);
  const totals = new CounterTotals(counters);
  expect(totals.sample()).toEqual([0, 7]);
  counters[0] = 0xffff_fff0;
  expect(totals.sample()).toEqual([0xffff_fff0, 7]);
  counters[0] = 0x10;
  counters[1] = 9;
  expect(totals.sample()).toEqual([0x1_0000_0010, 9]);
});
