import { describe, expect, it } from "vitest";
import { renderIssues } from "../config/issue.ts";
import { loadZone } from "./load-zone.ts";

const NS = `  "": { type: NS, values: [a.example.net., b.example.net.] }`;

/** A file with these records, and other keys before them. */
const file = (records: string, keys = ""): string =>
  `zone: example.com.\n${keys === "" ? "" : `${keys}\n`}records:\n${NS}\n${records}\n`;

const steered = (dynamic: string): string => `  www: { type: A, dynamic: ${dynamic} }`;

function render(text: string, references = true): string {
  const { issues } = loadZone(text, { file: "z.yaml", changedAt: 1, references });
  return renderIssues(issues);
}

/** `line:column severity: message`, one for each issue. */
const said = (text: string, references = true): string[] =>
  render(text, references)
    .split("\n")
    .filter((line) => line.startsWith("z.yaml:"))
    .map((line) => line.slice("z.yaml:".length));

describe("a bad file", () => {
  it("gets all its errors in one go, each with its place, and a suggestion where a word is near", () => {
    const text = `zone: example.com
ttl: 010
soa: { mname: ns1, serail: 3 }
datacenters:
  fra: { geo: EU-UK, coords: [91, 8] }
healthchecks:
  web: { protocol: HTTPS, host: "https://x", path: x, interval: 5 minutes }
pools:
  eu:
    fallback: us
    healthchek: web
    values:
      - { value: 192.0.2.300, wieght: 3 }
      - { value: 192.0.2.1, dc: far, status: donw }
  eu: { values: [] }
records:
  "": { type: NS, values: [ns1, a.example.net.] }
  www: { type: [A, AAAA], dynamic: { rules: [{ geos: [EU], pool: ue }, { pool: eu }] } }
  mx: { type: MXX, value: 10 mail.example.com. }
`;
    expect(render(text)).toBe(
      `z.yaml:2:6: error: ttl must be whole seconds from 0 to 2147483647, or like 30s, 5m, 1h, 1d: found the number 010
ttl: 010
     ^^^
z.yaml:3:15: error: mname must be absolute, with a dot at the end: found "ns1"; write "ns1.example.com." or "ns1."
soa: { mname: ns1, serail: 3 }
              ^^^
z.yaml:3:20: error: unknown key "serail" in the SOA settings; did you mean "serial"?
soa: { mname: ns1, serail: 3 }
                   ^^^^^^
z.yaml:5:15: error: "EU-UK" is no geo code: "UK" is no country of EU (ISO 3166-1); did you mean "EU-GB"?
  fra: { geo: EU-UK, coords: [91, 8] }
              ^^^^^
z.yaml:5:31: error: the latitude of coords must be a number from -90 to 90: found the number 91
  fra: { geo: EU-UK, coords: [91, 8] }
                              ^^
z.yaml:7:33: error: host must be a host name, without a scheme: found "https://x"
  web: { protocol: HTTPS, host: "https://x", path: x, interval: 5 minutes }
                                ^^^^^^^^^^^
z.yaml:7:52: error: path must begin with "/": found "x"
  web: { protocol: HTTPS, host: "https://x", path: x, interval: 5 minutes }
                                                   ^
z.yaml:7:65: error: interval must be a time from 100ms to 1d, as seconds or like 500ms, 30s, 5m, 1h, 1d: found "5 minutes"
  web: { protocol: HTTPS, host: "https://x", path: x, interval: 5 minutes }
                                                                ^^^^^^^^^
z.yaml:10:15: error: no pool is named "us"; there are: eu
    fallback: us
              ^^
z.yaml:11:5: error: unknown key "healthchek" in a pool; did you mean "healthcheck"?
    healthchek: web
    ^^^^^^^^^^
z.yaml:13:18: error: 192.0.2.300 is not an IP address: 300 is above 255
      - { value: 192.0.2.300, wieght: 3 }
                 ^^^^^^^^^^^
z.yaml:13:31: error: unknown key "wieght" in a value of a pool; did you mean "weight"?
      - { value: 192.0.2.300, wieght: 3 }
                              ^^^^^^
z.yaml:14:33: error: no datacenter is named "far"; did you mean "fra"?
      - { value: 192.0.2.1, dc: far, status: donw }
                                ^^^
z.yaml:14:46: error: status must be up, down or obey: found "donw"; did you mean "down"?
      - { value: 192.0.2.1, dc: far, status: donw }
                                             ^^^^
z.yaml:15:3: error: the key "eu" is written twice: first in line 9
  eu: { values: [] }
  ^^
z.yaml:17:28: error: value must be absolute, with a dot at the end: found "ns1"; write "ns1.example.com." or "ns1."
  "": { type: NS, values: [ns1, a.example.net.] }
                           ^^^
z.yaml:18:66: error: no pool is named "ue"; did you mean "eu"?
  www: { type: [A, AAAA], dynamic: { rules: [{ geos: [EU], pool: ue }, { pool: eu }] } }
                                                                 ^^
z.yaml:19:15: error: "MXX" is no record type; did you mean "MX"?
  mx: { type: MXX, value: 10 mail.example.com. }
              ^^^
`,
    );
  });
});

