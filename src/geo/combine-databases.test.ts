import { describe, expect, it } from "vitest";
import { flattenPrefixes } from "../address/flatten-prefixes.ts";
import { parseAddress, parsePrefix } from "../address/parse.ts";
import { createUniformList, type RangeList } from "../address/range-list.ts";
import { combineDatabases, combineLocations } from "./combine-databases.ts";
import { findAsn, findLocation } from "./find-location.ts";
import type { GeoDatabase } from "./geo-database.ts";
import type { GeoTable, Location } from "./geo-table.ts";
import { UNKNOWN_LOCATION } from "./location-list.ts";

function place(text: string, coords?: readonly [number, number]): Location {
  const [continent, country, subdivision] = text.split("-");
  return { continent, country, subdivision, coords };
}

function database(name: string, entries: Readonly<Record<string, Location>>): GeoDatabase {
  const prefixes = Object.keys(entries).map((text, i) => ({
    prefix: parsePrefix(text)!,
    value: i + 1,
  }));
  const lay = (words: 1 | 4): GeoDatabase["v4"] =>
    flattenPrefixes(words, prefixes, 0, (_, inner) => inner);
  return {
    source: { name, built: undefined, attribution: undefined },
    v4: lay(1),
    v6: lay(4),
    locations: [UNKNOWN_LOCATION, ...Object.values(entries)],
    asns: undefined,
  };
}

function find(table: GeoTable, address: string): Location {
  return findLocation(table, parseAddress(address)!);
}

describe("combineDatabases()", () => {
  it("asks the first database for the country, the next ones for what it does not have", () => {
    const table = combineDatabases([
      database("first", { "20.0.0.0/8": place("EU-DE"), "2a00::/16": place("EU-DE") }),
      database("second", {
        "20.0.0.0/9": place("EU-DE-BE", [52, 13]),
        "20.128.0.0/9": place("EU-FR-IDF", [49, 2]),
        "21.0.0.0/8": place("NA-US-CA", [34, -118]),
        "2a00::/12": place("EU-DE-HE"),
      }),
    ]);
    expect(find(table, "20.0.0.1")).toEqual(place("EU-DE-BE", [52, 13]));
    // France is not where the first one says this is: Germany's centroid, and no subdivision.
    expect(find(table, "20.200.0.1")).toEqual(place("EU-DE", [51, 9]));
    expect(find(table, "21.0.0.1")).toEqual(place("NA-US-CA", [34, -118]));
    expect(find(table, "22.0.0.1")).toEqual(UNKNOWN_LOCATION);
    expect(find(table, "2a00::1")).toEqual(place("EU-DE-HE", [51, 9]));
    expect(table.sources.map(({ name }) => name)).toEqual(["first", "second"]);
  });

  it("takes the AS number from the first database that has one", () => {
    const entries = (asn: number, text: string): RangeList =>
      flattenPrefixes(1, [{ prefix: parsePrefix(text)!, value: asn }], 0, (_, inner) => inner);
    const none = createUniformList(4);
    const table = combineDatabases([
      database("places", { "20.0.0.0/8": place("EU-DE") }),
      { ...database("first", {}), asns: { v4: entries(64_500, "20.1.0.0/16"), v6: none } },
      { ...database("second", {}), asns: { v4: entries(64_501, "20.0.0.0/8"), v6: none } },
    ]);
    expect(findAsn(table, parseAddress("20.1.0.1")!)).toBe(64_500);
    expect(findAsn(table, parseAddress("20.2.0.1")!)).toBe(64_501);
    expect(findAsn(table, parseAddress("21.0.0.1")!)).toBeUndefined();
    expect(find(table, "20.1.0.1").country).toBe("DE");
  });

  it("merges neighbours that come out equal, and lives in shared memory", () => {
    const table = combineDatabases([
      database("one", { "20.0.0.0/9": place("EU-DE"), "20.128.0.0/9": place("EU-DE", [51, 9]) }),
    ]);
    expect([...table.v4.starts]).toEqual([0, 0x1400_0000, 0x1500_0000]);
    expect(table.locations).toHaveLength(2);
    for (const words of [
      table.v4.starts,
      table.v4.locations,
      table.v6.starts,
      table.v6.locations,
    ]) {
      expect(words.buffer).toBeInstanceOf(SharedArrayBuffer);
      expect(words.buffer.byteLength).toBe(words.byteLength);
    }
  });

  it("knows nothing without a database", () => {
    expect(find(combineDatabases([]), "20.0.0.1")).toEqual(UNKNOWN_LOCATION);
    expect(find(combineDatabases([]), "::1")).toEqual(UNKNOWN_LOCATION);
  });
});

describe("combineLocations()", () => {
  it("keeps a continent that only the first one knows", () => {
    const country = { ...UNKNOWN_LOCATION, country: "DE" };
    expect(combineLocations(place("EU"), country)).toEqual(place("EU-DE"));
    expect(combineLocations(place("EU"), UNKNOWN_LOCATION)).toEqual(place("EU"));
    expect(combineLocations(place("EU"), place("AS-CY")).continent).toBe("AS");
  });
});
