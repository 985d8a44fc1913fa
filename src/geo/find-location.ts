import type { Address } from "../address/address.ts";
import { findRange } from "../address/range-list.ts";
import type { GeoTable, Location } from "./geo-table.ts";

/** What the databases know of one address, for use off the query path. Embedded IPv4 addresses are not looked into. */
export function findLocation(table: GeoTable, address: Address): Location {
  const { octets } = address;
  const view = new DataView(octets.buffer, octets.byteOffset, octets.length);
  const words = Array.from({ length: octets.length / 4 }, (_, i) => view.getUint32(4 * i));
  const { starts, locations } = address.family === 4 ? table.v4 : table.v6;
  const list = { words: address.family === 4 ? 1 : 4, starts, values: locations } as const;
  return table.locations[locations[findRange(list, words)]!]!;
}
