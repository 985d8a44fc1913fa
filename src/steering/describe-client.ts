/**
 * Where a client is and which rule it matches, read straight from the rules: what a location map says, with reasons.
 */
import type { Address, Prefix } from "../address/address.ts";
import { contains } from "../address/contains.ts";
import { countDecidingBits, findEmbedding, normalizeAddress } from "../address/embedded.ts";
import { createKeyOf } from "../address/key.ts";
import { formatAddress, formatPrefix } from "../address/parse.ts";
import type { GeoTable } from "../geo/geo-table.ts";
import { coversGeoCode, formatGeoCode } from "../zone/geo-code.ts";
import type { Network, Rule } from "../zone/model.ts";
import { type Located, locate } from "./locate.ts";
import { isNowhere, type Matters, type Place } from "./place.ts";

export interface ClientDescription extends Place {
  /** What `subnets` are compared with: the client's address, or the IPv4 address inside it. */
  readonly address: string;
  readonly source: LocationSource;
  /** The first rule that matches; undefined if none does. */
  readonly match: RuleMatch | undefined;
}

/** Who knew the location. `resolver`: nobody knew the client's, so this is that of the address that asked. */
export type LocationSource =
  | { readonly kind: "network"; readonly prefix: string }
  | { readonly kind: "database" }
  | { readonly kind: "resolver"; readonly address: string; readonly network: string | undefined }
  | { readonly kind: "nobody" };

export interface RuleMatch {
  /** Index into the rules. */
  readonly rule: number;
  readonly by:
    | { readonly kind: "subnet"; readonly prefix: string }
    | { readonly kind: "geo"; readonly code: string }
    | { readonly kind: "asn"; readonly asn: number }
    | { readonly kind: "catch-all" };
}

type ClientRule = Pick<Rule, "geos" | "subnets" | "asns">;

/**
 * Describes a client by the same rules as `compileLocationMap()`.
 *
 * @param matters what the rules look at: see `findMatters()`
 * @param client the prefix of an ECS option, or the resolver as a whole where there is none
 * @param resolver the source address of the query
 */
export function describeClient(
  rules: readonly ClientRule[],
  matters: Matters,
  networks: readonly Network[],
  geo: GeoTable,
  client: Prefix,
  resolver: Address,
): ClientDescription {
  const via = normalizeAddress(resolver);
  const address = client.length === 0 ? via : normalizePrefix(client);
  const own = locate(address, networks, geo);
  const located = isNowhere(own, matters) ? locate(via, networks, geo) : own;
  const { location, asn } = located;
  return {
    address: formatAddress(address),
    location,
    asn,
    source: isNowhere(located, matters) ? { kind: "nobody" } : describeSource(own, located, via),
    match: findRule(rules, address, located),
  };
}

/** The address of a prefix, or the IPv4 address inside it where the prefix covers that. */
function normalizePrefix(prefix: Prefix): Address {
  const { address, length } = prefix;
  if (address.family === 4) return address;
  const kind = findEmbedding(createKeyOf(address).words);
  return length >= countDecidingBits(kind) ? normalizeAddress(address) : address;
}

function describeSource(own: Located, located: Located, via: Address): LocationSource {
  const { network } = located;
  const prefix = network === undefined ? undefined : formatPrefix(network.prefix);
  if (located !== own) return { kind: "resolver", address: formatAddress(via), network: prefix };
  return prefix === undefined ? { kind: "database" } : { kind: "network", prefix };
}

function findRule(
  rules: readonly ClientRule[],
  address: Address,
  place: Place,
): RuleMatch | undefined {
  for (const [rule, { geos, subnets, asns }] of rules.entries()) {
    if (geos.length + subnets.length + asns.length === 0)
      return { rule, by: { kind: "catch-all" } };
    const subnet = subnets.find((prefix) => contains(prefix, address));
    if (subnet !== undefined) return { rule, by: { kind: "subnet", prefix: formatPrefix(subnet) } };
    const code = geos.find((candidate) => coversGeoCode(candidate, place.location));
    if (code !== undefined) return { rule, by: { kind: "geo", code: formatGeoCode(code) } };
    const asn = asns.find((candidate) => candidate === place.asn);
    if (asn !== undefined) return { rule, by: { kind: "asn", asn } };
  }
  return undefined;
}
