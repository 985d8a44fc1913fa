/** Places, rules and networks in the few letters that tests of location need. */

import { flattenPrefixes } from "../../src/address/flatten-prefixes.ts";
import { parsePrefix } from "../../src/address/parse.ts";
import type { RangeList } from "../../src/address/range-list.ts";
import type { AsnRanges, GeoTable, Location } from "../../src/geo/geo-table.ts";
import type { ClassRule } from "../../src/steering/compile-location-map.ts";
import type { GeoCode, Network } from "../../src/zone/model.ts";

/** The location of which nothing is known. */
export const UNKNOWN: Location = {
  continent: undefined,
  country: undefined,
  subdivision: undefined,
  coords: undefined,
};

/** `EU`, `NA-US`, `NA-US-CA`. */
export function code(text: string): GeoCode {
  const [continent, country, subdivision] = text.split("-");
  return { continent: continent!, country, subdivision };
}

/** `EU-DE`, or `EU-DE 50.1 8.7` with coordinates. */
function locationOf(text: string): Location {
  const [place, latitude, longitude] = text.split(" ");
  const coords =
    latitude === undefined ? undefined : ([Number(latitude), Number(longitude)] as const);
  return { ...UNKNOWN, ...code(place!), coords };
}

/** What databases with these prefixes would know; longer ones win. */
export function geoTable(
  entries: Readonly<Record<string, string>>,
  asns?: Readonly<Record<string, number>>,
): GeoTable {
  const lay = (words: 1 | 4): GeoTable["v4"] => {
    const list = layOut(
      words,
      Object.keys(entries).map((text, i) => [text, i + 1]),
    );
    return { starts: list.starts, locations: list.values };
  };
  const number = (words: 1 | 4): AsnRanges => {
    const list = layOut(words, Object.entries(asns ?? {}));
    return { starts: list.starts, asns: list.values };
  };
  return {
    v4: lay(1),
    v6: lay(4),
    locations: [UNKNOWN, ...Object.values(entries).map(locationOf)],
    asns: asns === undefined ? undefined : { v4: number(1), v6: number(4) },
    sources: [],
  };
}

function layOut(words: 1 | 4, entries: readonly (readonly [string, number])[]): RangeList {
  const prefixes = entries.map(([text, value]) => ({ prefix: parsePrefix(text)!, value }));
  return flattenPrefixes(words, prefixes, 0, (_, inner) => inner);
}

/** A rule for a class of clients. */
export function rule(
  outcome: number,
  geos: string[],
  subnets: string[] = [],
  asns: number[] = [],
): ClassRule {
  return {
    classes: [outcome],
    geos: geos.map(code),
    subnets: subnets.map((text) => parsePrefix(text)!),
    asns,
  };
}

/** An operator's correction. */
export function network(
  prefix: string,
  geo: string | undefined,
  coords?: readonly [number, number],
  asn?: number,
): Network {
  return {
    prefix: parsePrefix(prefix)!,
    geo: geo === undefined ? undefined : code(geo),
    coords,
    asn,
  };
}
