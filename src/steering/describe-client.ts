/**
 * Where a client is and which rule it matches, read straight from the rules: what a location map says, with reasons.
 */
import type { Address, Prefix } from "../address/address.ts";
import { contains } from "../address/contains.ts";
import { countDecidingBits, findEmbedding, normalizeAddress } from "../address/embedded.ts";
import { createKeyOf } from "../address/key.ts";
import { formatAddress, formatPrefix } from "../address/parse.ts";
import type { GeoTable, Location } from "../geo/geo-table.ts";
import type { Network, Rule } from "../zone/model.ts";
import { formatGeoCode, isUnknown, matchesGeoCode } from "./geo-code.ts";
import { type Located, locate } from "./locate.ts";

export interface ClientDescription {
  /** What `subnets` are compared with: the client's address, or the IPv4 address inside it. */
  readonly address: string;
  readonly location: Location;
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
    | { readonly kind: "catch-all" };
}

/**
 * Describes a client by the same rules as `compileLocationMap()`.
 *
 * @param client the prefix of an ECS option, or the resolver as a whole where there is none
 * @param resolver the source address of the query
 */
export function describeClient(
  rules: readonly Pick<Rule, "geos" | "subnets">[],
  networks: readonly Network[],
  geo: GeoTable,
  client: Prefix,
  resolver: Address,
): ClientDescription {
  const via = normalizeAddress(resolver);
  const address = client.length === 0 ? via : normalizePrefix(client);
  const own = locate(address, networks, geo);
  const located = isUnknown(own.location) ? locate(via, networks, geo) : own;
  return {
    address: formatAddress(address),
    location: located.location,
    source: describeSource(own, located, via),
    match: findRule(rules, address, located.location),
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
  if (isUnknown(located.location)) return { kind: "nobody" };
  const { network } = located;
  const prefix = network === undefined ? undefined : formatPrefix(network.prefix);
  if (located !== own) return { kind: "resolver", address: formatAddress(via), network: prefix };
  return prefix === undefined ? { kind: "database" } : { kind: "network", prefix };
}

function findRule(
  rules: readonly Pick<Rule, "geos" | "subnets">[],
  address: Address,
  location: Location,
): RuleMatch | undefined {
  for (const [rule, { geos, subnets }] of rules.entries()) {
    if (geos.length + subnets.length === 0) return { rule, by: { kind: "catch-all" } };
    const subnet = subnets.find((prefix) => contains(prefix, address));
    if (subnet !== undefined) return { rule, by: { kind: "subnet", prefix: formatPrefix(subnet) } };
    const code = geos.find((candidate) => matchesGeoCode(candidate, location));
    if (code !== undefined) return { rule, by: { kind: "geo", code: formatGeoCode(code) } };
  }
  return undefined;
}