describe("an envelope", () => {
  it.each([
    ["", "1:1: error: the file is empty"],
    ["[]", "1:1: error: a zone file is a mapping: found a list"],
    ["zone: example.com.", '1:1: error: a zone file needs the key "records"'],
    [`records:\n${NS}`, '1:1: error: a zone file needs the key "zone"'],
    [
      "zone: 5\nrecords: {}",
      '1:7: error: zone must be text: found the number 5; put it in quotes: "5"',
    ],
    [
      "zone: a..b\nrecords: {}",
      '1:7: error: zone must be the name of the apex, like example.com.: "a..b" has an empty label: two dots in a row, or a dot at the start',
    ],
    [
      "zone: a.\nrecrods: {}\nrecords: {}",
      '2:1: error: unknown key "recrods" in a zone file; did you mean "records"?',
    ],
    ["zone: a.\nimport: a.zone\nrecords: {}", '2:1: error: "import" is not supported yet'],
    [
      "zone: a.\nrecords: []",
      "2:10: error: records must be records by owner name, a mapping: found a list",
    ],
    [
      "zone: a.\nnetworks: { 10.0.0.1/8: {} }\nrecords: {}",
      "2:13: error: 10.0.0.1/8 has host bits set: write 10.0.0.0/8",
    ],
  ])("%j", (text, message) => expect(said(text)).toContain(message));

  it("is not expected of a master file", () => {
    const { zone, issues } = loadZone("$ORIGIN a.\n", { file: "a.zone", changedAt: 1 });
    expect([zone, issues.map(({ severity, message }) => `${severity}: ${message}`)]).toEqual([
      undefined,
      ["error: master files (*.zone) are not supported yet: write the zone as YAML"],
    ]);
  });

  it("names the file whose name is no zone", () => {
    const { issues } = loadZone("www: { type: A, value: 192.0.2.1 }", {
      file: "a...yaml",
      changedAt: 1,
    });
    expect(issues[0]?.message).toContain("the file names no zone, and its own name is none");
  });
});

