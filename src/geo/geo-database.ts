import type { RangeList } from "../address/range-list.ts";
import type { GeoSource, Location } from "./geo-table.ts";

/** One database, flattened: the values of its lists are indexes into `locations`, of which the first is unknown. */
export interface GeoDatabase {
  readonly source: GeoSource;
  readonly v4: RangeList;
  readonly v6: RangeList;
  readonly locations: readonly Location[];
  /** Numbers of autonomous systems, 0 where unknown; undefined if it has none. */
  readonly asns: { readonly v4: RangeList; readonly v6: RangeList } | undefined;
}

/** Why a database cannot be used, for the operator. */
export class GeoDataError extends Error {}
