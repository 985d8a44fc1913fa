import { EMBEDDING_PREFIXES } from "../address/embedded.ts";
import { flattenPrefixes } from "../address/flatten-prefixes.ts";
import { mergeLists } from "../address/merge-lists.ts";
import type { RangeList } from "../address/range-list.ts";
import { measureRangeTable, writeRangeTable } from "../address/range-table.ts";
import type { GeoTable, Location } from "../geo/geo-table.ts";
import type { GeoCode, Network, Rule } from "../zone/model.ts";
import { formatGeoCode, isUnknown } from "./geo-code.ts";
import { groupLocations } from "./location-groups.ts";
import { HEADER_WORDS, LOCATION_UNKNOWN, NO_RULE } from "./location-map.ts";

/** A rule, and the class of clients it makes: rules with the same pools share one, 0 to 32 767. */
export interface ClassRule extends Pick<Rule, "geos" | "subnets"> {
  readonly class: number;
}

/**
 * Lays rules over the address space, for `LocationMap` to read.
 *
 * @param rules in the order they are tried, at most 32 767, a catch-all among them
 * @throws {RangeError} if there is no catch-all or there are too many rules: checked zones have neither
 */
export function compileLocationMap(
  rules: readonly ClassRule[],
  networks: readonly Network[],
  geo: GeoTable,
): SharedArrayBuffer {
  const catchAll = rules.findIndex((rule) => rule.geos.length + rule.subnets.length === 0);
  if (catchAll < 0) throw new RangeError("a location map needs a catch-all rule");
  if (catchAll >= LOCATION_UNKNOWN) throw new RangeError("too many rules for a location map");
  const tried = rules.slice(0, catchAll + 1);
  const byCode = indexRulesByCode(tried);
  const bySubdivision = tried.some((rule) => rule.geos.some((code) => code.subdivision));
  const groups = groupLocations(geo, bySubdivision);
  // By rule: whether one before it that goes by location would make another class.
  const hasRival = tried.map((rule, i) =>
    tried.slice(0, i).some(({ geos, class: other }) => geos.length > 0 && other !== rule.class),
  );
  const locations = [...groups.locations, ...networks.map(({ geo: code }) => toLocation(code))];
  const ruleOf = locations.map((location) => findGeoRule(byCode, location));
  const unknown = locations.map(isUnknown);

  const layers4 = layOut(1, groups.v4, tried, networks, groups.locations.length);
  const layers6 = layOut(4, groups.v6, tried, networks, groups.locations.length);
  const decideAt = (location: number, bySubnet: number): number => {
    if (unknown[location]! && hasRival[bySubnet]!) return LOCATION_UNKNOWN | bySubnet;
    return tried[Math.min(ruleOf[location]!, bySubnet)]!.class;
  };
  // Almost everywhere no subnet matches.
  const outsideSubnets = Uint16Array.from(locations, (_, location) => decideAt(location, catchAll));
  const decide = ([location, bySubnet, embedding]: readonly number[]): number => {
    const value =
      bySubnet === catchAll ? outsideSubnets[location!]! : decideAt(location!, bySubnet!);
    // Kept apart above the 16 bits of the value, so that no range, and no scope, spans two embeddings.
    return value + embedding! * 0x1_0000;
  };
  const clients4 = mergeLists(layers4, decide);
  const clients6 = stripEmbeddings(mergeLists(layers6, decide));
  // Without subnets a resolver's class is its class as a client, which the tables have already.
  const isShared = tried.every((rule) => rule.subnets.length === 0);
  const byLocation = ([location]: readonly number[]): number => ruleOf[location!]!;
  const resolvers = isShared
    ? []
    : [layers4, layers6].map(([location]) => mergeLists([location!], byLocation));
  return writeMap(
    [clients4, clients6, ...resolvers],
    tried.map((rule) => rule.class),
  );
}

/** The first rule that names each code. */
function indexRulesByCode(rules: readonly ClassRule[]): Map<string, number> {
  const first = new Map<string, number>();
  for (const [i, rule] of rules.entries()) {
    for (const code of rule.geos) {
      const key = toKey(code);
      if (!first.has(key)) first.set(key, i);
    }
  }
  return first;
}

/** Below the continent a code is told by its country alone: databases differ over continents. */
function toKey(code: GeoCode): string {
  return code.country === undefined ? code.continent : formatGeoCode({ ...code, continent: "" });
}

function findGeoRule(byCode: ReadonlyMap<string, number>, location: Location): number {
  const { continent = "", country, subdivision } = location;
  const codes = [
    { continent, country: undefined, subdivision: undefined },
    { continent, country, subdivision: undefined },
    { continent, country, subdivision },
  ];
  return Math.min(...codes.map((code) => byCode.get(toKey(code)) ?? NO_RULE));
}

function toLocation(code: GeoCode | undefined): Location {
  return {
    continent: code?.continent,
    country: code?.country,
    subdivision: code?.subdivision,
    coords: undefined,
  };
}

/**
 * What decides at each address of a family: its location, the first rule that matches without one, and the kind of
 * embedding it belongs to.
 *
 * @param offset number of the first network among the locations
 */
function layOut(
  words: 1 | 4,
  databases: RangeList,
  rules: readonly ClassRule[],
  networks: readonly Network[],
  offset: number,
): RangeList[] {
  const inner = (_outer: number, value: number): number => value;
  const none = 0xffff_ffff;
  const corrections = flattenPrefixes(
    words,
    networks.flatMap(({ prefix, geo }, i) => (geo ? [{ prefix, value: offset + i }] : [])),
    none,
    inner,
  );
  const locations =
    corrections.values.length === 1 && corrections.values[0] === none
      ? databases
      : mergeLists([databases, corrections], ([database, network]) =>
          network === none ? database! : network!,
        );
  const subnets = rules.flatMap((rule, value) => rule.subnets.map((prefix) => ({ prefix, value })));
  const bySubnet = flattenPrefixes(words, subnets, rules.length - 1, Math.min);
  const embeddings = flattenPrefixes(words, EMBEDDINGS_AS_PREFIXES, 0, inner);
  return [locations, bySubnet, embeddings];
}

const EMBEDDINGS_AS_PREFIXES = EMBEDDING_PREFIXES.map(({ kind, words, length }) => {
  const octets = new Uint8Array(16);
  const view = new DataView(octets.buffer);
  for (const [i, word] of words.entries()) view.setUint32(4 * i, word);
  return { value: kind, prefix: { address: { family: 6, octets } as const, length } };
});

function stripEmbeddings(list: RangeList): RangeList {
  return { ...list, values: list.values.map((value) => value & 0xffff) };
}

function writeMap(tables: readonly RangeList[], classes: readonly number[]): SharedArrayBuffer {
  const offsets: number[] = [];
  let end = 4 * HEADER_WORDS;
  for (const table of tables) {
    offsets.push(end);
    end += measureRangeTable(table);
  }
  const [clients4, clients6, resolvers4 = 0, resolvers6 = 0] = offsets;
  const buffer = new SharedArrayBuffer(end + 2 * classes.length);
  const first = tables[0]!.values[0];
  const clientMatters = tables.slice(0, 2).some(({ values }) => values.some((v) => v !== first));
  new Uint32Array(buffer, 0, HEADER_WORDS).set([
    clientMatters ? 1 : 0,
    clients4!,
    clients6!,
    resolvers4,
    resolvers6,
    end,
  ]);
  for (const [i, table] of tables.entries()) writeRangeTable(table, buffer, offsets[i]!);
  new Uint16Array(buffer, end).set(classes);
  return buffer;
}
