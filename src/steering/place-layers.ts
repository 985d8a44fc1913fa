import { flattenPrefixes } from "../address/flatten-prefixes.ts";
import { mergeLists } from "../address/merge-lists.ts";
import { createUniformList, type RangeList } from "../address/range-list.ts";
import type { GeoTable } from "../geo/geo-table.ts";
import type { Network } from "../zone/model.ts";
import { type Detail, groupLocations } from "./location-groups.ts";
import type { Matters } from "./place.ts";
import { NO_RULE, type Signatures } from "./signatures.ts";

/**
 * The signature of every address of both families, as numbers of `signatures`.
 *
 * @param bySubdivision whether some rule names one
 */
export function layOutPlaces(
  geo: GeoTable,
  networks: readonly Network[],
  matters: Matters,
  bySubdivision: boolean,
  signatures: Signatures,
): { readonly v4: RangeList; readonly v6: RangeList } {
  const detail: Detail = matters.distance
    ? "everything"
    : bySubdivision
      ? "subdivision"
      : "country";
  const groups = groupLocations(geo, detail);
  const stacks = new Stacks(networks.filter((network) => isUsed(network, matters)));
  const asns = matters.asn ? geo.asns : undefined;
  const known = new Map<number, number>();
  // Almost everywhere no network says anything.
  const uncorrected = new Int32Array(groups.locations.length).fill(-1);
  const combine = (values: readonly number[]): number => {
    const location = values[0]!;
    const asn = values[1]!;
    const stack = values[2]!;
    const isPlain = asn === 0 && stack === 0;
    if (isPlain && uncorrected[location]! >= 0) return uncorrected[location]!;
    // Of an autonomous system only its rule matters, and whether there is one at all.
    const asnRule = asn === 0 ? NO_RULE + 1 : signatures.findAsnRule(asn);
    const key = (stack * groups.locations.length + location) * (NO_RULE + 2) + asnRule;
    let number = known.get(key);
    if (number === undefined) {
      const databases = {
        location: groups.locations[location]!,
        asn: asn === 0 ? undefined : asn,
      };
      number = signatures.numberOf(stacks.list[stack]!, databases);
      known.set(key, number);
    }
    if (isPlain) uncorrected[location] = number;
    return number;
  };
  const lay = (words: 1 | 4, locations: RangeList, side: "v4" | "v6"): RangeList => {
    const numbers = asns?.[side];
    const systems =
      numbers === undefined
        ? createUniformList(words)
        : { words, starts: numbers.starts, values: numbers.asns };
    return mergeLists([locations, systems, stacks.layOut(words)], combine);
  };
  return { v4: lay(1, groups.v4, "v4"), v6: lay(4, groups.v6, "v6") };
}

function isUsed({ geo, coords, asn }: Network, matters: Matters): boolean {
  if (geo !== undefined) return true;
  return (matters.distance && coords !== undefined) || (matters.asn && asn !== undefined);
}

/** The networks that hold an address, one list for each combination that occurs; 0 is the empty one. */
class Stacks {
  /** Longest prefix first. */
  readonly list: (readonly Network[])[] = [[]];
  private readonly networks: readonly Network[];
  private readonly numbers = new Map<number, number>();

  constructor(networks: readonly Network[]) {
    this.networks = networks;
  }

  layOut(words: 1 | 4): RangeList {
    const entries = this.networks.map(({ prefix }, value) => ({ prefix, value }));
    return flattenPrefixes(words, entries, 0, (outer, inner) => this.push(outer, inner));
  }

  private push(outer: number, network: number): number {
    const key = outer * this.networks.length + network;
    const number =
      this.numbers.get(key) ?? this.list.push([this.networks[network]!, ...this.list[outer]!]) - 1;
    this.numbers.set(key, number);
    return number;
  }
}
