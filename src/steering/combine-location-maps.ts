/**
 * Several location maps as one: whose classes are the combinations of theirs that any client has.
 */
import { mergeLists } from "../address/merge-lists.ts";
import { createUniformList, type RangeList } from "../address/range-list.ts";
import { mergeClients, refuseTooMany, writeMap } from "./compile-location-map.ts";
import { LOCATION_UNKNOWN, LocationMap, type LocationTables } from "./location-map.ts";

export interface CombinedMap {
  readonly map: SharedArrayBuffer;
  /** By class: the class under each of the maps. */
  readonly classes: readonly (readonly number[])[];
}

/** A column takes 16 bits. */
const MAX_COLUMNS = 0x1_0000;

/**
 * Lays maps over each other.
 *
 * @param maps at least one
 * @throws {RangeError} if clients have more combinations of classes than a map has room for
 */
export function combineLocationMaps(maps: readonly SharedArrayBuffer[]): CombinedMap {
  const tables = maps.map((map) => new LocationMap(map).listTables());
  const classes = new Numbers();
  const columns = new Numbers();
  const resolvers = ([0, 1] as const).map((family) =>
    mergeLists(
      tables.map((each) => listResolvers(each, family)),
      (values) => columns.numberOf(values),
    ),
  );
  refuseTooMany("kinds of resolvers", columns.list.length, MAX_COLUMNS);
  const rows = new Map<string, { readonly value: number; readonly row: readonly number[] }>();
  const list: (readonly number[])[] = [];
  const decide = (merged: readonly number[]): number => {
    const values = merged.slice(0, tables.length);
    if (values.every((value) => value < LOCATION_UNKNOWN)) return classes.numberOf(values);
    const key = values.join();
    const known = rows.get(key);
    if (known !== undefined) return known.value;
    const row = columns.list.map((resolver) =>
      classes.numberOf(values.map((value, i) => classOf(tables[i]!, value, resolver[i]!))),
    );
    const isSame = row.every((each) => each === row[0]);
    const value = isSame ? row[0]! : LOCATION_UNKNOWN | (list.push(row) - 1);
    rows.set(key, { value, row });
    return value;
  };
  const clients = ([0, 1] as const).map((family) =>
    mergeClients(
      tables.map((each) => each.clients[family]),
      decide,
    ),
  );
  refuseTooMany("classes of clients", classes.list.length, LOCATION_UNKNOWN);
  refuseTooMany("kinds of unknown places", list.length, LOCATION_UNKNOWN);
  const lists: RangeList[] = list.length === 0 ? clients : [...clients, ...resolvers];
  return { map: writeMap(lists, list), classes: classes.list };
}

/** What a map says of resolvers: where it has no table of them, the same as of clients. */
function listResolvers({ clients, resolvers }: LocationTables, family: 0 | 1): RangeList {
  const isAsked = clients.some(({ values }) => values.some((value) => value >= LOCATION_UNKNOWN));
  return isAsked ? (resolvers ?? clients)[family] : createUniformList(clients[family].words);
}

/** The class under one map of a client whose value is `value`, behind a resolver whose value is `resolver`. */
function classOf(
  { resolvers, classes, columns }: LocationTables,
  value: number,
  resolver: number,
): number {
  if (value < LOCATION_UNKNOWN) return value;
  const row = value & ~LOCATION_UNKNOWN;
  if (resolvers !== undefined) return classes[row * columns + resolver]!;
  return resolver < LOCATION_UNKNOWN ? resolver : classes[row]!;
}

/** Numbers for lists of numbers, in the order in which these are first seen. */
class Numbers {
  readonly list: (readonly number[])[] = [];
  readonly #numbers = new Map<string, number>();

  numberOf(values: readonly number[]): number {
    const key = values.join();
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    const number = this.list.push([...values]) - 1;
    this.#numbers.set(key, number);
    return number;
  }
}
