import { describe, expect, it } from "vitest";
import { flattenPrefixes } from "../address/flatten-prefixes.ts";
import { parseAddress, parsePrefix } from "../address/parse.ts";
import type { GeoTable } from "../geo/geo-table.ts";
import type { GeoCode, Network } from "../zone/model.ts";
import { type ClientDescription, describeClient } from "./describe-client.ts";

const UNKNOWN = {
  continent: undefined,
  country: undefined,
  subdivision: undefined,
  coords: undefined,
};

/** 20.0.0.0/8 is in Germany; nothing else is known. */
function germanTable(): GeoTable {
  const lay = (words: 1 | 4): GeoTable["v4"] => {
    const entries = [{ prefix: parsePrefix("20.0.0.0/8")!, value: 1 }];
    const { starts, values } = flattenPrefixes(words, entries, 0, (_, inner) => inner);
    return { starts, locations: values };
  };
  const germany = { continent: "EU", country: "DE", subdivision: "HE", coords: [50, 8] } as const;
  return { v4: lay(1), v6: lay(4), locations: [UNKNOWN, germany], asns: undefined, sources: [] };
}

function code(continent: string, country?: string): GeoCode {
  return { continent, country, subdivision: undefined };
}

const NETWORKS: readonly Network[] = [
  { prefix: parsePrefix("20.1.0.0/16")!, geo: code("NA", "US"), coords: undefined, asn: undefined },
  { prefix: parsePrefix("20.2.0.0/16")!, geo: undefined, coords: [1, 2], asn: undefined },
  { prefix: parsePrefix("20.3.0.0/16")!, geo: code("EU", "DE"), coords: undefined, asn: undefined },
];
const MATTERS = { asn: false, distance: false };
const RULES = [
  { geos: [], subnets: [parsePrefix("10.1.0.0/16")!], asns: [] },
  { geos: [code("EU", "DE")], subnets: [], asns: [] },
  { geos: [], subnets: [], asns: [] },
];

function ask(client: string, resolver = "192.0.2.1"): ClientDescription {
  const prefix = parsePrefix(client)!;
  return describeClient(RULES, MATTERS, NETWORKS, germanTable(), prefix, parseAddress(resolver)!);
}

describe("describeClient()", () => {
  it("names the database, the network or the resolver that knew the location", () => {
    expect(ask("20.0.0.0/24").source).toEqual({ kind: "database" });
    expect(ask("20.1.0.0/24").source).toEqual({ kind: "network", prefix: "20.1.0.0/16" });
    expect(ask("10.0.0.0/24", "20.0.0.1").source).toEqual({
      kind: "resolver",
      address: "20.0.0.1",
      network: undefined,
    });
    expect(ask("10.0.0.0/24").source).toEqual({ kind: "nobody" });
  });

  it("names what matched", () => {
    expect(ask("10.1.2.0/24", "20.0.0.1").match).toEqual({
      rule: 0,
      by: { kind: "subnet", prefix: "10.1.0.0/16" },
    });
    expect(ask("10.2.0.0/24", "20.0.0.1").match).toEqual({
      rule: 1,
      by: { kind: "geo", code: "EU-DE" },
    });
    expect(ask("20.1.0.0/24").match).toEqual({ rule: 2, by: { kind: "catch-all" } });
  });

  it("takes coordinates from the first that has some in the same country, else the centroid", () => {
    expect(ask("20.0.0.0/24").location.coords).toEqual([50, 8]);
    expect(ask("20.1.0.0/24").location).toEqual({
      continent: "NA",
      country: "US",
      subdivision: undefined,
      coords: [38, -97],
    });
    expect(ask("20.2.0.0/24").location).toMatchObject({ country: "DE", coords: [1, 2] });
    expect(ask("20.3.0.0/24").location).toMatchObject({ subdivision: undefined, coords: [50, 8] });
  });

  it("looks at the IPv4 address inside an IPv6 one where the prefix covers it", () => {
    expect(ask("2002:1400:1::/48")).toMatchObject({
      address: "20.0.0.1",
      source: { kind: "database" },
    });
    expect(ask("2002:1400::/32").address).toBe("2002:1400::");
  });
});
