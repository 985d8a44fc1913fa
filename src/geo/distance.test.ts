import { describe, expect, it } from "vitest";
import { applyBias, type Coords, findMiddle, measureDistance } from "./distance.ts";

describe("measureDistance()", () => {
  it.each<[string, Coords, Coords, number]>([
    ["Frankfurt to Ashburn", [50.11, 8.68], [38.95, -77.45], 6550],
    ["London to Sydney", [51.5, -0.13], [-33.87, 151.21], 16_990],
    ["over the date line", [0, 179.5], [0, -179.5], 111],
    ["pole to pole", [90, 12], [-90, -50], 20_015],
    ["nowhere", [1.35, 103.99], [1.35, 103.99], 0],
  ])("%s", (_, from, to, kilometres) => {
    expect(Math.abs(measureDistance(from, to) - kilometres)).toBeLessThan(15);
    expect(measureDistance(to, from)).toBeCloseTo(measureDistance(from, to), 6);
  });
});

describe("applyBias()", () => {
  it("takes per cent off, or makes of a distance what those per cent are of", () => {
    expect(applyBias(1000, 0)).toBe(1000);
    expect(applyBias(1000, 25)).toBe(750);
    expect(applyBias(1000, -50)).toBe(2000);
    expect(applyBias(1000, 99)).toBeCloseTo(10);
    expect(applyBias(1000, -99)).toBeCloseTo(100_000);
  });
});

describe("findMiddle()", () => {
  it("goes the short way round the earth", () => {
    const middle = findMiddle([
      [10, 179],
      [10, -179],
    ])!;
    expect(middle[0]).toBeCloseTo(10, 0);
    expect(Math.abs(middle[1])).toBeCloseTo(180);
    expect(findMiddle([])).toBeUndefined();
  });
});
