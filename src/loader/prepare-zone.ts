import type { GeoTable } from "../geo/geo-table.ts";
import { type CompiledSegment, compileSegment } from "../image/compile-segment.ts";
import { type ClassTable, classesOf } from "../steering/classes.ts";
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
  const compiled = compileSegment(zone, (rrset) => {
    const table = classesOf(zone, rrset, geo);
    tables.set(rrset, table);
    return { classes: table.classes };
  });
  const byKey = new Map<string, PreparedMap>();
  const networks = JSON.stringify(zone.networks);
  const maps = compiled.plans.map(({ rrset }) => {
    const table = tables.get(rrset)!;
    if (table.classes.length === 1) return undefined;
    const rules = listClassRules(rrset, table);
    const key = `${geoVersion} ${table.rankings.key} ${JSON.stringify(rules)} ${networks}`;
    let prepared = byKey.get(key);
    if (prepared === undefined) {
      prepared = { key, map: compileLocationMap(rules, zone.networks, geo, table.rankings) };
      byKey.set(key, prepared);
    }
    return prepared;
  });
  return { zone: { ...zone, rrsets: [] }, compiled, maps };
}
