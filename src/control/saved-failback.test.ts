import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Moment } from "../health/persist.ts";
import { parseFailbacks, type SavedFailback, serializeFailbacks } from "./saved-failback.ts";

const WRITTEN: Moment = { wallMs: 1_000_000, bootMs: 5000, bootId: "boot" };
const later = (ms: number, bootId = "boot"): Moment => ({
  wallMs: WRITTEN.wallMs + ms,
  bootMs: WRITTEN.bootMs + ms,
  bootId,
});
const DELAYED: SavedFailback = {
  zone: "example.com.",
  pool: "eu",
  type: 1,
  delayMs: 60_000,
  manual: false,
  serviceAgeMs: 2000,
};
const MANUAL: SavedFailback = { ...DELAYED, pool: "na", delayMs: 0, manual: true };
const QUARTER = 15 * 60_000;

describe("parseFailbacks()", () => {
  const text = serializeFailbacks([DELAYED, { ...DELAYED, serviceAgeMs: null }, MANUAL], WRITTEN);

  it("adds the time the server was away", () => {
    expect(parseFailbacks(text, later(500))).toEqual([
      { ...DELAYED, serviceAgeMs: 2500 },
      { ...DELAYED, serviceAgeMs: null },
      { ...MANUAL, serviceAgeMs: 2500 },
    ]);
  });

  it("goes by the clock of the boot where that is the same, else by the wall", () => {
    const stepped = { ...later(500), wallMs: WRITTEN.wallMs + 60_000 };
    expect(parseFailbacks(text, stepped)).toContainEqual({ ...DELAYED, serviceAgeMs: 2500 });
    const rebooted = { ...stepped, bootId: "another" };
    expect(parseFailbacks(text, rebooted)).toContainEqual({ ...DELAYED, serviceAgeMs: 62_000 });
  });

  it.each([
    ["old", QUARTER + 1],
    ["from the future", -1],
  ])("keeps only what waits for an operator of a file that is %s", (_, ms) => {
    expect(parseFailbacks(text, later(ms))).toEqual([MANUAL]);
  });

  it("believes a file of exactly a quarter of an hour", () => {
    expect(parseFailbacks(text, later(QUARTER))).toHaveLength(3);
  });

  it.each([
    ["{", "it is not JSON"],
    ["null", "it is of an unknown format"],
    ['{"format":2}', "it is of an unknown format"],
    ['{"format":1,"wallMs":1,"bootMs":1}', "it is not complete"],
    ['{"format":1,"wallMs":"1","bootMs":1,"left":[]}', "it is not complete"],
    [text.replace('"eu"', "7"), "it holds a pool that makes no sense"],
    [text.replace('"manual":true', '"manual":1'), "it holds a pool that makes no sense"],
    [text.replace("2000", "-1"), "it holds a pool that makes no sense"],
    [text.replace("2000", "1e999"), "it holds a pool that makes no sense"],
    [text.replace("60000", "null"), "it holds a pool that makes no sense"],
  ])("ignores %s whole", (broken, reason) => {
    expect(parseFailbacks(broken, later(0))).toBe(reason);
  });

  it("never throws, whatever is there", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (anything) => {
        expect(typeof parseFailbacks(anything, later(0))).toBe("string");
      }),
    );
  });
});
