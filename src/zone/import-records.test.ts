import { describe, expect, it } from "vitest";
import {
  type Files,
  listRecords,
  loadMaster,
  MASTER_HEAD,
  masterIssues,
} from "../../test/support/master-zone.ts";
import type { LoadedZone } from "./load-zone.ts";

const SOA =
  "$TTL 3600\n@ SOA ns1 hm 7 1 2 3 4\n@ NS ns1\n@ NS ns2.example.net.\nns1 A 192.0.2.53\n";

function load(yaml: string, part: string, changedAt = 1, previousSerial?: number): LoadedZone {
  const files: Files = { "part.db": part };
  const source = { file: "zones/z.yaml", changedAt, previousSerial };
  return loadMaster(`zone: example.com.\nimport: part.db\n${yaml}`, files, source);
}

function records(yaml: string, part: string): string[] {
  const { zone, issues } = load(yaml, part);
  if (zone === undefined) throw new Error(issues.map(({ message }) => message).join("\n"));
  return listRecords(zone).sort();
}

function issues(yaml: string, part: string): string[] {
  return load(yaml, part).issues.map(
    ({ file, line, severity, message }) => `${file}:${line}: ${severity}: ${message}`,
  );
}

describe("an imported master file", () => {
  it("has its records beside those of the file, which replace those of the same name and type", () => {
    const part = `${SOA}a A 192.0.2.1\na TXT x\nb A 192.0.2.2\n`;
    expect(
      records(
        "records:\n  a: { type: A, value: 192.0.2.9 }\n  C: { type: A, value: 192.0.2.3 }",
        part,
      ),
    ).toEqual([
      "a.example.com. 300 A 192.0.2.9",
      'a.example.com. 3600 TXT "x"',
      "b.example.com. 3600 A 192.0.2.2",
      "c.example.com. 300 A 192.0.2.3",
      "example.com. 3600 NS ns1.example.com.",
      "example.com. 3600 NS ns2.example.net.",
      "example.com. 3600 SOA ns1.example.com. hm.example.com. 7 1 2 3 4",
      "ns1.example.com. 3600 A 192.0.2.53",
    ]);
  });

  it("is replaced by steered records, of both types if they have both", () => {
    const yaml = `pools: { p: { values: [192.0.2.9, "2001:db8::9"] } }
records:
  a: { type: [A, AAAA], ttl: 30, dynamic: { rules: [{ pool: p }] } }`;
    const { zone } = load(yaml, `${SOA}a A 192.0.2.1\na AAAA 2001:db8::1\na TXT x\n`);
    expect(zone?.steered).toHaveLength(2);
    expect(zone && listRecords(zone).filter((line) => line.startsWith("a."))).toEqual([
      'a.example.com. 3600 TXT "x"',
    ]);
  });

  it("needs neither a SOA nor NS records, TTLs or records beside it", () => {
    const { zone, issues: found } = load("ttl: 60", "a TXT x\n");
    expect(zone && listRecords(zone)).toContain('a.example.com. 60 TXT "x"');
    expect(found.map(({ severity }) => severity)).toEqual(["warning"]);
    expect(records("", "a TXT x\n")).toContain('a.example.com. 300 TXT "x"');
  });

  it.each<[string, string]>([
    ["", "ns1.example.com. hm.example.com. 7 1 2 3 4"],
    ["soa: { mname: m.a., minimum: 9 }", "m.a. hm.example.com. 7 1 2 3 9"],
    [
      "soa: { rname: r.a., serial: 3, refresh: 5, retry: 6, expire: 7, ttl: 8 }",
      "ns1.example.com. r.a. 3 5 6 7 4",
    ],
  ])("has its SOA changed by %j, key by key", (yaml, expected) => {
    const soa = records(yaml, SOA).find((line) => line.includes(" SOA "));
    expect(soa).toBe(`example.com. ${yaml.includes("ttl") ? 8 : 3600} SOA ${expected}`);
  });

  it("has its first name server in a SOA that neither file has", () => {
    const soa = records("", "@ NS x.example.net.\n").find((line) => line.includes(" SOA "));
    expect(soa).toMatch(/SOA x\.example\.net\. hostmaster\.example\.com\. 1 7200 /);
  });

  it.each<[string, number, number | undefined, number]>([
    ["", 1, undefined, 7],
    ["", 9, undefined, 9],
    ["soa: { serial: auto }", 9, undefined, 9],
    ["", 1, 8, 8],
    ["soa: { serial: 3 }", 9, 2, 3],
  ])(
    "with %j, changed at %i and served with %s, has the serial %i",
    (yaml, changedAt, previous, expected) => {
      expect(load(yaml, SOA, changedAt, previous).zone?.serial).toBe(expected);
    },
  );

  it("is told of by file and line", () => {
    const yaml =
      "records:\n  a: { type: CNAME, value: b.example.com. }\n  m: { type: MX, value: 1 c.example.com. }";
    const part = `${SOA}a TXT x\nc CNAME ns1\nns1 A 192.0.2.300\n`;
    expect(issues(yaml, part)).toEqual([
      'zones/z.yaml:4: error: a CNAME stands alone: "a.example.com." has TXT too (RFC 1034 §3.6.2)',
      'zones/z.yaml:5: warning: "c.example.com." is an alias (CNAME): MX records must name a host itself (RFC 2181 §10.3)',
      'zones/part.db:8: error: expected an IPv4 address: found "192.0.2.300"',
    ]);
  });

  it("may lie nowhere but where it can be read", () => {
    const { issues: found } = loadMaster("zone: a.\nimport: no.db\n", {}, { file: "zones/z.yaml" });
    expect(found.map(({ line, column, message }) => [line, column, message])).toContainEqual([
      2,
      9,
      '"no.db" cannot be imported: no such file',
    ]);
  });
});