describe("records", () => {
  it.each([
    [
      "www.example.net.: { type: A, value: 192.0.2.1 }",
      '4:3: error: "www.example.net." is out of the zone: "example.com." is the apex',
    ],
    [
      "www.example.com: { type: A, value: 192.0.2.1 }",
      '4:3: warning: names are relative to the zone: this is "www.example.com.example.com."; did you mean "www"?',
    ],
    [
      "a..b: { type: A, value: 192.0.2.1 }",
      '4:3: error: the owner is no name: "a..b" has an empty label: two dots in a row, or a dot at the start',
    ],
    [
      `${"x".repeat(64)}: { type: A, value: 192.0.2.1 }`,
      "4:3: error: the owner is no name: a label of the name is 64 octets long: 63 are allowed (RFC 1035 §2.3.4)",
    ],
    ["w: { value: 192.0.2.1 }", '4:6: error: a record needs the key "type"'],
    [
      "w: { type: A }",
      '4:14: error: "w.example.com." has no value: write value, or values with a list',
    ],
    ["w: { type: A, values: [] }", "4:25: error: values is an empty list"],
    [
      "w: { type: A, value: 192.0.2.1, values: [192.0.2.2] }",
      '4:24: error: a record has "value" or "values", not both',
    ],
    [
      "w: { type: TLSA, value: x }",
      "4:14: error: TLSA records are not supported yet: A, AAAA, CAA, CNAME, MX, NS, PTR, SOA, SRV, TXT are",
    ],
    [
      "w: { type: TYPE65280, value: x }",
      "4:14: error: TYPE65280 records are not supported yet: A, AAAA, CAA, CNAME, MX, NS, PTR, SOA, SRV, TXT are",
    ],
    ["w: { type: ANY, value: x }", '4:14: error: "ANY" is no type of a record'],
    [
      "w: { type: ALIAS, value: x }",
      "4:14: error: ALIAS records are not supported: write A and AAAA",
    ],
    [
      "w: { type: [A, MX], value: x }",
      "4:18: error: a list of types may hold A and AAAA only, whose values can be told apart: found MX",
    ],
    ["w: { type: [A, A], value: 192.0.2.1 }", "4:18: error: the type A is in the list twice"],
    [
      "w: { type: [A, AAAA], values: [192.0.2.1] }",
      "4:18: error: no value is an IPv6 address: leave AAAA out, or add one",
    ],
    [
      "w: [{ type: A, value: 192.0.2.1 }, { type: [A, AAAA], values: [192.0.2.2, '::1'] }]",
      '4:47: error: "w.example.com." has A records already, in line 4: write all values there',
    ],
    [
      "w: { type: A, value: 192.0.2.1 }\n  W: { type: A, value: 192.0.2.2 }",
      '5:14: error: "w.example.com." has A records already, in line 4: write all values there',
    ],
    [
      "w: { type: A, values: [192.0.2.1, 192.0.2.1] }",
      "4:37: warning: the same value stands in line 4: it is answered once",
    ],
    [
      "w: { type: A, value: 192.0.2.1, ttl_min: 5 }",
      "4:44: error: ttl_min means nothing here: the record has neither dynamic nor a healthcheck",
    ],
    [
      "w: { type: SOA, value: a. b. 1 1 1 1 1 }",
      '4:3: error: a SOA at "w.example.com.": it belongs to the apex, "example.com."',
    ],
    [
      '"*": { type: NS, values: [a.example.net., b.example.net.] }',
      "4:3: error: NS records at a wildcard have no defined meaning (RFC 4592 §4.2)",
    ],
  ])("%s", (record, message) => expect(said(file(`  ${record}`))).toContain(message));

  it("are no more than a hundred of one type at one name", () => {
    const values = (n: number): string =>
      Array.from({ length: n }, (_, i) => `10.0.0.${i}`).join(", ");
    expect(said(file(`  w: { type: A, values: [${values(100)}] }`))).toEqual([]);
    expect(said(file(`  w: { type: A, values: [${values(101)}] }`))).toEqual([
      '4:25: error: "w.example.com." has 101 records of A: at most 100 are allowed',
    ]);
  });

  it("fit into an answer", () => {
    const values = Array.from({ length: 3 }, (_, i) => "x".repeat(30_000) + i).join(", ");
    expect(said(file(`  w: { type: TXT, values: [${values}] }`))).toEqual([
      expect.stringContaining('the TXT records of "w.example.com." take 90393 octets'),
    ]);
  });
});

