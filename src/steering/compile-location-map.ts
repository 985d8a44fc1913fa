import { EMBEDDING_PREFIXES } from "../address/embedded.ts";
import { flattenPrefixes } from "../address/flatten-prefixes.ts";
import { mergeLists } from "../address/merge-lists.ts";
import type { RangeList } from "../address/range-list.ts";
import { measureRangeTable, writeRangeTable } from "../address/range-table.ts";
import type { GeoTable } from "../geo/geo-table.ts";
import type { Network, Rule, SteeredRRset } from "../zone/model.ts";
import type { ClassTable } from "./classes.ts";
import { HEADER_WORDS, LOCATION_UNKNOWN } from "./location-map.ts";
import type { Matters } from "./place.ts";
import { layOutPlaces } from "./place-layers.ts";
import { NO_RANKINGS, type Rankings } from "./rankings.ts";
import { NO_RULE, type Signature, Signatures } from "./signatures.ts";

/** A rule, and the class of clients it makes by number of ranking, 0 to 32 767: rules with the same pools share one. */
export interface ClassRule extends Pick<Rule, "geos" | "subnets" | "asns"> {
  readonly classes: readonly number[];
}

/** The rules of a steered name with their classes. */
export function listClassRules(rrset: SteeredRRset, { outcomes }: ClassTable): ClassRule[] {
  return rrset.rules.map(({ geos, subnets, asns }, i) => ({
    geos,
    subnets,
    asns,
    classes: outcomes[i]!,
  }));
}

/** What of a place the rules look at. */
export function findMatters(
  rules: readonly Pick<Rule, "asns">[],
  rankings: Pick<Rankings, "ranks">,
): Matters {
  return { asn: rules.some(({ asns }) => asns.length > 0), distance: rankings.ranks.length > 1 };
}

/**
 * Lays rules over the address space, for `LocationMap` to read.
 *
 * @param rules in the order they are tried, at most 32 767, a catch-all among them
 * @throws {RangeError} if there is no catch-all or there are too many rules or classes: checked zones always have the first
 */
export function compileLocationMap(
  rules: readonly ClassRule[],
  networks: readonly Network[],
  geo: GeoTable,
  rankings: Rankings = NO_RANKINGS,
): SharedArrayBuffer {
  const catchAll = rules.findIndex(isCatchAll);
  if (catchAll < 0) throw new RangeError("a location map needs a catch-all rule");
  const tried = rules.slice(0, catchAll + 1);
  refuseTooMany("rules", tried.length, LOCATION_UNKNOWN);
  const classes = tried.reduce((most, rule) => Math.max(most, ...rule.classes), 0) + 1;
  refuseTooMany("classes of clients", classes, LOCATION_UNKNOWN);

  const matters = findMatters(tried, rankings);
  const bySubdivision = tried.some(({ geos }) => geos.some((code) => code.subdivision));
  const signatures = new Signatures(tried, matters, rankings);
  const places = layOutPlaces(geo, networks, matters, bySubdivision, signatures);
  refuseTooMany("kinds of places", signatures.list.length, NO_RULE);
  const decider = new Decider(tried, signatures.list);
  const layClients = (words: 1 | 4, located: RangeList): RangeList => {
    const subnets = tried.flatMap((rule, value) =>
      rule.subnets.map((prefix) => ({ prefix, value })),
    );
    const bySubnet = flattenPrefixes(words, subnets, catchAll, Math.min);
    return mergeClients([located, bySubnet], ([place, rule]) => decider.decide(place!, rule!));
  };
  const clients = [layClients(1, places.v4), layClients(4, places.v6)];
  // Without subnets a resolver's class is its class as a client, which the tables have already.
  const isShared = tried.every(({ subnets }) => subnets.length === 0);
  const resolvers = isShared || decider.rows.length === 0 ? [] : [places.v4, places.v6];
  // Of the resolvers that the client tables do not know, there is one kind.
  const nowhere = signatures.list.findIndex((place) => place.isNowhere);
  const rows = isShared ? decider.rows.map((row) => [row[nowhere]!]) : decider.rows;
  return writeMap([...clients, ...resolvers], rows);
}

/** The class of a client in a place, of whom `bySubnet` is the first rule that matches without looking at the place. */
function classOf(rules: readonly ClassRule[], place: Signature, bySubnet: number): number {
  return rules[Math.min(place.rule, bySubnet)]!.classes[place.ranking]!;
}

