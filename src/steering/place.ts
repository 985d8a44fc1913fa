import { findCentroid, findContinentCentroid } from "../geo/countries.ts";
import type { Location } from "../geo/geo-table.ts";
import type { Network } from "../zone/model.ts";

/** Where an address is, as far as anybody knows. */
export interface Place {
  readonly location: Location;
  /** Its autonomous system. */
  readonly asn: number | undefined;
}

/** What of a place the rules of a steered name look at, beside continent and country. */
export interface Matters {
  readonly asn: boolean;
  readonly distance: boolean;
}

/**
 * Lays the operator's networks over what the databases know. The first network with a geo decides the place; coordinates
 * come from the first that has some and does not put the address in another country, else from the databases if they
 * agree about the country, else from the country's centroid, else from the continent's.
 *
 * @param holding the networks that hold the address, longest prefix first
 */
export function resolvePlace(holding: readonly Network[], databases: Place): Place {
  const known = databases.location;
  const place = holding.find(({ geo }) => geo !== undefined)?.geo ?? known;
  const corrected = holding.find(
    ({ geo, coords }) =>
      coords !== undefined && (geo === undefined || geo.country === place.country),
  );
  const { continent, country, subdivision } = place;
  const coords =
    corrected?.coords ??
    (known.country === country ? known.coords : undefined) ??
    (country === undefined ? undefined : findCentroid(country)) ??
    (continent === undefined ? undefined : findContinentCentroid(continent));
  return {
    location: { continent, country, subdivision, coords },
    asn: holding.find(({ asn }) => asn !== undefined)?.asn ?? databases.asn,
  };
}

/** True if nothing is known that the rules look at. */
export function isNowhere({ location, asn }: Place, matters: Matters): boolean {
  if (location.continent !== undefined || location.country !== undefined) return false;
  if (matters.asn && asn !== undefined) return false;
  return !matters.distance || location.coords === undefined;
}