describe("aliases", () => {
  const cname = (owner: string, target: string): string =>
    `  ${owner}: { type: CNAME, value: ${target} }`;

  it("stand alone, and never at the apex", () => {
    const apex = `zone: example.com.\nrecords:\n  "": [{ type: CNAME, value: a.example.net. }]`;
    expect(said(apex)).toContain(
      "3:3: error: a CNAME at the apex, which has a SOA and NS records: write A and AAAA (RFC 1912 §2.4)",
    );
    expect(
      said(file("  w: [{ type: CNAME, value: a.example.net. }, { type: A, value: 192.0.2.1 }]")),
    ).toEqual(['4:29: error: a CNAME stands alone: "w.example.com." has A too (RFC 1034 §3.6.2)']);
    expect(said(file("  w: { type: CNAME, values: [a.example.net., b.example.net.] }"))).toEqual([
      '4:46: error: "w" has 2 CNAME records: there can be only one',
    ]);
  });

  it("do not go round in circles, which are reported once, by name", () => {
    const circle = [
      cname("a", "b.example.com."),
      cname("b", "C.example.com."),
      cname("c", "a.example.com."),
    ];
    expect(said(file([...circle, cname("d", "a.example.com.")].join("\n")))).toEqual([
      "4:28: error: the CNAMEs go round in a circle: a.example.com. → b.example.com. → C.example.com. → a.example.com.",
    ]);
    expect(said(file(cname("a", "a.example.com.")))).toEqual([
      "4:28: error: the CNAMEs go round in a circle: a.example.com. → a.example.com.",
    ]);
    expect(said(file(cname('"*"', "x.example.com.")))).toEqual([
      "4:30: error: the CNAMEs go round in a circle: *.example.com. → x.example.com.",
    ]);
  });

  it("are followed over eight links and no more", () => {
    const chain = (n: number): string =>
      [
        ...Array.from({ length: n }, (_, i) => cname(`c${i}`, `c${i + 1}.example.com.`)),
        `  c${n}: { type: A, value: 192.0.2.1 }`,
      ].join("\n");
    expect(said(file(chain(8)))).toEqual([]);
    expect(said(file(chain(9)))).toEqual([
      expect.stringMatching(
        /^4:29: error: a chain of more than 8 CNAMEs.*: c0\.example\.com\. → .* → c8\.example\.com\. → …$/,
      ),
    ]);
  });

  it("lead to something, and MX and SRV never lead to them", () => {
    expect(said(file(cname("a", "gone.example.com.")))).toEqual([
      '4:28: warning: "gone.example.com." does not exist in this zone',
    ]);
    expect(
      said(file(`${cname("a", "a.example.net.")}\n  m: { type: MX, value: 10 a.example.com. }`)),
    ).toEqual([
      '5:25: warning: "a.example.com." is an alias (CNAME): MX records must name a host itself (RFC 2181 §10.3)',
    ]);
  });
});

describe("delegations", () => {
  it.each([
    [
      "zone: example.com.\nrecords: {}",
      "1:1: warning: the zone has no NS records: its apex should name at least two servers, as its parent does",
    ],
    [
      'zone: example.com.\nrecords:\n  "": { type: NS, value: a.example.net. }',
      "3:3: warning: one NS record: with a second server the zone survives the loss of one",
    ],
    [
      'zone: example.com.\nrecords:\n  "": { type: NS, ttl: 60, values: [a.example.net., b.example.net.] }',
      "3:24: warning: NS TTL of 60 is short: being found should not depend on it, 3600 or more is usual",
    ],
    [
      file("", "soa: { ttl: 60 }").replace(/\n\n$/, "\n"),
      "2:13: warning: the SOA's TTL of 60 is short: being found should not depend on it, 3600 or more is usual",
    ],
    [
      file("  s: { type: NS, values: [ns.s.example.com., b.example.net.] }"),
      '4:27: warning: no glue: "ns.s.example.com." lies below the delegation "s.example.com." and has no A or AAAA record here',
    ],
    [
      file("  s: { type: NS, values: [ns.example.com., b.example.net.] }"),
      '4:27: warning: "ns.example.com." has no A or AAAA record in this zone',
    ],
    [
      file(
        "  s: { type: NS, values: [ns.s.example.com., b.example.net.] }\n  ns.s: { type: A, value: 192.0.2.1 }",
      ),
      "5:17: warning: a name server's address TTL of 300 is short: being found should not depend on it, 3600 or more is usual",
    ],
    [
      file(
        "  s: { type: NS, values: [a.example.net., b.example.net.] }\n  x.y.s: { type: A, value: 192.0.2.1 }",
      ),
      '5:3: warning: occluded: "x.y.s.example.com." A is never answered, "s.example.com." is delegated',
    ],
    [
      file(
        "  s: [{ type: NS, values: [a.example.net., b.example.net.] }, { type: TXT, value: x }]",
      ),
      '4:3: warning: occluded: "s.example.com." TXT is never answered, "s.example.com." is delegated',
    ],
    [
      file(
        "  s: { type: NS, values: [ns.t.example.com.] }\n  t: { type: NS, values: [ns.s.example.com.] }",
      ),
      '4:3: error: the delegation "s.example.com." can never be followed: its servers are below "t.example.com.", and the way to those leads in a circle, without glue',
    ],
    [
      file(
        `  s: { type: NS, values: [${Array.from({ length: 14 }, (_, i) => `n${i}.example.net.`).join(", ")}] }`,
      ),
      "4:3: warning: 14 NS records: resolvers use no more than 13",
    ],
  ])("%j", (text, message) => expect(said(text)).toContain(message));

  it("with glue and long TTLs are fine", () => {
    const records = `  s: { type: NS, values: [ns.s.example.com., ns.t.example.com.] }
  t: { type: NS, values: [ns.s.example.com., ns.t.example.com.] }
  ns.s: { type: A, ttl: 1d, value: 192.0.2.1 }
  ns.t: { type: [A, AAAA], ttl: 1d, values: [192.0.2.1, "2001:db8::1"] }`;
    expect(said(file(records))).toEqual([]);
  });
});