/** What a client table says of each kind of place under each rule that matches by subnet; each looked up once. */
class Decider {
  /** For clients whose class depends on their resolver's place: the class by number of that. */
  readonly rows: (readonly number[])[] = [];
  private readonly rules: readonly ClassRule[];
  private readonly places: readonly Signature[];
  private readonly known = new Map<number, number>();
  private readonly rowNumbers = new Map<string, number>();
  private readonly rowValues = new Map<number, number>();

  constructor(rules: readonly ClassRule[], places: readonly Signature[]) {
    this.rules = rules;
    this.places = places;
  }

  decide(place: number, bySubnet: number): number {
    const key = place * this.rules.length + bySubnet;
    let value = this.known.get(key);
    if (value !== undefined) return value;
    const signature = this.places[place]!;
    value = signature.isNowhere
      ? this.decideNowhere(bySubnet)
      : classOf(this.rules, signature, bySubnet);
    this.known.set(key, value);
    return value;
  }

  private decideNowhere(bySubnet: number): number {
    let value = this.rowValues.get(bySubnet);
    if (value !== undefined) return value;
    const row = this.places.map((place) => classOf(this.rules, place, bySubnet));
    value = row.every((each) => each === row[0]) ? row[0]! : LOCATION_UNKNOWN | this.addRow(row);
    this.rowValues.set(bySubnet, value);
    return value;
  }

  /** Equal rows are one, so that a scope ends only where it makes a difference. */
  private addRow(row: readonly number[]): number {
    const key = row.join();
    const number = this.rowNumbers.get(key) ?? this.rows.push(row) - 1;
    this.rowNumbers.set(key, number);
    return number;
  }
}

function isCatchAll({ geos, subnets, asns }: ClassRule): boolean {
  return geos.length + subnets.length + asns.length === 0;
}

export function refuseTooMany(what: string, count: number, limit: number): void {
  if (count > limit) throw new RangeError(`${count} ${what}: a location map has room for ${limit}`);
}

const EMBEDDINGS_AS_PREFIXES = EMBEDDING_PREFIXES.map(({ kind, words, length }) => {
  const octets = new Uint8Array(16);
  const view = new DataView(octets.buffer);
  for (const [i, word] of words.entries()) view.setUint32(4 * i, word);
  return { value: kind, prefix: { address: { family: 6, octets } as const, length } };
});

/**
 * Lays lists of clients over each other; no range, and no scope, of the result spans two embeddings.
 *
 * @param combine gets the value of each list, and a last one that it must not go by, and gives one of 16 bits; the array is
 *   reused between calls
 */
export function mergeClients(
  lists: readonly RangeList[],
  combine: (values: readonly number[]) => number,
): RangeList {
  const embeddings = flattenPrefixes(
    lists[0]!.words,
    EMBEDDINGS_AS_PREFIXES,
    0,
    (_, inner) => inner,
  );
  // Kept apart above the 16 bits of the value.
  const merged = mergeLists(
    [...lists, embeddings],
    (values) => combine(values) + values[lists.length]! * 0x1_0000,
  );
  return stripEmbeddings(merged);
}

function stripEmbeddings(list: RangeList): RangeList {
  return { ...list, values: list.values.map((value) => value & 0xffff) };
}

/**
 * Writes a map.
 *
 * @param tables of clients and, unless those serve for them, too, of resolvers; IPv4 first
 * @param rows by row and resolver's signature; of one entry where the client tables serve for resolvers, too
 */
export function writeMap(
  tables: readonly RangeList[],
  rows: readonly (readonly number[])[],
): SharedArrayBuffer {
  const offsets: number[] = [];
  let end = 4 * HEADER_WORDS;
  for (const table of tables) {
    offsets.push(end);
    end += measureRangeTable(table);
  }
  const [clients4, clients6, resolvers4 = 0, resolvers6 = 0] = offsets;
  const columns = rows[0]?.length ?? 0;
  const buffer = new SharedArrayBuffer(end + 2 * rows.length * columns);
  const first = tables[0]!.values[0];
  const clientMatters = tables.slice(0, 2).some(({ values }) => values.some((v) => v !== first));
  new Uint32Array(buffer, 0, HEADER_WORDS).set([
    clientMatters ? 1 : 0,
    clients4!,
    clients6!,
    resolvers4,
    resolvers6,
    end,
    columns,
  ]);
  for (const [i, table] of tables.entries()) writeRangeTable(table, buffer, offsets[i]!);
  new Uint16Array(buffer, end).set(rows.flat());
  return buffer;
}
