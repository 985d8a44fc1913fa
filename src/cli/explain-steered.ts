import type { Address } from "../address/address.ts";
import { normalizeAddress } from "../address/embedded.ts";
import { type AddressKey, createKey, createKeyOf, writeKey } from "../address/key.ts";
import { formatAddress } from "../address/parse.ts";
import type { Coords } from "../geo/distance.ts";
import type { GeoTable } from "../geo/geo-table.ts";
import { formatRdata } from "../rdata/format-rdata.ts";
import { type ClassTable, type ClientClass, classesOf } from "../steering/classes.ts";
import {
  compileLocationMap,
  findMatters,
  listClassRules,
} from "../steering/compile-location-map.ts";
import {
  type ClientDescription,
  describeClient,
  type LocationSource,
  type RuleMatch,
} from "../steering/describe-client.ts";
import { listDistances } from "../steering/distances.ts";
import { LocationMap } from "../steering/location-map.ts";
import type { Matters } from "../steering/place.ts";
import { steer } from "../steering/steer.ts";
import { pickSticky } from "../steering/sticky.ts";
import { createTrace, type Step } from "../steering/trace.ts";
import { formatType } from "../wire/rr-types.ts";
import type { Name, SteeredRRset, Zone } from "../zone/model.ts";
import type { Answer, Question, Steering, World } from "./explanation.ts";

export interface ExplainedSteering {
  /** Undefined: NODATA, or SERVFAIL. */
  readonly answer: Answer | undefined;
  readonly steering: Steering;
  /** Rdata of the first record. */
  readonly lead: Name | undefined;
  /** Whom the client counts as, and the ECS scope of that alone. */
  readonly clientClass: ClientClass;
  readonly classScope: number;
}

/** What the steering of one name and type gives this client, with the trace of why. */
export function explainSteered(
  zone: Zone,
  rrset: SteeredRRset,
  question: Question,
  world: World,
): ExplainedSteering {
  const { geo } = world;
  const { client, resolver } = question;
  const table = classesOf(zone, rrset, geo);
  const { classes } = table;
  const matters = findMatters(rrset.rules, table.rankings);
  const described = describeClient(rrset.rules, matters, zone.networks, geo, client, resolver);
  const { match } = described;
  if (match === undefined) throw new Error(`${rrset.label} has no catch-all rule`);
  const found = classes.length === 1 ? ONE_CLASS : classify(zone, rrset, table, question, geo);
  const clientClass = classes[found.number]!;

  const trace = createTrace();
  trace.steps.push(
    { topic: "client", rule: "A2", text: explainLocation(described, matters, resolver) },
    { topic: "rule", rule: "A2", text: explainMatch(match, zone, rrset) },
  );
  // Only where distance makes classes of this rule.
  if (new Set(table.outcomes[match.rule]).size > 1) {
    trace.steps.push(explainDistances(zone, table, geo, described.location.coords));
  }
  const decision = steer(zone, rrset, clientClass, world, trace);
  const picked =
    decision.kind === "answer" ? pickSticky(decision, keyOf(question)) : { index: 0, prefix: 0 };
  const scope = isForResolver(question) ? found.scope : Math.max(found.scope, picked.prefix);
  trace.steps.push(explainScope(scope, classes.length, client.length, picked.prefix));

  const { continent, country, subdivision } = described.location;
  const steering: Steering = {
    location: { address: described.address, continent, country, subdivision },
    rule: match.rule + 1,
    rules: rrset.rules.length,
    mode: decision.mode,
    scope,
    steps: trace.steps,
    pools: trace.pools,
  };
  const whom = { clientClass, classScope: found.scope };
  if (decision.kind !== "answer") {
    return { answer: undefined, steering, lead: undefined, ...whom };
  }
  const { values, rotate, answers } = decision;
  const sum = values.reduce((total, { weight }) => total + weight, 0);
  const answer: Answer = {
    type: formatType(rrset.type),
    ttl: decision.ttl,
    records: values.map(({ rdata, weight }, i) => ({
      data: formatRdata(rrset.type, rdata),
      share: rotate ? weight / sum : Number(i === picked.index),
    })),
    perAnswer: answers,
    rotates: rotate,
  };
  return { answer, steering, lead: values[picked.index]!.rdata, ...whom };
}

/** Source prefix 0 asks to be treated by the resolver's own address (RFC 7871 §7.1.2). */
function isForResolver({ client }: Question): boolean {
  return client.length === 0;
}

/** The address that the policy sticky goes by. */
function keyOf(question: Question): AddressKey {
  const { client, resolver } = question;
  if (isForResolver(question)) return createKeyOf(resolver);
  const key = createKey();
  writeKey(key, client.address.family, client.address.octets, 0, client.length);
  return key;
}

const ONE_CLASS = { number: 0, scope: 0 };

