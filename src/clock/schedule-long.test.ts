import { expect, test } from "vitest";
import { createFakeClock } from "../../test/support/fake-clock.ts";
import { scheduleLong } from "./schedule-long.ts";

const DAY = 86_400_000;

test("scheduleLong() waits longer than a timer can, to the moment", () => {
  const waits: number[] = [];
  const clock = createFakeClock();
  const spied = {
    ...clock,
    schedule: (callback: () => void, delayMs: number) => {
      waits.push(delayMs);
      return clock.schedule(callback, delayMs);
    },
  };
  let calls = 0;
  scheduleLong(spied, () => calls++, 60 * DAY);
  clock.advance(60 * DAY - 1);
  expect(calls).toBe(0);
  clock.advance(1);
  expect(calls).toBe(1);
  expect(Math.max(...waits)).toBeLessThan(2 ** 31);
});

test("scheduleLong() can be cancelled at any time of the wait", () => {
  const clock = createFakeClock();
  const cancel = scheduleLong(clock, () => expect.fail("it was cancelled"), 60 * DAY);
  clock.advance(40 * DAY);
  cancel();
  clock.advance(40 * DAY);
  expect(clock.pendingTimers()).toBe(0);
});
