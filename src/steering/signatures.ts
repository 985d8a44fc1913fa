/**
 * What the rules and distances of a steered name make of places. Most of the world looks alike to them: places that lead
 * to the same rule, and to the same order of datacenters, have one signature.
 */
import type { Location } from "../geo/geo-table.ts";
import { formatGeoCode } from "../zone/geo-code.ts";
import type { GeoCode, Network, Rule } from "../zone/model.ts";
import { isNowhere, type Matters, type Place, resolvePlace } from "./place.ts";
import type { Rankings } from "./rankings.ts";

/** No rule matches by place. */
export const NO_RULE = 0xffff;

export interface Signature {
  /** The first rule that matches by geo or by autonomous system, or `NO_RULE`. */
  readonly rule: number;
  /** Number of the ranking. */
  readonly ranking: number;
  /** Nothing that matters is known: the resolver's place counts. */
  readonly isNowhere: boolean;
}

export type PlaceRule = Pick<Rule, "geos" | "asns">;

/** Numbers the signatures of places. */
export class Signatures {
  readonly list: Signature[] = [];
  private readonly numbers = new Map<string, number>();
  private readonly byCode: ReadonlyMap<string, number>;
  private readonly byAsn: ReadonlyMap<number, number>;
  private readonly matters: Matters;
  private readonly rankings: Rankings;

  constructor(rules: readonly PlaceRule[], matters: Matters, rankings: Rankings) {
    this.byCode = indexFirst(rules, ({ geos }) => geos.map(toKey));
    this.byAsn = indexFirst(rules, ({ asns }) => asns);
    this.matters = matters;
    this.rankings = rankings;
  }

  /** The number of the signature of a place where these networks, longest prefix first, correct the databases. */
  numberOf(holding: readonly Network[], databases: Place): number {
    const place = resolvePlace(holding, databases);
    const { location, asn } = place;
    const rule = Math.min(
      this.findGeoRule(location),
      asn === undefined ? NO_RULE : this.findAsnRule(asn),
    );
    const ranking = this.rankings.find(this.matters.distance ? location.coords : undefined);
    const nowhere = isNowhere(place, this.matters);
    const key = `${rule} ${ranking} ${nowhere}`;
    const number =
      this.numbers.get(key) ?? this.list.push({ rule, ranking, isNowhere: nowhere }) - 1;
    this.numbers.set(key, number);
    return number;
  }

  /** The first rule that names an autonomous system, or `NO_RULE`. */
  findAsnRule(asn: number): number {
    return this.byAsn.get(asn) ?? NO_RULE;
  }

  private findGeoRule({ continent = "", country, subdivision }: Location): number {
    const codes = [
      { continent, country: undefined, subdivision: undefined },
      { continent, country, subdivision: undefined },
      { continent, country, subdivision },
    ];
    return Math.min(...codes.map((code) => this.byCode.get(toKey(code)) ?? NO_RULE));
  }
}

/** The first rule that has each key. */
function indexFirst<Key, Item>(
  rules: readonly Item[],
  keysOf: (rule: Item) => readonly Key[],
): Map<Key, number> {
  const first = new Map<Key, number>();
  for (const [i, rule] of rules.entries()) {
    for (const key of keysOf(rule)) if (!first.has(key)) first.set(key, i);
  }
  return first;
}

/** Below the continent a code is told by its country alone: databases differ over continents. */
function toKey(code: GeoCode): string {
  return code.country === undefined ? code.continent : formatGeoCode({ ...code, continent: "" });
}
