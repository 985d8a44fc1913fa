import { describe, expect, it } from "vitest";
import { geoTable } from "../../test/support/geo.ts";
import { parseAddress, parsePrefix } from "../address/parse.ts";
import { NO_MEMORY, NO_OVERRIDES } from "../steering/world.ts";
import { loadZone } from "../zone/load-zone.ts";
import { explainSteered } from "./explain-steered.ts";

const GEO = geoTable({ "20.0.0.0/8": "NA-US 38 -98" }, { "20.1.0.0/16": 64_500 });
const TEXT = `
zone: example.com.
soa: { mname: ns1.example.net. }
datacenters:
  fra: { coords: [50.1, 8.7] }
  iad: { coords: [38.9, -77.4], bias: 20 }
  x: {}
networks: { 10.0.0.0/8: { coords: [35.7, 139.7], asn: 64512 } }
pools:
  all:
    policy: nearest
    values: [{ value: 192.0.2.1, dc: fra }, { value: 192.0.2.2, dc: iad }, { value: 192.0.2.3, dc: x }]
  other: { values: [192.0.2.9] }
records:
  near: { type: A, dynamic: { rules: [{ geos: [AS], pool: other }, { pool: all }] } }
  asn: { type: A, dynamic: { rules: [{ asns: [64500, 64512], pool: other }, { pool: all }] } }
  plain: { type: A, dynamic: { rules: [{ geos: [NA], pool: other }, { pool: other, subnets: [1.0.0.0/8] }, { pool: other }] } }
`;
const { zone, issues } = loadZone(TEXT, { file: "zone.yaml", changedAt: 1 });

/** The steps before the pools, and the answer. */
function explain(label: string, client: string): string[] {
  if (zone === undefined) throw new SyntaxError(JSON.stringify(issues));
  const rrset = zone.steered.find((each) => each.label === label)!;
  const resolver = parseAddress("127.0.0.1")!;
  const question = { name: rrset.owner, type: 1, client: parsePrefix(client)!, resolver };
  const world = {
    source: "files" as const,
    zones: [zone],
    geo: GEO,
    health: { targets: new Map() },
    overrides: NO_OVERRIDES,
    memory: NO_MEMORY,
  };
  const { steering, answer } = explainSteered(zone, rrset, question, world);
  const steps = steering.steps.filter(({ topic }) =>
    ["client", "rule", "distance"].includes(topic),
  );
  return [...steps.map(({ text, rule }) => `${text} [${rule}]`), `${answer?.records[0]?.data}`];
}

describe("explainSteered()", () => {
  it("tells the distances before and after the bias where they decide", () => {
    expect(explain("near", "20.2.0.0/16")).toEqual([
      "20.2.0.0 is in NA-US, say the geo databases [A2]",
      "rule 2 of 2 matches, the catch-all: pool all [A2]",
      "from 38.0, -98.0: iad 1793 km (counts as 1434 km, bias 20), fra 7885 km, x of no known place [A10]",
      "192.0.2.2",
    ]);
    expect(explain("plain", "20.2.0.0/16")).toHaveLength(3);
  });

  it("says that nobody knows where a client is", () => {
    expect(explain("near", "30.0.0.0/8").slice(2)).toEqual([
      "nobody knows where the client is: what is first as written counts as nearest [A10]",
      "192.0.2.1",
    ]);
  });

  it("names the autonomous system where rules look at it, and coordinates where there is no code", () => {
    expect(explain("asn", "20.1.0.0/16").slice(0, 2)).toEqual([
      "20.1.0.0 is in NA-US and in AS64500, say the geo databases [A2]",
      "rule 1 of 2 matches, asn 64500: pool other [A2]",
    ]);
    expect(explain("asn", "10.0.0.0/8").slice(0, 1)).toEqual([
      "10.0.0.0 is at 35.7, 139.7 and in AS64512, says the zone's own network 10.0.0.0/8 [A2]",
    ]);
  });
});
