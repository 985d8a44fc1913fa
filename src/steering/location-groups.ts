import { mergeLists } from "../address/merge-lists.ts";
import { type RangeList, shareList } from "../address/range-list.ts";
import type { GeoTable, Location } from "../geo/geo-table.ts";

/** The geo table as far as rules can tell locations apart. */
export interface LocationGroups {
  readonly v4: RangeList;
  readonly v6: RangeList;
  /** By value of the lists; what does not matter is that of some member. */
  readonly locations: readonly Location[];
}

/** What is told apart beside continent and country. */
export type Detail = "country" | "subdivision" | "everything";

/** Kept per table: every location map of a reload starts from the same few hundred thousand ranges. */
const known = new WeakMap<GeoTable, Map<Detail, LocationGroups>>();

/** Merges locations that are told apart by nothing that matters. */
export function groupLocations(geo: GeoTable, detail: Detail): LocationGroups {
  const kept = known.get(geo) ?? new Map<Detail, LocationGroups>();
  known.set(geo, kept);
  const found = kept.get(detail);
  if (found !== undefined) return found;
  const groups = detail === "everything" ? listAll(geo) : merge(geo, detail === "subdivision");
  kept.set(detail, groups);
  return groups;
}

function listAll({ v4, v6, locations }: GeoTable): LocationGroups {
  return {
    v4: { words: 1, starts: v4.starts, values: v4.locations },
    v6: { words: 4, starts: v6.starts, values: v6.locations },
    locations,
  };
}

function merge(geo: GeoTable, bySubdivision: boolean): LocationGroups {
  const all = listAll(geo);
  const numbers = new Map<string, number>();
  const locations: Location[] = [];
  const groupOf = Uint32Array.from(all.locations, (location) => {
    const { continent, country, subdivision } = location;
    const key = [continent, country, bySubdivision ? subdivision : undefined].join("-");
    const number = numbers.get(key) ?? locations.push(location) - 1;
    numbers.set(key, number);
    return number;
  });
  const regroup = (list: RangeList): RangeList =>
    shareList(mergeLists([list], ([i]) => groupOf[i!]!));
  return { v4: regroup(all.v4), v6: regroup(all.v6), locations };
}
