import type { Clock } from "../../src/clock/clock.ts";
import { createDueQueue } from "../../src/health/due-queue.ts";

/** A clock that moves only when told to. Timers run in the order in which they are due. */
export interface FakeClock extends Clock {
  /** Runs everything that is due within the next `ms`, then stands at the end of them. */
  advance(ms: number): void;
  /** Jumps without running anything, as a stopped process does; what is overdue runs at the next advance. */
  freeze(ms: number): void;
  pendingTimers(): number;
}

export function createFakeClock(start = 0): FakeClock {
  const queue = createDueQueue<{ callback: () => void; isCancelled: boolean }>();
  let time = start;
  let pending = 0;
  return {
    now: () => time,
    schedule(callback, delayMs) {
      const timer = { callback, isCancelled: false };
      queue.add(timer, time + Math.max(0, delayMs));
      pending++;
      return () => {
        if (!timer.isCancelled) pending--;
        timer.isCancelled = true;
      };
    },
    advance(ms) {
      const end = time + ms;
      for (let top = queue.peek(); top !== undefined && top.due <= end; top = queue.peek()) {
        queue.drop();
        if (top.item.isCancelled) continue;
        time = Math.max(time, top.due);
        top.item.isCancelled = true;
        pending--;
        top.item.callback();
      }
      time = Math.max(time, end);
    },
    freeze(ms) {
      time += ms;
    },
    pendingTimers: () => pending,
  };
}
