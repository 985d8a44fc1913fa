import { describe, expect, it } from "vitest";
import { listZoneIssues, zoneText } from "../../test/support/zone-issues.ts";

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
      `4:27: error: a value of TLSA must be like "3 1 1 d4b7d520e7bb5f0f67674a0cceb1e3e0614b93c4f9e99b8383f6a1e4469da50a": found 1 field in "x"`,
    ],
    [
      "w: { type: TYPE65280, value: x }",
      String.raw`4:32: error: TYPE65280 has the generic form only, like \# 4 0A000001: found "x"`,
    ],
    [
      "w: { type: ANY, value: x }",
      '4:14: error: "ANY" is no type of a record: it is asked for, or part of a message (RFC 6895 §3.1)',
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
  ])("%s", (record, message) => expect(listZoneIssues(zoneText(`  ${record}`))).toContain(message));

  it("are no more than a hundred of one type at one name", () => {
    const values = (n: number): string =>
      Array.from({ length: n }, (_, i) => `10.0.0.${i}`).join(", ");
    expect(listZoneIssues(zoneText(`  w: { type: A, values: [${values(100)}] }`))).toEqual([]);
    expect(listZoneIssues(zoneText(`  w: { type: A, values: [${values(101)}] }`))).toEqual([
      '4:25: error: "w.example.com." has 101 records of A: at most 100 are allowed',
    ]);
  });

  it("fit into an answer", () => {
    const values = Array.from({ length: 3 }, (_, i) => "x".repeat(30_000) + i).join(", ");
    expect(listZoneIssues(zoneText(`  w: { type: TXT, values: [${values}] }`))).toEqual([
      expect.stringContaining('the TXT records of "w.example.com." take 90393 octets'),
    ]);
  });
});

describe("aliases", () => {
  const cname = (owner: string, target: string): string =>
    `  ${owner}: { type: CNAME, value: ${target} }`;

  it("stand alone, and never at the apex", () => {
    const apex = `zone: example.com.\nrecords:\n  "": [{ type: CNAME, value: a.example.net. }]`;
    expect(listZoneIssues(apex)).toContain(
      "3:3: error: a CNAME at the apex, which has a SOA and NS records (RFC 1912 §2.4): write ALIAS, or A and AAAA",
    );
    expect(
      listZoneIssues(
        zoneText("  w: [{ type: CNAME, value: a.example.net. }, { type: A, value: 192.0.2.1 }]"),
      ),
    ).toEqual(['4:29: error: a CNAME stands alone: "w.example.com." has A too (RFC 1034 §3.6.2)']);
    expect(
      listZoneIssues(zoneText("  w: { type: CNAME, values: [a.example.net., b.example.net.] }")),
    ).toEqual(['4:46: error: "w" has 2 CNAME records: there can be only one']);
  });

  it("do not go round in circles, which are reported once, by name", () => {
    const circle = [
      cname("a", "b.example.com."),
      cname("b", "C.example.com."),
      cname("c", "a.example.com."),
    ];
    expect(listZoneIssues(zoneText([...circle, cname("d", "a.example.com.")].join("\n")))).toEqual([
      "4:28: error: the CNAMEs go round in a circle: a.example.com. → b.example.com. → C.example.com. → a.example.com.",
    ]);
    expect(listZoneIssues(zoneText(cname("a", "a.example.com.")))).toEqual([
      "4:28: error: the CNAMEs go round in a circle: a.example.com. → a.example.com.",
    ]);
    expect(listZoneIssues(zoneText(cname('"*"', "x.example.com.")))).toEqual([
      "4:30: error: the CNAMEs go round in a circle: *.example.com. → x.example.com.",
    ]);
  });

  it("are followed over eleven links and no more", () => {
    const chain = (n: number): string =>
      [
        ...Array.from({ length: n }, (_, i) => cname(`c${i}`, `c${i + 1}.example.com.`)),
        `  c${n}: { type: A, value: 192.0.2.1 }`,
      ].join("\n");
    expect(listZoneIssues(zoneText(chain(11)))).toEqual([]);
    expect(listZoneIssues(zoneText(chain(12)))).toEqual([
      expect.stringMatching(
        /^4:29: error: a chain of more than 11 CNAMEs.*: c0\.example\.com\. → .* → c11\.example\.com\. → …$/,
      ),
    ]);
  });

  it("lead to something, and MX and SRV never lead to them", () => {
    expect(listZoneIssues(zoneText(cname("a", "gone.example.com.")))).toEqual([
      '4:28: warning: "gone.example.com." does not exist in this zone',
    ]);
    expect(
      listZoneIssues(
        zoneText(`${cname("a", "a.example.net.")}\n  m: { type: MX, value: 10 a.example.com. }`),
      ),
    ).toEqual([
      '5:25: warning: "a.example.com." is an alias (CNAME): MX records must name a host itself (RFC 2181 §10.3)',
    ]);
  });
});
