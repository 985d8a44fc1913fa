import { mergeLists } from "../address/merge-lists.ts";
import { type RangeList, shareList } from "../address/range-list.ts";
import type { GeoTable, Location } from "../geo/geo-table.ts";

/** The geo table as far as rules can tell locations apart. */
export interface LocationGroups {
  readonly v4: RangeList;
  readonly v6: RangeList;
  /** By value of the lists; the coordinates are those of some member. */
  readonly locations: readonly Location[];
}

/** Kept per table: every location map of a reload starts from the same few hundred thousand ranges. */
const known = new WeakMap<GeoTable, Map<boolean, LocationGroups>>();

/** Merges locations of one continent and country, and of one subdivision if `bySubdivision`. */
export function groupLocations(geo: GeoTable, bySubdivision: boolean): LocationGroups {
  const kept = known.get(geo) ?? new Map<boolean, LocationGroups>();
  known.set(geo, kept);
  const found = kept.get(bySubdivision);
  if (found !== undefined) return found;
  const numbers = new Map<string, number>();
  const locations: Location[] = [];
  const groupOf = Uint32Array.from(geo.locations, (location) => {
    const { continent, country, subdivision } = location;
    const key = [continent, country, bySubdivision ? subdivision : undefined].join("-");
    const number = numbers.get(key) ?? locations.push(location) - 1;
    numbers.set(key, number);
    return number;
  });
  const merge = (words: 1 | 4, side: GeoTable["v4"]): RangeList =>
    shareList(
      mergeLists([{ words, starts: side.starts, values: side.locations }], ([i]) => groupOf[i!]!),
    );
  const groups = { v4: merge(1, geo.v4), v6: merge(4, geo.v6), locations };
  kept.set(bySubdivision, groups);
  return groups;
}