/** By the table that the server itself looks clients up in. */
function classify(
  zone: Zone,
  rrset: SteeredRRset,
  table: ClassTable,
  { client, resolver }: Question,
  geo: GeoTable,
): { readonly number: number; readonly scope: number } {
  const rules = listClassRules(rrset, table);
  const map = new LocationMap(compileLocationMap(rules, zone.networks, geo, table.rankings));
  const [clientKey, resolverKey] = [createKey(), createKey()];
  const { address, length } = client;
  writeKey(clientKey, address.family, address.octets, 0, length);
  writeKey(resolverKey, resolver.family, resolver.octets, 0, resolver.octets.length * 8);
  const number = map.classify(clientKey, resolverKey);
  return { number, scope: map.scope };
}

function explainLocation(
  described: ClientDescription,
  matters: Matters,
  resolver: Address,
): string {
  const { address, source } = described;
  const isResolver = address === formatAddress(normalizeAddress(resolver));
  if (source.kind === "nobody") {
    return `${address} is unknown to the geo databases${isResolver ? "" : ", and so is its resolver"}`;
  }
  return `${address} ${describeSource(source, describePlace(described, matters))}`;
}

/** What is known of a place as far as it matters: `in EU-DE`, `in NA-US and in AS64500`, `at 35.7, 139.7`. */
function describePlace({ location, asn }: ClientDescription, matters: Matters): string {
  const { continent, country, subdivision, coords } = location;
  const code = [continent, country, subdivision].filter((part) => part !== undefined).join("-");
  const parts = [
    code === "" ? undefined : `in ${code}`,
    code === "" && matters.distance && coords !== undefined
      ? `at ${formatCoords(coords)}`
      : undefined,
    matters.asn && asn !== undefined ? `in AS${asn}` : undefined,
  ];
  return parts.filter((part) => part !== undefined).join(" and ");
}

function formatCoords(coords: Coords): string {
  return coords.map((degrees) => degrees.toFixed(1)).join(", ");
}

function describeSource(
  source: Exclude<LocationSource, { kind: "nobody" }>,
  place: string,
): string {
  switch (source.kind) {
    case "network":
      return `is ${place}, says the zone's own network ${source.prefix}`;
    case "database":
      return `is ${place}, say the geo databases`;
    case "resolver": {
      const who = source.network === undefined ? "the geo databases" : `network ${source.network}`;
      return `is unknown to the geo databases; its resolver ${source.address} is ${place}, say${source.network === undefined ? "" : "s"} ${who}`;
    }
  }
}

function explainMatch({ rule, by }: RuleMatch, zone: Zone, rrset: SteeredRRset): string {
  const { pools } = rrset.rules[rule]!;
  const names = pools.map((index) => zone.pools[index]?.name).join(", ");
  const why = by.kind === "catch-all" ? "the catch-all" : `${by.kind} ${describeMatched(by)}`;
  const noun = pools.length === 1 ? "pool" : "pools";
  return `rule ${rule + 1} of ${rrset.rules.length} matches, ${why}: ${noun} ${names}`;
}

function explainDistances(
  zone: Zone,
  table: ClassTable,
  geo: GeoTable,
  from: Coords | undefined,
): Step {
  if (from === undefined) {
    const text = "nobody knows where the client is: what is first as written counts as nearest";
    return { topic: "distance", rule: "A10", text };
  }
  const distances = listDistances(zone, table, geo, from).map(
    ({ datacenter, kilometres, effective, bias }) => {
      if (kilometres === undefined || effective === undefined) {
        return `${datacenter} of no known place`;
      }
      const counts = bias === 0 ? "" : ` (counts as ${Math.round(effective)} km, bias ${bias})`;
      return `${datacenter} ${Math.round(kilometres)} km${counts}`;
    },
  );
  const text = `from ${formatCoords(from)}: ${distances.join(", ")}`;
  return { topic: "distance", rule: "A10", text };
}

function describeMatched(by: Exclude<RuleMatch["by"], { kind: "catch-all" }>): string | number {
  if (by.kind === "subnet") return by.prefix;
  return by.kind === "geo" ? by.code : by.asn;
}

/** @param sticky length of the prefix by which the policy sticky decided, 0 if it did not */
function explainScope(scope: number, classes: number, known: number, sticky: number): Step {
  const text = (): string => {
    if (scope > 0 && scope === sticky) return `/${scope}: the prefix that policy sticky goes by`;
    if (classes === 1) return "/0: all rules lead to the same pools, whoever asks";
    if (scope === 0) return "/0: every client gets the same from this resolver";
    const head = `/${scope}: the widest prefix around the client in which everybody gets the same`;
    return scope > known ? `${head}; narrower than the client's /${known}` : head;
  };
  return { topic: "scope", rule: "A3", text: text() };
}
