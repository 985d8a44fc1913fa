import { describe, expect, it } from "vitest";
import { listZoneIssues, zoneOf, zoneText } from "../../test/support/zone-issues.ts";
import { formatRdata } from "../rdata/format-rdata.ts";
import { formatType } from "../wire/rr-types.ts";

const rules = "rules: [{ pool: p }]";
const file = (record: string, values: string, rest = ""): string =>
  zoneText(
    `  w: { ${record} }${rest}`,
    `healthchecks: { web: { protocol: TCP, port: 80 } }\npools: { p: { values: [${values}] } }`,
  );

describe("steered types", () => {
  it.each([
    ["CNAME", "a.example.net.", "a.example.net."],
    ["MX", "10 a.example.net.", "10 a.example.net."],
    ["MX", "{ value: { preference: 10, exchange: a.example.net. } }", "10 a.example.net."],
    ["SRV", "1 2 443 a.example.net.", "1 2 443 a.example.net."],
    ["TXT", "one two", '"one two"'],
    ["HTTPS", "'1 . alpn=\"h2,h3\"'", '1 . alpn="h2,h3"'],
    [
      "SVCB",
      "{ value: { priority: 1, target: a.example.net., params: { port: 53 } } }",
      "1 a.example.net. port=53",
    ],
  ])("%s from %s", (type, value, text) => {
    const source = file(`type: ${type}, dynamic: { ${rules} }`, value);
    expect(listZoneIssues(source)).toEqual([]);
    const zone = zoneOf(source);
    const [rrset] = zone.steered;
    expect(formatType(rrset?.type ?? 0)).toBe(type);
    const [found] = zone.pools[0]?.values ?? [];
    expect(found).toMatchObject({ text, type: rrset?.type });
    expect(formatRdata(rrset?.type ?? 0, found?.rdata ?? new Uint8Array())).toBe(text);
  });

  it("make one pool of each kind of use", () => {
    const zone = zoneOf(
      zoneText(
        `  a: { type: CNAME, dynamic: { rules: [{ pool: p }] } }
  b: { type: TXT, dynamic: { rules: [{ pool: p }] } }
  c: { type: CNAME, dynamic: { rules: [{ pool: p }] } }`,
        "pools: { p: { values: [x.example.net.] } }",
      ),
    );
    expect(zone.pools.map(({ name, values }) => [name, values[0]?.text])).toEqual([
      ["p", "x.example.net."],
      ["p", '"x.example.net."'],
    ]);
    expect(zone.steered.map(({ rules: [rule] }) => rule?.pools)).toEqual([[0], [1], [0]]);
  });

  it.each([
    [
      file(`type: MX, dynamic: { ${rules} }`, "{ value: 10 a.example.net., healthcheck: web }"),
      '3:33: error: a value of MX has no address that could be checked: write one beside it, as in { value: …, probe: "192.0.2.1:443" }, or healthcheck: [] for no check',
    ],
    [
      file("type: MX, healthcheck: web, value: 10 a.example.net.", "192.0.2.1"),
      expect.stringContaining("6:43: error: a value of MX has no address that could be checked"),
    ],
    [
      file(`type: CNAME, answers: 2, dynamic: { ${rules} }`, "a.example.net."),
      "6:30: error: answers must be 1: a name has one CNAME at most",
    ],
    [
      file(`type: PTR, dynamic: { ${rules} }`, "a.example.net."),
      "6:28: error: PTR records have no dynamic: A, AAAA, CNAME, HTTPS, MX, SRV, SVCB, TXT do",
    ],
    [
      file("type: CAA, healthcheck: web, value: 0 issue a", "192.0.2.1"),
      "6:32: error: CAA records have no healthcheck: A, AAAA, CNAME, HTTPS, MX, SRV, SVCB, TXT do",
    ],
    [
      file(`type: CNAME, dynamic: { ${rules} }`, "cdn"),
      '3:24: error: value must be absolute, with a dot at the end: found "cdn"; write "cdn.example.com." or "cdn."',
    ],
    [
      file(
        `type: MX, dynamic: { ${rules} }`,
        "'10 a.example.net.', { value: { priority: 10, value: a.example.net. } }",
      ),
      "3:54: error: 10 a.example.net. is in the pool twice, first in line 3: give it a weight instead",
    ],
    [
      file(
        `type: CNAME, dynamic: { ${rules} }, values: [a.example.net., b.example.net.]`,
        "c.example.net.",
      ),
      expect.stringContaining('error: "w" has 2 CNAME records: there can be only one'),
    ],
    [
      file(
        `type: TXT, dynamic: { ${rules} }`,
        "a",
        `\n  v: { type: CNAME, octodns: { healthcheck: {} }, value: a.example.net. }`,
      ),
      "7:45: warning: the octoDNS check is left out of account: CNAME values have no address to check; write a healthcheck, and a probe beside each value",
    ],
  ])("%j", (text, message) => expect(listZoneIssues(text)).toContainEqual(message));

  it("are checked at the address beside the value, with its port or the check's", () => {
    const zone = zoneOf(
      zoneText(
        `  w: { type: CNAME, healthcheck: web, dynamic: { rules: [{ pool: p }] } }
  mail: { type: MX, healthcheck: web, values: [{ value: 10 a.example.net., probe: 192.0.2.3 }, { probe: "192.0.2.4:25", value: { preference: 20, exchange: b.example.net. } }] }`,
        `healthchecks: { web: { protocol: TCP, port: 80 } }
pools: { p: { values: [{ value: a.example.net., probe: "192.0.2.1:81" }, { value: b.example.net., probe: 192.0.2.2 }, { value: c.example.net., healthcheck: [] }] } }`,
      ),
    );
    const probes = zone.pools.map(({ values }) =>
      values.map(({ targets }) => targets.map(({ address, port }) => `${address} ${port}`).join()),
    );
    expect(probes).toEqual([
      ["192.0.2.1 81", "192.0.2.2 80", ""],
      ["192.0.2.3 80", "192.0.2.4 25"],
    ]);
    expect(zone.steered[1]).toMatchObject({ type: 15, answers: 2 });
  });
});

