import { mergeLists } from "../address/merge-lists.ts";
import { createUniformList, type RangeList, shareList } from "../address/range-list.ts";
import { findCentroid } from "./countries.ts";
import type { GeoDatabase } from "./geo-database.ts";
import type { AsnRanges, GeoTable, Location } from "./geo-table.ts";
import { LocationList, UNKNOWN_LOCATION } from "./location-list.ts";

/**
 * Lays databases over each other. The first that knows the country decides it and the continent; subdivision and
 * coordinates come from the first that has them and agrees about the country. A country's centroid stands in for
 * coordinates that nobody has. The number of the autonomous system comes from the first that has one.
 */
export function combineDatabases(databases: readonly GeoDatabase[]): GeoTable {
  const combined = new LocationList();
  const find = createCombiner(databases, combined);
  const merge = (words: 1 | 4, lists: readonly RangeList[]): GeoTable["v4"] => {
    // Without a database everything is unknown.
    const layers = lists.length === 0 ? [createUniformList(words)] : lists;
    const { starts, values } = shareList(mergeLists(layers, find));
    return { starts, locations: values };
  };
  return {
    v4: merge(
      1,
      databases.map(({ v4 }) => v4),
    ),
    v6: merge(
      4,
      databases.map(({ v6 }) => v6),
    ),
    locations: combined.locations,
    asns: combineAsns(databases),
    sources: databases.map(({ source }) => source),
  };
}

/** The first database that knows the AS number of an address decides it. */
function combineAsns(databases: readonly GeoDatabase[]): GeoTable["asns"] {
  const known = databases.flatMap(({ asns }) => (asns === undefined ? [] : [asns]));
  if (known.length === 0) return undefined;
  const merge = (lists: readonly RangeList[]): AsnRanges => {
    const merged = mergeLists(lists, (asns) => asns.find((asn) => asn !== 0) ?? 0);
    const { starts, values } = shareList(merged);
    return { starts, asns: values };
  };
  return { v4: merge(known.map(({ v4 }) => v4)), v6: merge(known.map(({ v6 }) => v6)) };
}

/** What two databases know of one place, the first one preferred. */
export function combineLocations(first: Location, second: Location): Location {
  if (first.country === undefined) {
    return { ...second, continent: second.continent ?? first.continent };
  }
  if (first.country !== second.country) return first;
  return {
    ...first,
    subdivision: first.subdivision ?? second.subdivision,
    coords: first.coords ?? second.coords,
  };
}

/** From the numbers of the databases' locations at one place to that of the combined one; each combination made once. */
function createCombiner(
  databases: readonly GeoDatabase[],
  combined: LocationList,
): (numbers: readonly number[]) => number {
  const partial = new LocationList();
  const steps = databases.map((database) => ({
    database,
    known: new Map<number, number>(),
    // One of two neighbours often keeps its value, which saves the look at the map.
    lastKey: -1,
    last: 0,
  }));
  const finished = new Map<number, number>();
  return (numbers) => {
    let number = 0;
    for (let i = 0; i < steps.length; i++) {
      const step = steps[i]!;
      const { database, known } = step;
      const key = number * database.locations.length + numbers[i]!;
      if (key === step.lastKey) {
        number = step.last;
        continue;
      }
      let next = known.get(key);
      if (next === undefined) {
        const location = database.locations[numbers[i]!] ?? UNKNOWN_LOCATION;
        next = partial.add(combineLocations(partial.locations[number]!, location));
        known.set(key, next);
      }
      step.lastKey = key;
      step.last = next;
      number = next;
    }
    let result = finished.get(number);
    if (result === undefined) {
      result = combined.add(addCentroid(partial.locations[number]!));
      finished.set(number, result);
    }
    return result;
  };
}

function addCentroid(location: Location): Location {
  if (location.coords !== undefined || location.country === undefined) return location;
  return { ...location, coords: findCentroid(location.country) };
}
