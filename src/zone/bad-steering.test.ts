import { describe, expect, it } from "vitest";
import { listZoneIssues, steered, zoneText } from "../../test/support/zone-issues.ts";

describe("steering", () => {
  const pools = "pools:\n  eu: { values: [192.0.2.1] }\n  na: { values: [192.0.2.2] }";
  const rules = (text: string): string => zoneText(steered(`{ rules: [${text}] }`), pools);

  it.each([
    [
      rules("{ geos: [EU], pool: eu }, { subnets: [10.0.0.0/8], pool: na }"),
      "7:64: error: the last rule must match everybody: a rule without geos, subnets and asns is missing, like { pool: NAME }",
    ],
    [
      rules("{ pool: eu }, { geos: [EU], pool: na }"),
      "7:52: warning: this rule can never match: the one in line 7 before it matches everybody",
    ],
    [
      rules("{ geos: [EU], pool: eu }, { geos: [EU-DE], pool: na }, { pool: na }"),
      '7:73: warning: the geo "EU-DE" can never match here: line 7 covers it',
    ],
    [
      rules(
        "{ subnets: [10.0.0.0/8], pool: eu }, { subnets: [10.1.0.0/16], pool: na }, { pool: na }",
      ),
      "7:75: warning: this rule can never match: earlier ones cover all of it",
    ],
    [
      rules(
        '{ subnets: ["::/0"], pool: eu }, { subnets: ["2001:db8::/32"], pool: na }, { pool: na }',
      ),
      "7:83: warning: the subnet 2001:db8::/32 can never match here: line 7 covers it",
    ],
    [
      rules("{ subnets: [10.0.0.1/8], pool: eu }, { pool: na }"),
      "7:50: error: 10.0.0.1/8 has host bits set: write 10.0.0.0/8",
    ],
    [
      rules("{ pool: [eu, na, eu] }"),
      '7:55: warning: the pool "eu" is in the list already: it is tried once',
    ],
    [rules("{ geos: [EU] }, { pool: eu }"), '7:38: error: a rule needs the key "pool"'],
    [
      rules("{ pool: eu }"),
      '4:3: warning: the pool "na" is used by no rule, and by no pool that is',
    ],
    [
      zoneText(steered("{ rules: [{ pool: eu }] }").replace("A,", "A, ttl: 0,"), pools),
      "7:24: error: ttl 0 would send every client here for every connection: at least 1 for a steered record",
    ],
    [
      zoneText(steered("{ rules: [{ pool: eu }] }").replace("A,", "CNAME,"), pools),
      "3:18: error: 192.0.2.1 is an address, and a value of CNAME is a name: for addresses, write type: [A, AAAA]",
    ],
    [
      zoneText(
        steered("{ rules: [{ pool: a }] }"),
        "pools:\n  a: { values: [192.0.2.1], fallback: b }\n  b: { values: [192.0.2.1], fallback: c }\n  c: { values: [192.0.2.1], fallback: a }",
      ),
      "3:39: error: the fallbacks go round in a circle: a → b → c → a",
    ],
    [
      zoneText(
        steered("{ rules: [{ pool: a }] }"),
        "pools:\n  a: { values: [192.0.2.1], fallback: a }",
      ),
      "3:39: error: the fallbacks go round in a circle: a → a",
    ],
    [
      zoneText(
        steered("{ rules: [{ pool: a }] }"),
        "pools:\n  a: { values: [{ value: 192.0.2.1, status: down }] }",
      ),
      '6:3: warning: all values of "www.example.com." A have status: down: the answer will be empty',
    ],
    [
      zoneText(
        steered("{ rules: [{ pool: a }] }"),
        "pools:\n  a: { values: [192.0.2.1, 192.0.2.1] }",
      ),
      "3:28: error: 192.0.2.1 is in the pool twice, first in line 3: give it a weight instead",
    ],
    [
      zoneText(steered("{ rules: [{ pool: a }] }"), "pools:\n  a: { values: [cdn.example.net.] }"),
      '3:17: error: "cdn.example.net." is a name, and the values of A and AAAA records are IP addresses: for names, write type: CNAME',
    ],
    [
      zoneText(
        steered("{ rules: [{ pool: a }] }"),
        "pools:\n  a: { min_healthy: 2, values: [192.0.2.1] }",
      ),
      "3:21: warning: min_healthy 2 is more than the 1 enabled values of A: the pool is never in service for them",
    ],
    [
      zoneText(
        steered("{ rules: [{ pool: a }] }"),
        "pools:\n  a: { min_healthy: 200%, values: [192.0.2.1] }",
      ),
      '3:21: error: min_healthy must be a count, or 1% to 100%: found "200%"',
    ],
    [
      zoneText(
        steered("{ rules: [{ pool: a }] }"),
        "pools:\n  a: { values: [{ value: 192.0.2.1, weight: 1001 }] }",
      ),
      "3:45: error: weight must be a whole number from 0 to 1000: found the number 1001",
    ],
  ])("%j", (text, message) => expect(listZoneIssues(text)).toContain(message));

  it("tells what is not built yet from a mistake", () => {
    const text = zoneText(
      steered("{ rules: [{ pool: a }] }"),
      "pools:\n  a: { policy: least_loaded, values: [192.0.2.1] }",
    );
    expect(listZoneIssues(text)).toEqual([
      '3:16: error: policy "least_loaded" is not supported yet; supported: rotate, failover, sticky or nearest',
    ]);
  });
});
