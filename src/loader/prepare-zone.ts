import type { GeoTable } from "../geo/geo-table.ts";
import { type CompiledSegment, compileSegment, type Plan } from "../image/compile-segment.ts";
import { compileLocationMap } from "../steering/compile-location-map.ts";
import type { Network, Zone } from "../zone/model.ts";

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
  const compiled = compileSegment(zone);
  const byKey = new Map<string, PreparedMap>();
  const networks = JSON.stringify(zone.networks);
  const maps = compiled.plans.map((plan) => prepareMap(plan, zone.networks, networks));
  return { zone: { ...zone, rrsets: [] }, compiled, maps };

  function prepareMap(
    { rrset, classes }: Plan,
    list: readonly Network[],
    listKey: string,
  ): PreparedMap | undefined {
    if (classes.classes.length === 1) return undefined;
    const rules = rrset.rules.map(({ geos, subnets }, i) => ({
      geos,
      subnets,
      class: classes.outcomeOfRule[i]!,
    }));
    const key = `${geoVersion} ${JSON.stringify(rules)} ${listKey}`;
    const known = byKey.get(key);
    if (known !== undefined) return known;
    const prepared = { key, map: compileLocationMap(rules, list, geo) };
    byKey.set(key, prepared);
    return prepared;
  }
}