describe("checks between the records of a master file", () => {
  it.each<[string, string]>([
    [
      "a NS ns.a\nx.a A 192.0.2.1\nns.a A 192.0.2.2\na NS ns2.a",
      '2:1: warning: occluded: "x.a.example.com." A is never answered',
    ],
    [
      "a NS ns.a\nns.a 60 A 192.0.2.2\na NS ns2.a\nns2.a A 192.0.2.2",
      "2:1: warning: a name server's address TTL of 60 is short",
    ],
    [
      "a NS NS.a\nns.a A 192.0.2.2\nns.a TXT x",
      '2:1: warning: occluded: "ns.a.example.com." TXT is never answered',
    ],
    [
      "a DNAME b.\nc NS ns.a\nc NS ns.c\nns.c A 192.0.2.1\nns.a A 192.0.2.1",
      '5:1: error: "ns.a.example.com." A lies below the DNAME "a.example.com."',
    ],
    ["a NS ns.a\na NS b.", '1:1: warning: no glue: "ns.a.example.com."'],
    ["a NS ns.b\nb NS ns.a", '1:1: error: the delegation "a.example.com." can never be followed'],
    ["a CNAME b\nx.b A 192.0.2.1\n* TXT x", '1:1: warning: "b.example.com." does not exist'],
    ["a CNAME no", '1:1: warning: "no.example.com." does not exist in this zone'],
    ["a MX 1 b\nb CNAME ns1", '1:1: warning: "b.example.com." is an alias (CNAME)'],
    [
      "a CNAME b\nb CNAME a",
      "1:1: error: the CNAMEs go round in a circle: a.example.com. → b.example.com. → a.example.com.",
    ],
    ["@ CNAME a.", "1:1: error: a CNAME at the apex"],
    [
      "a DNAME b.\nx.a A 192.0.2.1",
      '2:1: error: "x.a.example.com." A lies below the DNAME "a.example.com."',
    ],
    ["a DNAME b.\na DNAME c.", '2:1: error: a second DNAME at "a.example.com."'],
  ])("%j", (text, message) => {
    expect(masterIssues(text)).toContainEqual(expect.stringContaining(message));
  });

  it.each(["a CNAME x.w\n*.w A 192.0.2.1", "a CNAME ns1", "a MX 1 ns1\nb SRV 1 2 3 ns1"])(
    "%j is all right: wildcards and owners of addresses exist",
    (text) => expect(masterIssues(text)).toEqual([]),
  );

  it("have nothing against glue, in whatever case", () => {
    const text =
      "a NS NS1.A\na NS ns.b\nb NS ns.a\nb NS ns.c.b\nNs1.a A 192.0.2.1\nns.a A 192.0.2.2";
    expect(masterIssues(`${text}\nns.b AAAA 2001:db8::1\nns.c.b A 192.0.2.3`)).toEqual([]);
  });

  it("do not take what is steered for glue", () => {
    const yaml = `pools: { p: { values: [192.0.2.1] } }
records:
  ns.a: { type: A, dynamic: { rules: [{ pool: p }] } }`;
    expect(issues(yaml, `${MASTER_HEAD}a NS ns.a\na NS ns.a.b\nb NS x.a\n`)).toContainEqual(
      expect.stringContaining('the delegation "b.example.com." can never be followed'),
    );
  });

  it("look at names below a delegation of the YAML file, too", () => {
    const yaml = "records:\n  a: { type: NS, values: [ns.a.example.com., b.] }";
    expect(issues(yaml, `${MASTER_HEAD}ns.a A 192.0.2.1\nx.a TXT x\n`)).toContainEqual(
      expect.stringContaining('zones/part.db:7: warning: occluded: "x.a.example.com." TXT'),
    );
  });
});
