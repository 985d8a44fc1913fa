import { describe, expect, it } from "vitest";
import { findCentroid, findContinent, isContinent, isCountry } from "./countries.ts";

describe("findContinent()", () => {
  it("draws the borders as octoDNS does", () => {
    const expected = {
      DE: "EU",
      RU: "EU",
      TR: "AS",
      CY: "AS",
      EG: "AF",
      MX: "NA",
      PR: "NA",
      AU: "OC",
      BR: "SA",
      AQ: "AN",
      NA: "AF",
    };
    for (const [country, continent] of Object.entries(expected)) {
      expect(findContinent(country), country).toBe(continent);
    }
    expect(findContinent("ZZ")).toBeUndefined();
  });
});

describe("findCentroid()", () => {
  it("has a point on the globe for every country there is", () => {
    const letters = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZ"];
    const codes = letters.flatMap((a) => letters.map((b) => a + b)).filter(isCountry);
    expect(codes).toHaveLength(250);
    for (const code of codes) {
      const [latitude, longitude] = findCentroid(code)!;
      expect(Math.abs(latitude), code).toBeLessThanOrEqual(90);
      expect(Math.abs(longitude), code).toBeLessThanOrEqual(180);
    }
  });

  it("has latitude first", () => {
    const [latitude, longitude] = findCentroid("JP")!;
    expect(Math.round(latitude)).toBe(36);
    expect(Math.round(longitude)).toBe(138);
  });
});

describe("isContinent()", () => {
  it("knows the seven codes and nothing else", () => {
    expect(["AF", "AN", "AS", "EU", "NA", "OC", "SA"].every(isContinent)).toBe(true);
    for (const code of ["eu", "US", "", "constructor", "toString"])
      expect(isContinent(code)).toBe(false);
  });
});
