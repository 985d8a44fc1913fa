import type { GeoTable } from "../geo/geo-table.ts";
import { type CompiledSegment, compileSegment, replaceClasses } from "../image/compile-segment.ts";
import type { Zone } from "../zone/model.ts";
import { ClassFinder, type PreparedMap } from "./class-finder.ts";

/** A zone with all work done that does not depend on health or on other zones; cheap to pass between threads. */
export interface PreparedZone {
  /** Without its static RRsets: they are in the segment. */
  readonly zone: Zone;
  readonly compiled: CompiledSegment;
  /** By plan; undefined where one class of clients is all there is. */
  readonly maps: readonly (PreparedMap | undefined)[];
}

/**
 * Compiles a zone.
 *
 * @param geoVersion changes whenever `geo` does
 */
export function prepareZone(zone: Zone, geo: GeoTable, geoVersion: number): PreparedZone {
  const finder = new ClassFinder(zone, geo, geoVersion);
  const compiled = compileSegment(zone, (rrset) => finder.find(rrset).classes);
  const maps = compiled.plans.map(({ rrset }) => finder.find(rrset).map);
  return { zone: { ...zone, rrsets: [], table: undefined }, compiled, maps };
}

/** The same zone under other geo data; nothing else of it changes. */
export function prepareAgain(
  { zone, compiled: before }: PreparedZone,
  geo: GeoTable,
  geoVersion: number,
): PreparedZone {
  const finder = new ClassFinder(zone, geo, geoVersion);
  const compiled = replaceClasses(before, zone, (rrset) => finder.find(rrset).classes);
  return { zone, compiled, maps: compiled.plans.map(({ rrset }) => finder.find(rrset).map) };
}

/** True if answers of the zone depend on the geo data. */
export function usesGeo({ steered, pools }: Zone): boolean {
  if (steered.length === 0) return false;
  return (
    pools.some(({ policy }) => policy === "nearest") ||
    steered.some(
      ({ policy, rules }) =>
        policy === "nearest" || rules.some(({ geos, asns }) => geos.length + asns.length > 0),
    )
  );
}
