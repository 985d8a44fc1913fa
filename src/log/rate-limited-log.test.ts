import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Log } from "./log.ts";
import { createRateLimitedLog } from "./rate-limited-log.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function record(): { readonly lines: string[]; readonly log: Log } {
  const lines: string[] = [];
  const add = (_: unknown, message: string): void => {
    lines.push(message);
  };
  return { lines, log: { debug: add, info: add, warn: add, error: add } };
}

test("createRateLimitedLog() passes so many lines a second on and reports the exact rest", () => {
  const { lines, log } = record();
  const limited = createRateLimitedLog(log, 2);
  for (let i = 0; i < 5; i++) limited.warn({}, `line ${i}`);
  expect(lines).toEqual(["line 0", "line 1"]);
  vi.advanceTimersByTime(1000);
  expect(lines).toEqual(["line 0", "line 1", "3 log lines suppressed"]);
  limited.error({}, "next second");
  expect(lines.at(-1)).toBe("next second");
});

test("createRateLimitedLog() says nothing of suppressed lines when there were none", () => {
  const { lines, log } = record();
  createRateLimitedLog(log, 2).info({}, "only");
  vi.advanceTimersByTime(5000);
  expect(lines).toEqual(["only"]);
});
