import { findCentroid } from "../geo/countries.ts";
import { applyBias, type Coords, findMiddle, measureDistance } from "../geo/distance.ts";
import type { GeoTable } from "../geo/geo-table.ts";
import type { Datacenter } from "../zone/model.ts";

/** A datacenter as distances are measured to it. */
export interface Site {
  /** Undefined if nobody knows where it is. */
  readonly coords: Coords | undefined;
  readonly bias: number;
}

/**
 * The place of a datacenter: its own coordinates, else the middle of what the databases have in its subdivision, else the
 * centroid of its country.
 */
export function findSite({ geo: code, coords, bias }: Datacenter, geo: GeoTable): Site {
  if (coords !== undefined || code?.country === undefined) return { coords, bias };
  const { country, subdivision } = code;
  const inside = geo.locations.flatMap((location) =>
    subdivision !== undefined &&
    location.country === country &&
    location.subdivision === subdivision &&
    location.coords !== undefined
      ? [location.coords]
      : [],
  );
  return { coords: findMiddle(inside) ?? findCentroid(country), bias };
}

/** Kilometres as they count: after the bias. Infinite to a site that nobody knows the place of. */
export function measureTo(site: Site, from: Coords): number {
  if (site.coords === undefined) return Number.POSITIVE_INFINITY;
  return applyBias(measureDistance(from, site.coords), site.bias);
}
