import { expect, it } from "vitest";
import { createFakeClock } from "../test/support/fake-clock.ts";
import { followExpiry } from "./follow-expiry.ts";
import type { Log } from "./log/log.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

it("followExpiry() warns once a day from 14 days on, and tells of the end within the hour", () => {
  const lines: unknown[][] = [];
  const clock = createFakeClock();
  const put = (level: string) => (fields: { names: string; days?: number }, message: string) => {
    expect(fields).toMatchObject({ names: "DNS:a.test" });
    const days = fields.days === undefined ? [] : ([fields.days] as const);
    lines.push([level, Math.round((clock.now() / DAY) * 100) / 100, message, ...days]);
  };
  let life = { names: "DNS:a.test", expiresAt: 16.5 * DAY };
  const end = followExpiry({
    read: () => life,
    clock,
    wallNow: clock.now,
    log: { warn: put("warn"), error: put("error") } as unknown as Log,
  });
  clock.advance(2 * DAY);
  expect(lines).toEqual([]);
  clock.advance(2 * DAY);
  expect(lines).toEqual([
    ["warn", 2.5, "certificate in use expires soon", 14],
    ["warn", 3.5, "certificate in use expires soon", 13],
  ]);
  clock.advance(14 * DAY);
  expect(lines.length).toBe(16);
  expect(lines.slice(13)).toEqual([
    ["warn", 15.5, "certificate in use expires soon", 1],
    ["error", 16.5, "certificate in use has expired"],
    ["error", 17.5, "certificate in use has expired"],
  ]);
  life = { names: "DNS:a.test", expiresAt: 100 * DAY };
  clock.advance(10 * DAY);
  expect(lines.length).toBe(16);
  end();
  expect(clock.pendingTimers()).toBe(0);
});

it("followExpiry() tells of one that has expired when it begins, and of another that is no better", () => {
  const lines: string[] = [];
  const clock = createFakeClock();
  let expiresAt = 1000 * DAY;
  followExpiry({
    read: () => ({ names: "DNS:a.test", expiresAt }),
    clock,
    wallNow: () => 1001 * DAY,
    log: {
      error: (fields: { expires: string }) => lines.push(fields.expires),
    } as unknown as Log,
  });
  expect(lines).toEqual(["1972-09-27T00:00:00.000Z"]);
  expiresAt -= DAY;
  clock.advance(HOUR);
  expect(lines).toEqual(["1972-09-27T00:00:00.000Z", "1972-09-26T00:00:00.000Z"]);
});
