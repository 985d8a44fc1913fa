import { findCentroid, findContinentCentroid } from "../geo/countries.ts";
import type { Coords } from "../geo/distance.ts";
import type { GeoTable } from "../geo/geo-table.ts";
import type { Zone } from "../zone/model.ts";
import { findSite, measureTo, type Site } from "./site.ts";

/** The orders of datacenters by distance that there are, over all places that clients may be in. */
export interface Rankings {
  /**
   * By number: the rank of each datacenter that was ranked, 0 for the nearest, equal distances tied, infinite for one of
   * no known place. Undefined for clients of no known place.
   */
  readonly ranks: readonly (readonly number[] | undefined)[];
  /** The number of the ranking for clients in a place of the zone's networks or the geo data. */
  find(coords: Coords | undefined): number;
  /** Equal for equal datacenters. */
  readonly key: string;
}

/** One ranking for everybody: distance decides nothing. */
export const NO_RANKINGS: Rankings = { ranks: [undefined], find: () => 0, key: "" };

/** What has been ranked for a zone: records tend to use the same datacenters. */
interface Known {
  readonly geo: GeoTable;
  readonly points: readonly Coords[];
  readonly rankings: Map<string, Rankings>;
}

const knownOf = new WeakMap<Zone, Known>();

/**
 * Ranks datacenters of a zone for all its clients.
 *
 * @param indexes into `Zone.datacenters`
 * @param depth how many of the nearest are told apart by the client's own distance; behind them the others come as near
 *   as they are to the nearest one, so that there are not more rankings than anybody can use
 */
export function rankDatacenters(
  zone: Zone,
  indexes: readonly number[],
  depth: number,
  geo: GeoTable,
): Rankings {
  let known = knownOf.get(zone);
  if (known?.geo !== geo) {
    known = { geo, points: listPoints(zone, geo), rankings: new Map() };
    knownOf.set(zone, known);
  }
  const sites = indexes.map((index) => findSite(zone.datacenters[index]!, geo));
  const key = JSON.stringify([depth, sites]);
  const ready = known.rankings.get(key);
  if (ready !== undefined) return ready;
  const rankings = rankSites(sites, known.points, depth, key);
  known.rankings.set(key, rankings);
  return rankings;
}

/** Ranks of distances, without gaps: equal ones tie. */
export function toRanks(distances: readonly number[]): number[] {
  const sorted = [...new Set(distances)].sort((a, b) => a - b);
  const rankOf = new Map(sorted.map((distance, rank) => [distance, rank]));
  return distances.map((distance) => rankOf.get(distance)!);
}

/** Every place that a client may be in, once. */
function listPoints(zone: Zone, geo: GeoTable): Coords[] {
  const codes = zone.networks.flatMap((network) => network.geo ?? []);
  const all = [
    ...geo.locations.map(({ coords }) => coords),
    ...zone.networks.map(({ coords }) => coords),
    ...[...geo.locations, ...codes].flatMap(({ continent, country }) => [
      country === undefined ? undefined : findCentroid(country),
      continent === undefined ? undefined : findContinentCentroid(continent),
    ]),
  ];
  return [
    ...new Map(
      all.flatMap((point) => (point === undefined ? [] : [[point.join(), point]])),
    ).values(),
  ];
}

function rankSites(
  sites: readonly Site[],
  points: readonly Coords[],
  depth: number,
  key: string,
): Rankings {
  const ranks: (readonly number[] | undefined)[] = [undefined];
  const byRanks = new Map<string, number>();
  const byPoint = new Map<string, number>();
  const behind = sites.map((site) => measureAll(sites, site.coords));
  for (const point of points) {
    const ranking = rank(measureAll(sites, point), behind, depth);
    const text = ranking.join();
    let number = byRanks.get(text);
    if (number === undefined) {
      number = ranks.push(ranking) - 1;
      byRanks.set(text, number);
    }
    byPoint.set(point.join(), number);
  }
  const find = (coords: Coords | undefined): number => {
    if (coords === undefined) return 0;
    const number = byPoint.get(coords.join());
    if (number === undefined) throw new RangeError(`distances from ${coords} were not measured`);
    return number;
  };
  return { ranks, find, key };
}

function measureAll(sites: readonly Site[], from: Coords | undefined): number[] {
  return sites.map((site) =>
    from === undefined ? Number.POSITIVE_INFINITY : measureTo(site, from),
  );
}

/** @param behind by site, the distances of all sites from it */
function rank(
  distances: readonly number[],
  behind: readonly (readonly number[])[],
  depth: number,
): number[] {
  const ranks = toRanks(distances);
  const nearest = ranks.indexOf(0);
  // One less than any distance for those in front: they take the first rank of the rest.
  const rest = toRanks(ranks.map((each, i) => (each < depth ? -1 : behind[nearest]![i]!)));
  return distances.map((distance, i) => {
    if (distance === Number.POSITIVE_INFINITY) return distance;
    return ranks[i]! < depth ? ranks[i]! : depth + rest[i]! - 1;
  });
}
