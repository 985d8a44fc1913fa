import { expect, it } from "vitest";
import { CounterReadings, type CounterView } from "./counter-readings.ts";

function takeAll(readings: CounterReadings, counter: number): [number, number][] {
  const taken: [number, number][] = [];
  readings.take(counter, (from, turns) => taken.push([from, turns]));
  return taken;
}

it("take() tells each thread's count since the last time, from where the thread began", () => {
  const views: CounterView[] = [
    { counters: Uint32Array.of(0, 5), start: 0 },
    { counters: Uint32Array.of(40_503, 40_504), start: 40_503 },
  ];
  const readings = new CounterReadings(() => views);
  readings.refresh();
  expect(takeAll(readings, 0)).toEqual([]);
  expect(takeAll(readings, 1)).toEqual([
    [0, 5],
    [40_503, 1],
  ]);
  expect(takeAll(readings, 1)).toEqual([]);
  views[1]!.counters[1] = 40_510;
  expect(takeAll(readings, 1)).toEqual([[40_504, 6]]);
});

it("take() goes on over a counter that wraps around", () => {
  const counters = Uint32Array.of(0xffff_fff0);
  const readings = new CounterReadings(() => [{ counters, start: 0xffff_fff0 }]);
  readings.refresh();
  expect(takeAll(readings, 0)).toEqual([]);
  counters[0] = 0x10;
  expect(takeAll(readings, 0)).toEqual([[0xffff_fff0, 0x20]]);
});

it("take() finds nothing in a counter that its thread does not have yet, and all of it later", () => {
  let view: CounterView = { counters: new Uint32Array(1), start: 9 };
  const readings = new CounterReadings(() => [view]);
  readings.refresh();
  expect(takeAll(readings, 5000)).toEqual([]);
  view = { counters: new Uint32Array(6000).fill(12), start: 9 };
  readings.refresh();
  expect(takeAll(readings, 5000)).toEqual([[9, 3]]);
});

it("skip() leaves out what was counted so far", () => {
  const counters = Uint32Array.of(7);
  const readings = new CounterReadings(() => [{ counters, start: 0 }]);
  readings.refresh();
  readings.skip(0);
  counters[0] = 8;
  expect(takeAll(readings, 0)).toEqual([[7, 1]]);
});
