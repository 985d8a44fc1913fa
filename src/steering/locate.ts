import type { Address } from "../address/address.ts";
import { contains } from "../address/contains.ts";
import { findAsn, findLocation } from "../geo/find-location.ts";
import type { GeoTable } from "../geo/geo-table.ts";
import type { Network } from "../zone/model.ts";
import { type Place, resolvePlace } from "./place.ts";

/** Where an address is, and who says so. */
export interface Located extends Place {
  /** The network that says where the address is; undefined if the databases do, or nobody. */
  readonly network: Network | undefined;
}

/**
 * Asks the operator's networks, longest prefix first, then the databases.
 *
 * @param address not an IPv6 address with an IPv4 address in it
 */
export function locate(address: Address, networks: readonly Network[], geo: GeoTable): Located {
  const holding = networks
    .filter((network) => contains(network.prefix, address))
    .sort((a, b) => b.prefix.length - a.prefix.length);
  const databases = { location: findLocation(geo, address), asn: findAsn(geo, address) };
  const isKnown = databases.location.continent !== undefined;
  const network =
    holding.find((candidate) => candidate.geo !== undefined) ??
    holding.find(({ coords, asn }) => !isKnown && (coords ?? asn) !== undefined);
  return { ...resolvePlace(holding, databases), network };
}
