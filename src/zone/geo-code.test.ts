import { describe, expect, it } from "vitest";
import { coversGeoCode, formatGeoCode, parseGeoCode } from "./geo-code.ts";
import type { GeoCode } from "./model.ts";

const code = (text: string): GeoCode => {
  const parsed = parseGeoCode(text);
  if (typeof parsed === "string") throw new Error(parsed);
  return parsed;
};

describe("parseGeoCode()", () => {
  it("reads continents, countries and subdivisions", () => {
    expect(code("EU")).toEqual({ continent: "EU", country: undefined, subdivision: undefined });
    expect(code("NA-US-CA")).toEqual({ continent: "NA", country: "US", subdivision: "CA" });
    expect(["AF", "EU-DE", "NA-CA-ON"].map(code).map(formatGeoCode)).toEqual([
      "AF",
      "EU-DE",
      "NA-CA-ON",
    ]);
  });
  it.each([
    ["eu", '"eu" is no geo code: they are in capitals, "EU"'],
    [
      "US",
      '"US" is no geo code: "US" is no continent; allowed: AF, AN, AS, EU, NA, OC, SA; the country is NA-US',
    ],
    ["EU-US", '"EU-US" is no geo code: US is in NA, write NA-US'],
    [
      "EU-UK",
      '"EU-UK" is no geo code: "UK" is no country of EU (ISO 3166-1); did you mean "EU-GB"?',
    ],
    ["NA-US-CALIF", "a subdivision is what ISO 3166-2 has after the country"],
    ["NA-US-CA-X", "a subdivision is what ISO 3166-2 has after the country"],
    ["", '"" is no continent'],
    ["NA-", "is no country of NA"],
  ])("refuses %s", (text, message) => expect(parseGeoCode(text)).toContain(message));
});

describe("coversGeoCode()", () => {
  it("holds for equal codes and wider ones", () => {
    expect(coversGeoCode(code("NA"), code("NA-US-CA"))).toBe(true);
    expect(coversGeoCode(code("NA-US"), code("NA-US"))).toBe(true);
    expect(coversGeoCode(code("NA-US-CA"), code("NA-US"))).toBe(false);
    expect(coversGeoCode(code("NA-US-CA"), code("NA-CA"))).toBe(false);
    expect(coversGeoCode(code("EU"), code("NA-US"))).toBe(false);
  });
  it("goes by the narrowest part, and holds for no place that is not known", () => {
    const russia = { continent: "AS", country: "RU", subdivision: undefined };
    expect(coversGeoCode(code("EU-RU"), russia)).toBe(true);
    expect(coversGeoCode(code("EU"), russia)).toBe(false);
    const nowhere = { continent: undefined, country: undefined, subdivision: undefined };
    expect(coversGeoCode(code("EU"), nowhere)).toBe(false);
  });
});