describe("steering", () => {
  const pools = "pools:\n  eu: { values: [192.0.2.1] }\n  na: { values: [192.0.2.2] }";
  const rules = (text: string): string => file(steered(`{ rules: [${text}] }`), pools);

  it.each([
    [
      rules("{ geos: [EU], pool: eu }, { subnets: [10.0.0.0/8], pool: na }"),
      "7:64: error: the last rule must match everybody: a rule without geos and subnets is missing, like { pool: NAME }",
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
      '4:3: warning: the pool "na" is used by no rule and no fallback of one',
    ],
    [
      file(steered("{ rules: [{ pool: eu }] }").replace("A,", "A, ttl: 0,"), pools),
      "7:24: error: ttl 0 would send every client here for every connection: at least 1 for a steered record",
    ],
    [
      file(steered("{ rules: [{ pool: eu }] }").replace("A,", "CNAME,"), pools),
      "7:32: error: dynamic for CNAME records is not supported yet: A and AAAA are",
    ],
    [
      file(
        steered("{ rules: [{ pool: a }] }"),
        "pools:\n  a: { values: [192.0.2.1], fallback: b }\n  b: { values: [192.0.2.1], fallback: c }\n  c: { values: [192.0.2.1], fallback: a }",
      ),
      "3:39: error: the fallbacks go round in a circle: a → b → c → a",
    ],
    [
      file(
        steered("{ rules: [{ pool: a }] }"),
        "pools:\n  a: { values: [192.0.2.1], fallback: a }",
      ),
      "3:39: error: the fallbacks go round in a circle: a → a",
    ],
    [
      file(
        steered("{ rules: [{ pool: a }] }"),
        "pools:\n  a: { values: [{ value: 192.0.2.1, status: down }] }",
      ),
      '6:3: warning: all values of "www.example.com." A have status: down: the name will have no address',
    ],
    [
      file(steered("{ rules: [{ pool: a }] }"), "pools:\n  a: { values: [192.0.2.1, 192.0.2.1] }"),
      "3:28: error: 192.0.2.1 is in the pool twice, first in line 3: give it a weight instead",
    ],
    [
      file(steered("{ rules: [{ pool: a }] }"), "pools:\n  a: { values: [cdn.example.net.] }"),
      '3:17: error: "cdn.example.net." is a name: pools of names (steered CNAME) are not supported yet, write an IP address',
    ],
    [
      file(
        steered("{ rules: [{ pool: a }] }"),
        "pools:\n  a: { min_healthy: 2, values: [192.0.2.1] }",
      ),
      "3:21: warning: min_healthy 2 is more than the 1 enabled values of A: the pool is never in service for them",
    ],
    [
      file(
        steered("{ rules: [{ pool: a }] }"),
        "pools:\n  a: { min_healthy: 200%, values: [192.0.2.1] }",
      ),
      '3:21: error: min_healthy must be a count, or 1% to 100%: found "200%"',
    ],
    [
      file(
        steered("{ rules: [{ pool: a }] }"),
        "pools:\n  a: { values: [{ value: 192.0.2.1, weight: 1001 }] }",
      ),
      "3:45: error: weight must be a whole number from 0 to 1000: found the number 1001",
    ],
  ])("%j", (text, message) => expect(said(text)).toContain(message));

  it.each([
    "policy: sticky",
    "policy: nearest",
    "policy: least_loaded",
    "failback: { delay: 5m }",
    "slow_start: 30s",
    "prefix_v4: 24",
    "all_down: closed",
  ])("a pool's %s is told from a mistake", (key) => {
    const text = file(
      steered("{ rules: [{ pool: a }] }"),
      `pools:\n  a: { ${key}, values: [192.0.2.1] }`,
    );
    expect(said(text)).toEqual([expect.stringContaining("is not supported yet")]);
  });
});

