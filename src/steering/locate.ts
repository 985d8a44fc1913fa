import type { Address } from "../address/address.ts";
import { contains } from "../address/contains.ts";
import { findCentroid } from "../geo/countries.ts";
import { findLocation } from "../geo/find-location.ts";
import type { GeoTable, Location } from "../geo/geo-table.ts";
import type { Network } from "../zone/model.ts";

/** Where an address is, and who says so. */
export interface Located {
  readonly location: Location;
  /** The network whose geo was taken; undefined if it is the databases'. */
  readonly network: Network | undefined;
}

/**
 * Asks the operator's networks, longest prefix first, then the databases. The first with a geo decides it; coordinates
 * come from the first that has some and does not place the address in another country, else from the country's centroid.
 *
 * @param address not an IPv6 address with an IPv4 address in it
 */
export function locate(address: Address, networks: readonly Network[], geo: GeoTable): Located {
  const holding = networks
    .filter((network) => contains(network.prefix, address))
    .sort((a, b) => b.prefix.length - a.prefix.length);
  const network = holding.find((candidate) => candidate.geo !== undefined);
  const database = findLocation(geo, address);
  const place = network?.geo ?? database;
  const coords =
    holding.find(
      (candidate) =>
        candidate.coords !== undefined &&
        (candidate.geo === undefined || candidate.geo.country === place.country),
    )?.coords ??
    (database.country === place.country ? database.coords : undefined) ??
    (place.country === undefined ? undefined : findCentroid(place.country));
  const { continent, country, subdivision } = place;
  return { location: { continent, country, subdivision, coords }, network };
}
