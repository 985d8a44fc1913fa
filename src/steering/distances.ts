import { type Coords, measureDistance } from "../geo/distance.ts";
import type { GeoTable } from "../geo/geo-table.ts";
import type { Zone } from "../zone/model.ts";
import type { ClassTable } from "./classes.ts";
import { findSite, measureTo } from "./site.ts";

/** How far a datacenter is from a client. */
export interface DatacenterDistance {
  readonly datacenter: string;
  /** Great-circle; undefined if nobody knows where it is. */
  readonly kilometres: number | undefined;
  /** What decides: the same after the bias. */
  readonly effective: number | undefined;
  readonly bias: number;
}

/** The distances that decide something for a steered name, nearest first as its classes have them. */
export function listDistances(
  zone: Zone,
  table: Pick<ClassTable, "datacenters">,
  geo: GeoTable,
  from: Coords,
): DatacenterDistance[] {
  const distances = table.datacenters.map((index): DatacenterDistance => {
    const datacenter = zone.datacenters[index]!;
    const { name, bias } = datacenter;
    const site = findSite(datacenter, geo);
    if (site.coords === undefined) {
      return { datacenter: name, kilometres: undefined, effective: undefined, bias };
    }
    const kilometres = measureDistance(from, site.coords);
    return { datacenter: name, kilometres, effective: measureTo(site, from), bias };
  });
  return distances.sort((a, b) => rankOf(a) - rankOf(b));
}

function rankOf({ effective }: DatacenterDistance): number {
  return effective ?? Number.MAX_VALUE;
}
