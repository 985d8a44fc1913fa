import { expect, it, vi } from "vitest";
import type { Log } from "./log/log.ts";
import { reportRateLimits } from "./report-rate-limits.ts";

it("reportRateLimits() says once in a while what was limited, and nothing when nothing was", () => {
  vi.useFakeTimers();
  const lines: string[] = [];
  const warn = (fields: object, message: string): void => {
    lines.push(`${message} ${JSON.stringify(fields)}`);
  };
  const totals = { answer: { slipped: 5, dropped: 5 }, error: { slipped: 0, dropped: 0 } };
  const end = reportRateLimits(() => totals, false, { warn } as unknown as Log);
  vi.advanceTimersByTime(120_000);
  expect(lines).toEqual([]);
  totals.answer = { slipped: 7, dropped: 9 };
  totals.error = { slipped: 1, dropped: 0 };
  vi.advanceTimersByTime(60_000);
  vi.advanceTimersByTime(60_000);
  expect(lines).toEqual(['responses limited in rate {"dropped":4,"slipped":3}']);
  end();
  totals.error = { slipped: 9, dropped: 0 };
  vi.advanceTimersByTime(120_000);
  expect(lines).toHaveLength(1);
  vi.useRealTimers();
});
