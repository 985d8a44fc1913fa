import type { Address } from "../address/address.ts";
import { normalizeAddress } from "../address/embedded.ts";
import { createKey, writeKey } from "../address/key.ts";
import { formatAddress } from "../address/parse.ts";
import type { GeoTable } from "../geo/geo-table.ts";
import { classesOf } from "../steering/classes.ts";
import { compileLocationMap } from "../steering/compile-location-map.ts";
import {
  type ClientDescription,
  describeClient,
  type LocationSource,
  type RuleMatch,
} from "../steering/describe-client.ts";
import { LocationMap } from "../steering/location-map.ts";
import { steer } from "../steering/steer.ts";
import { createTrace, type Step } from "../steering/trace.ts";
import { NO_MEMORY, NO_OVERRIDES } from "../steering/world.ts";
import { formatType } from "../wire/rr-types.ts";
import type { Name, SteeredRRset, Zone } from "../zone/model.ts";
import type { Answer, Question, Steering, World } from "./explanation.ts";
import { formatRdata } from "./format-rdata.ts";

export interface ExplainedSteering {
  /** Undefined: NODATA. */
  readonly answer: Answer | undefined;
  readonly steering: Steering;
  /** Rdata of the first record. */
  readonly lead: Name | undefined;
}

/** What the steering of one name and type gives this client, with the trace of why. */
export function explainSteered(
  zone: Zone,
  rrset: SteeredRRset,
  question: Question,
  { health, geo }: World,
): ExplainedSteering {
  const { client, resolver } = question;
  const described = describeClient(rrset.rules, zone.networks, geo, client, resolver);
  const { match } = described;
  if (match === undefined) throw new Error(`${rrset.label} has no catch-all rule`);
  const { classes, outcomeOfRule } = classesOf(zone, rrset);
  const clientClass = classes[outcomeOfRule[match.rule]!]!;
  const scope = classes.length === 1 ? 0 : findScope(zone, rrset, outcomeOfRule, question, geo);

  const trace = createTrace();
  trace.steps.push(
    { topic: "client", rule: "A2", text: explainLocation(described, resolver) },
    { topic: "rule", rule: "A2", text: explainMatch(match, zone, rrset) },
  );
  const world = { health, overrides: NO_OVERRIDES, memory: NO_MEMORY };
  const decision = steer(zone, rrset, clientClass, world, trace);
  trace.steps.push(explainScope(scope, classes.length, client.length));

  const { continent, country, subdivision } = described.location;
  const steering: Steering = {
    location: { address: described.address, continent, country, subdivision },
    rule: match.rule + 1,
    rules: rrset.rules.length,
    mode: decision.kind === "nodata" ? "nodata" : decision.mode,
    scope,
    steps: trace.steps,
    pools: trace.pools,
  };
  if (decision.kind === "nodata") return { answer: undefined, steering, lead: undefined };
  const sum = decision.values.reduce((total, { weight }) => total + weight, 0);
  const answer: Answer = {
    type: formatType(rrset.type),
    ttl: decision.ttl,
    records: decision.values.map(({ rdata, weight }, i) => ({
      data: formatRdata(rrset.type, rdata),
      share: decision.rotate ? weight / sum : Number(i === 0),
    })),
    perAnswer: decision.answers,
    rotates: decision.rotate,
  };
  return { answer, steering, lead: decision.values[0]?.rdata };
}

/** By the table that the server itself looks clients up in. */
function findScope(
  zone: Zone,
  rrset: SteeredRRset,
  outcomeOfRule: readonly number[],
  { client, resolver }: Question,
  geo: GeoTable,
): number {
  const rules = rrset.rules.map((rule, i) => ({ ...rule, class: outcomeOfRule[i]! }));
  const map = new LocationMap(compileLocationMap(rules, zone.networks, geo));
  const [clientKey, resolverKey] = [createKey(), createKey()];
  const { address, length } = client;
  writeKey(clientKey, address.family, address.octets, 0, length);
  writeKey(resolverKey, resolver.family, resolver.octets, 0, resolver.octets.length * 8);
  map.classify(clientKey, resolverKey);
  return map.scope;
}

function explainLocation(
  { address, location, source }: ClientDescription,
  resolver: Address,
): string {
  const isResolver = address === formatAddress(normalizeAddress(resolver));
  if (source.kind === "nobody") {
    return `${address} is unknown to the geo databases${isResolver ? "" : ", and so is its resolver"}`;
  }
  const { continent, country, subdivision } = location;
  const place = [continent, country, subdivision].filter((part) => part !== undefined).join("-");
  return `${address} ${describeSource(source, place)}`;
}

function describeSource(
  source: Exclude<LocationSource, { kind: "nobody" }>,
  place: string,
): string {
  switch (source.kind) {
    case "network":
      return `is in ${place}, says the zone's own network ${source.prefix}`;
    case "database":
      return `is in ${place}, say the geo databases`;
    case "resolver": {
      const who = source.network === undefined ? "the geo databases" : `network ${source.network}`;
      return `is unknown to the geo databases; its resolver ${source.address} is in ${place}, say${source.network === undefined ? "" : "s"} ${who}`;
    }
  }
}

function explainMatch({ rule, by }: RuleMatch, zone: Zone, rrset: SteeredRRset): string {
  const { pools } = rrset.rules[rule]!;
  const names = pools.map((index) => zone.pools[index]?.name).join(", ");
  const why =
    by.kind === "catch-all"
      ? "the catch-all"
      : `${by.kind} ${by.kind === "subnet" ? by.prefix : by.code}`;
  const noun = pools.length === 1 ? "pool" : "pools";
  return `rule ${rule + 1} of ${rrset.rules.length} matches, ${why}: ${noun} ${names}`;
}

function explainScope(scope: number, classes: number, known: number): Step {
  const text = (): string => {
    if (classes === 1) return "/0: all rules lead to the same pools, whoever asks";
    if (scope === 0) return "/0: every client gets the same from this resolver";
    const head = `/${scope}: the widest prefix around the client in which everybody gets the same`;
    return scope > known ? `${head}; narrower than the client's /${known}` : head;
  };
  return { topic: "scope", rule: "A3", text: text() };
}
