import type { GeoTable } from "../geo/geo-table.ts";
import { keyOfPlan } from "../image/compile-segment.ts";
import { type Classes, type ClientClass, classesOf } from "../steering/classes.ts";
import { combineLocationMaps } from "../steering/combine-location-maps.ts";
import { compileLocationMap, listClassRules } from "../steering/compile-location-map.ts";
import { findChain } from "../steering/pool-choice.ts";
import { listHintSources } from "../steering/steer-hints.ts";
import type { HintedRecord, SteeredRRset, Zone } from "../zone/model.ts";

export interface PreparedMap {
  /** Equal for equal rules, networks and geo data, of whatever zone. */
  readonly key: string;
  readonly map: SharedArrayBuffer;
}

/** The classes of clients of a steered RRset, and how they are told apart. */
export interface FoundClasses {
  readonly classes: Classes;
  /** Undefined where one class of clients is all there is. */
  readonly map: PreparedMap | undefined;
}

/** Finds the classes of the steered RRsets of a zone; RRsets of equal settings share theirs. */
export class ClassFinder {
  readonly #zone: Zone;
  readonly #geo: GeoTable;
  readonly #geoVersion: number;
  readonly #networksKey: string;
  readonly #found = new Map<string, FoundClasses>();
  readonly #maps = new Map<string, PreparedMap>();

  /** @param geoVersion changes whenever `geo` does */
  constructor(zone: Zone, geo: GeoTable, geoVersion: number) {
    this.#zone = zone;
    this.#geo = geo;
    this.#geoVersion = geoVersion;
    this.#networksKey = JSON.stringify(zone.networks);
  }

  find(rrset: SteeredRRset): FoundClasses {
    const key = keyOfPlan(rrset);
    const known = this.#found.get(key);
    if (known !== undefined) return known;
    const found = rrset.hints === undefined ? this.#locate(rrset) : this.#combine(rrset.hints);
    this.#found.set(key, found);
    return found;
  }

  #locate(rrset: SteeredRRset): FoundClasses {
    const geo = this.#geo;
    const table = classesOf(this.#zone, rrset, geo);
    const classes = { classes: table.classes };
    if (table.classes.length === 1) return { classes, map: undefined };
    const rules = listClassRules(rrset, table);
    const { rankings } = table;
    const key = `${this.#geoVersion} ${rankings.key} ${JSON.stringify(rules)} ${this.#networksKey}`;
    let map = this.#maps.get(key);
    if (map === undefined) {
      map = { key, map: compileLocationMap(rules, this.#zone.networks, geo, rankings) };
      this.#maps.set(key, map);
    }
    return { classes, map };
  }

  /** The combinations of the classes of what the hints follow. */
  #combine(hints: readonly HintedRecord[]): FoundClasses {
    const sources = listHintSources(this.#zone, hints);
    const found = sources.map((source) => this.find(source));
    const maps = [...new Map(found.flatMap(({ map }) => (map ? [[map.key, map]] : []))).values()];
    const { map, classes } = combine(maps, found);
    const indexes = found.map((one) => maps.findIndex(({ key }) => key === one.map?.key));
    const combined = classes.map((numbers) =>
      this.#joinClasses(
        sources,
        found.map((one, i) => one.classes.classes[indexes[i]! < 0 ? 0 : numbers[indexes[i]!]!]!),
      ),
    );
    // Transfers give what the last rule gives, also where no client is of all last rules at once.
    if (!combined.some(({ rules }) => rules.length > 0)) {
      const last = found.map(({ classes: each }, i) =>
        each.classes.find(({ rules }) => rules.includes(sources[i]!.rules.length - 1)),
      );
      combined.push(
        this.#joinClasses(
          sources,
          last.map((one) => one!),
        ),
      );
    }
    return { classes: { classes: combined }, map };
  }

  #joinClasses(sources: readonly SteeredRRset[], parts: readonly ClientClass[]): ClientClass {
    const pools = parts.flatMap((part) =>
      findChain(this.#zone, part.pools, part.last).map(({ index }) => index),
    );
    const isLast = parts.every(({ rules }, i) => rules.includes(sources[i]!.rules.length - 1));
    return { pools: [...new Set(pools)], rules: isLast ? [0] : [], near: undefined, parts };
  }
}

/** One map in place of several, and the classes under each of these by its own. */
function combine(
  maps: readonly PreparedMap[],
  found: readonly FoundClasses[],
): { map: PreparedMap | undefined; classes: readonly (readonly number[])[] } {
  const [only] = maps;
  if (only === undefined) return { map: undefined, classes: [[]] };
  if (maps.length === 1) {
    const { classes } = found.find(({ map }) => map?.key === only.key)!.classes;
    return { map: only, classes: classes.map((_, i) => [i]) };
  }
  const combined = combineLocationMaps(maps.map(({ map }) => map));
  const key = maps.map((each) => each.key).join("\n");
  return { map: { key, map: combined.map }, classes: combined.classes };
}
