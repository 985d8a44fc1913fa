import type { Address } from "../address/address.ts";
import { findRange } from "../address/range-list.ts";
import type { GeoTable, Location } from "./geo-table.ts";

/** What the databases know of one address, for use off the query path. Embedded IPv4 addresses are not looked into. */
export function findLocation(table: GeoTable, address: Address): Location {
  const { starts, locations } = address.family === 4 ? table.v4 : table.v6;
  return table.locations[findValue(address, starts, locations)]!;
}

/** The autonomous system that the databases place an address in; undefined if none does. */
export function findAsn(table: GeoTable, address: Address): number | undefined {
  if (table.asns === undefined) return undefined;
  const { starts, asns } = address.family === 4 ? table.asns.v4 : table.asns.v6;
  const asn = findValue(address, starts, asns);
  return asn === 0 ? undefined : asn;
}

function findValue({ family, octets }: Address, starts: Uint32Array, values: Uint32Array): number {
  const view = new DataView(octets.buffer, octets.byteOffset, octets.length);
  const words = Array.from({ length: octets.length / 4 }, (_, i) => view.getUint32(4 * i));
  return values[findRange({ words: family === 4 ? 1 : 4, starts, values }, words)]!;
}
