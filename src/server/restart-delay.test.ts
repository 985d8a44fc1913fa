import { expect, it } from "vitest";
import { nextRestartDelay } from "./restart-delay.ts";

it("nextRestartDelay() is 0 for the first death, then doubles from 100 ms to 5 s", () => {
  const delays: number[] = [];
  let previous: number | undefined;
  for (let i = 0; i < 9; i++) {
    previous = nextRestartDelay(previous, 10);
    delays.push(previous);
  }
  expect(delays).toEqual([0, 100, 200, 400, 800, 1600, 3200, 5000, 5000]);
});

it("nextRestartDelay() forgets a crash loop after a thread that lived", () => {
  expect(nextRestartDelay(5000, 500)).toBe(0);
  expect(nextRestartDelay(5000, 499)).toBe(5000);
});
