import { expect, test } from "vitest";
import { ageAtPrimary, readRefreshTimes, shorten, waitForFirst } from "./refresh-times.ts";

const SOA = { serial: 1, refresh: 7200, retry: 900, expire: 1_209_600, minimum: 60 };

test("readRefreshTimes() does as the SOA says", () => {
  expect(readRefreshTimes(SOA)).toEqual({
    refreshMs: 7_200_000,
    retryMs: 900_000,
    expireMs: 1_209_600_000,
  });
});

test("readRefreshTimes() neither hammers a primary nor forgets it", () => {
  expect(readRefreshTimes({ ...SOA, refresh: 0, retry: 0 })).toMatchObject({
    refreshMs: 5000,
    retryMs: 2000,
  });
  const longest = { ...SOA, refresh: 0xffff_ffff, retry: 0xffff_ffff, expire: 0xffff_ffff };
  expect(readRefreshTimes(longest)).toEqual({
    refreshMs: 28 * 86_400_000,
    retryMs: 7 * 86_400_000,
    expireMs: 365 * 86_400_000,
  });
});

test("readRefreshTimes() lets no zone expire before its primaries have been asked again, and once more", () => {
  expect(readRefreshTimes({ ...SOA, expire: 1 })).toMatchObject({ expireMs: 8_100_000 });
});

test("ageAtPrimary() is what is gone of the time that the SOA gives", () => {
  expect(ageAtPrimary(SOA, 1_209_500)).toBe(100);
  expect(ageAtPrimary(SOA, 0)).toBe(1_209_600);
  expect([undefined, 1_209_600, 0xffff_ffff].map((one) => ageAtPrimary(SOA, one))).toEqual([
    0, 0, 0,
  ]);
  // Of more than we keep any zone for, and of less than it takes to ask again.
  expect(ageAtPrimary({ ...SOA, expire: 0xffff_ffff }, 0xffff_fff0)).toBe(0);
  expect(ageAtPrimary({ ...SOA, expire: 0xffff_ffff }, 100)).toBe(365 * 86_400 - 100);
  expect(ageAtPrimary({ ...SOA, expire: 2 }, 1)).toBe(8100 - 1);
});

test("waitForFirst() doubles up to ten minutes, however long it goes on", () => {
  expect([1, 2, 3, 9, 10, 11, 5000].map(waitForFirst)).toEqual([
    2000, 4000, 8000, 512_000, 600_000, 600_000, 600_000,
  ]);
});

test("shorten() takes up to a tenth off", () => {
  expect(shorten(1000, 0)).toBe(1000);
  expect(shorten(1000, 1)).toBe(900);
});
