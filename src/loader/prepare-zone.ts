import type { GeoTable } from "../geo/geo-table.ts";
import { type CompiledSegment, compileSegment, replaceClasses } from "../image/compile-segment.ts";
import { type Classes, type ClassTable, classesOf } from "../steering/classes.ts";
import { compileLocationMap, listClassRules } from "../steering/compile-location-map.ts";
import type { SteeredRRset, Zone } from "../zone/model.ts";

/** A zone with all work done that does not depend on health or on other zones; cheap to pass between threads. */
export interface PreparedZone {
  /** Without its static RRsets: they are in the segment. */
  readonly zone: Zone;
  readonly compiled: CompiledSegment;
  /** By plan; undefined where one class of clients is all there is. */
  readonly maps: readonly (PreparedMap | undefined)[];
}

export interface PreparedMap {
  /** Equal for equal rules, networks and geo data, of whatever zone. */
  readonly key: string;
  readonly map: SharedArrayBuffer;
}

/**
 * Compiles a zone.
 *
 * @param geoVersion changes whenever `geo` does
 */
export function prepareZone(zone: Zone, geo: GeoTable, geoVersion: number): PreparedZone {
  const tables = new Map<SteeredRRset, ClassTable>();
  const compiled = compileSegment(zone, (rrset) => findClasses(zone, rrset, geo, tables));
  const maps = prepareMaps(zone, compiled, tables, geo, geoVersion);
  return { zone: { ...zone, rrsets: [] }, compiled, maps };
}

/** The same zone under other geo data; nothing else of it changes. */
export function prepareAgain(
  { zone, compiled: before }: PreparedZone,
  geo: GeoTable,
  geoVersion: number,
): PreparedZone {
  const tables = new Map<SteeredRRset, ClassTable>();
  const compiled = replaceClasses(before, zone, (rrset) => findClasses(zone, rrset, geo, tables));
  return { zone, compiled, maps: prepareMaps(zone, compiled, tables, geo, geoVersion) };
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

function findClasses(
  zone: Zone,
  rrset: SteeredRRset,
  geo: GeoTable,
  tables: Map<SteeredRRset, ClassTable>,
): Classes {
  const table = classesOf(zone, rrset, geo);
  tables.set(rrset, table);
  return { classes: table.classes };
}

function prepareMaps(
  { networks }: Zone,
  { plans }: CompiledSegment,
  tables: ReadonlyMap<SteeredRRset, ClassTable>,
  geo: GeoTable,
  geoVersion: number,
): (PreparedMap | undefined)[] {
  const byKey = new Map<string, PreparedMap>();
  const networksKey = JSON.stringify(networks);
  return plans.map(({ rrset }) => {
    const table = tables.get(rrset)!;
    if (table.classes.length === 1) return undefined;
    const rules = listClassRules(rrset, table);
    const key = `${geoVersion} ${table.rankings.key} ${JSON.stringify(rules)} ${networksKey}`;
    let prepared = byKey.get(key);
    if (prepared === undefined) {
      prepared = { key, map: compileLocationMap(rules, networks, geo, table.rankings) };
      byKey.set(key, prepared);
    }
    return prepared;
  });
}
