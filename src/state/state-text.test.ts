import { describe, expect, it } from "vitest";
import { isRecord, isTime, parseStateText } from "./state-text.ts";

describe("parseStateText()", () => {
  it("gives what stands in a text of its format", () => {
    expect(parseStateText('{"format":2,"left":[]}\n', 2)).toEqual({ format: 2, left: [] });
  });
  it.each([
    ["", "it is not JSON"],
    ['{"format":2', "it is not JSON"],
    ["null", "it is of an unknown format"],
    ["[2]", "it is of an unknown format"],
    ['{"format":"2"}', "it is of an unknown format"],
    ['{"format":1}', "it is of an unknown format"],
  ])("says why %j is ignored", (text, reason) => {
    expect(parseStateText(text, 2)).toBe(reason);
  });
});

it("isRecord() takes objects, and no lists", () => {
  expect([{}, [], null, "text"].map(isRecord)).toEqual([true, false, false, false]);
});

it("isTime() takes finite numbers from zero on", () => {
  expect([0, 1.5, -1, Number.NaN, Number.POSITIVE_INFINITY, "1"].map(isTime)).toEqual([
    true,
    true,
    false,
    false,
    false,
    false,
  ]);
});