describe("health checks", () => {
  const check = (
    settings: string,
    value = "{ value: 127.0.0.1, healthcheck: c }, { value: 127.0.0.2, healthcheck: c }",
  ): string =>
    file(
      steered("{ rules: [{ pool: a }] }"),
      `healthchecks: { c: { ${settings} } }\npools: { a: { values: [${value}] } }`,
    );

  it.each([
    [
      "protocol: GRPC",
      '2:32: error: protocol "GRPC" is not supported yet; supported: HTTP, HTTPS or TCP',
    ],
    ["port: 80", '2:20: error: a health check needs the key "protocol"'],
    ["protocol: TCP", '3:33: error: the check "c" has no port: TCP checks need one'],
    ["protocol: TCP, port: 1, path: /", "2:52: error: path means nothing to a TCP check"],
    [
      "protocol: HTTP, tls: { verify: false }",
      "2:43: error: tls means nothing to a check with protocol HTTP",
    ],
    [
      "protocol: HTTPS",
      "2:17: warning: an HTTPS check without host: the certificate is verified against the bare address",
    ],
    [
      "protocol: HTTPS, host: a, tls: { ca: ca.pem }",
      '2:59: error: ca must be the PEM text of certificates; the path of a file is not supported yet: found "ca.pem"',
    ],
    [
      "protocol: HTTP, host: 'a:80'",
      '2:44: error: host must be a host name; the port is a key of its own: "port": found "a:80"',
    ],
    [
      "protocol: HTTP, path: '/a b'",
      '2:44: error: path must be printable ASCII without spaces or #: found "/a b"',
    ],
    [
      "protocol: HTTP, method: DELETE",
      '2:46: error: method must be GET, HEAD or OPTIONS: found "DELETE"',
    ],
    [
      "protocol: HTTP, expect: 2xx",
      '2:46: error: expect must be HTTP status codes from 100 to 599, like 200 or 200-299, or a list: found "2xx"',
    ],
    ["protocol: HTTP, expect: []", "2:46: error: expect is an empty list: no answer could pass"],
    [
      "protocol: HTTP, headers: { Host: a }",
      '2:49: error: the header "Host" is written by the check itself: use the key "host" of the check',
    ],
    [
      'protocol: HTTP, headers: { X: "a\\r\\nb" }',
      '2:52: error: a header\'s value must be printable ASCII: found "a\\r\\nb"',
    ],
    [
      "protocol: HTTP, method: HEAD, body: ok",
      "2:58: error: body can never occur: the answer to HEAD has none",
    ],
    [
      "protocol: HTTP, interval: 1s, fast: 2s",
      "2:58: warning: fast is longer than interval: it is the time between re-probes after a failure",
    ],
  ])("%s", (settings, message) => expect(said(check(settings))).toContain(message));

  it.each([
    "169.254.169.254",
    "::ffff:169.254.169.254",
    "::ffff:a9fe:a9fe",
    "fe80::1",
    "fd00:ec2::254",
    "0.0.0.0",
    "224.0.0.1",
    "ff02::1",
  ])("never go to %s", (address) => {
    const probed = `{ value: 192.0.2.1, probe: "${address}", healthcheck: c }`;
    expect(said(check("protocol: TCP, port: 80", probed))).toEqual([
      expect.stringMatching(/error: .* cannot be checked: /),
    ]);
    const text = check("protocol: TCP, port: 80", `{ value: "${address}", healthcheck: c }`);
    expect(said(text)).toEqual([expect.stringMatching(/error: .* cannot be checked: /)]);
  });

  it("are missed by name, with the nearest one", () => {
    const text = check("protocol: TCP, port: 1", "{ value: 127.0.0.1, healthcheck: d1 }");
    expect(said(text)).toEqual(['3:57: error: no health check is named "d1"; there are: c']);
  });

  it("without a witness are warned of, unless the server has one", () => {
    const text = check("protocol: TCP, port: 1", "{ value: 127.0.0.1, healthcheck: c }");
    expect(said(text)).toEqual([]);
    expect(said(text, false)).toEqual([
      expect.stringContaining("127.0.0.1 is all this zone checks: its silence is never believed"),
    ]);
    expect(said(check("protocol: TCP, port: 1"), false)).toEqual([]);
  });

  it("make a TTL pointless that is longer than the time a failure takes to be seen", () => {
    const text = check("protocol: TCP, port: 1").replace("type: A,", "type: A, ttl: 5m,");
    expect(said(text)).toEqual([
      "6:24: warning: a TTL of 300 keeps clients at a dead address for up to 5m, though its failure is seen within 9.6s",
    ]);
  });
});
