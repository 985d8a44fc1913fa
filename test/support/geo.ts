/** Places, rules and networks in the few letters that tests of location need. */

import { flattenPrefixes } from "../../src/address/flatten-prefixes.ts";
import { parsePrefix } from "../../src/address/parse.ts";
import type { GeoTable, Location } from "../../src/geo/geo-table.ts";
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

function locationOf(text: string): Location {
  return { ...UNKNOWN, ...code(text) };
}

/** What a database with these prefixes would know; longer ones win. */
export function geoTable(entries: Readonly<Record<string, string>>): GeoTable {
  const locations = [UNKNOWN, ...Object.values(entries).map(locationOf)];
  const prefixes = Object.keys(entries).map((text, i) => ({
    prefix: parsePrefix(text)!,
    value: i + 1,
  }));
  const lay = (words: 1 | 4): GeoTable["v4"] => {
    const list = flattenPrefixes(words, prefixes, 0, (_, inner) => inner);
    return { starts: list.starts, locations: list.values };
  };
  return { v4: lay(1), v6: lay(4), locations, asns: undefined, sources: [] };
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
export function network(prefix: string, geo: string | undefined): Network {
  return {
    prefix: parsePrefix(prefix)!,
    geo: geo === undefined ? undefined : code(geo),
    coords: undefined,
    asn: undefined,
  };
}