describe("steered aliases", () => {
  const pool = (name: string, target: string): string => `${name}: { values: [${target}] }`;
  const text = (records: string, ...pools: string[]): string =>
    zoneText(records, `pools: { ${pools.join(", ")} }`);
  const alias = (name: string, of: string): string =>
    `  ${name}: { type: CNAME, dynamic: { rules: [{ pool: ${of} }] } }`;

  it("stand alone, and never at the apex", () => {
    expect(
      listZoneIssues(
        `zone: example.com.\npools: { p: { values: [a.example.net.] } }\nrecords:\n${alias('"@"', "p")}`,
      ),
    ).toContain(
      "4:3: error: a CNAME at the apex, which has a SOA and NS records (RFC 1912 §2.4): write ALIAS, or A and AAAA",
    );
    const both =
      "  w: [{ type: CNAME, dynamic: { rules: [{ pool: p }] } }, { type: TXT, value: x }]";
    expect(listZoneIssues(text(both, pool("p", "a.example.net.")))).toEqual([
      '5:3: error: a CNAME stands alone: "w.example.com." has TXT too (RFC 1034 §3.6.2)',
    ]);
  });

  it("may not lead anybody round in a circle, which is reported once", () => {
    const records = `${alias("a", "p")}\n${alias("b", "q")}\n  c: { type: CNAME, value: a.example.com. }`;
    const pools = [pool("p", "x.example.net., b.example.com."), pool("q", "c.example.com.")];
    expect(listZoneIssues(text(records, ...pools))).toEqual([
      "5:3: error: the CNAMEs can go round in a circle: a.example.com. → b.example.com. → c.example.com. → a.example.com.",
    ]);
    expect(listZoneIssues(text(alias("a", "p"), pool("p", "A.example.com.")))).toEqual([
      "5:3: error: the CNAMEs can go round in a circle: a.example.com. → a.example.com.",
    ]);
    const last = `${alias("a", "p").slice(0, -2)}, value: a.example.com. }`;
    expect(listZoneIssues(text(last, pool("p", "x.example.net.")))).toEqual([
      "5:3: error: the CNAMEs can go round in a circle: a.example.com. → a.example.com.",
    ]);
  });

  it("lead to something, and MX and SRV never lead to them", () => {
    expect(listZoneIssues(text(alias("a", "p"), pool("p", "gone.example.com.")))).toEqual([
      '5:3: warning: "gone.example.com." does not exist in this zone',
    ]);
    const mail = `${alias("a", "p")}\n  m: { type: MX, value: 10 a.example.com. }`;
    expect(listZoneIssues(text(mail, pool("p", "x.example.net.")))).toEqual([
      '6:25: warning: "a.example.com." is an alias (CNAME): MX records must name a host itself (RFC 2181 §10.3)',
    ]);
  });
});
