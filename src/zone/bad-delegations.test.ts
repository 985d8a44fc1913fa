import { describe, expect, it } from "vitest";
import { listZoneIssues, zoneText } from "../../test/support/zone-issues.ts";
import { loadZone } from "./load-zone.ts";

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
      zoneText("", "soa: { ttl: 60 }").replace(/\n\n$/, "\n"),
      "2:13: warning: the SOA's TTL of 60 is short: being found should not depend on it, 3600 or more is usual",
    ],
    [
      zoneText("  s: { type: NS, values: [ns.s.example.com., b.example.net.] }"),
      '4:27: warning: no glue: "ns.s.example.com." lies below the delegation "s.example.com." and has no A or AAAA record here',
    ],
    [
      zoneText("  s: { type: NS, values: [ns.example.com., b.example.net.] }"),
      '4:27: warning: "ns.example.com." has no A or AAAA record in this zone',
    ],
    [
      zoneText(
        "  s: { type: NS, values: [ns.s.example.com., b.example.net.] }\n  ns.s: { type: A, value: 192.0.2.1 }",
      ),
      "5:17: warning: a name server's address TTL of 300 is short: being found should not depend on it, 3600 or more is usual",
    ],
    [
      zoneText(
        "  s: { type: NS, values: [a.example.net., b.example.net.] }\n  x.y.s: { type: A, value: 192.0.2.1 }",
      ),
      '5:3: warning: occluded: "x.y.s.example.com." A is never answered, "s.example.com." is delegated',
    ],
    [
      zoneText(
        "  s: [{ type: NS, values: [a.example.net., b.example.net.] }, { type: TXT, value: x }]",
      ),
      '4:3: warning: occluded: "s.example.com." TXT is never answered, "s.example.com." is delegated',
    ],
    [
      zoneText(
        `  s: { type: NS, values: [a.example.net., b.example.net.] }\n  x.s: { type: DS, value: 1 13 2 ${"00".repeat(32)} }`,
      ),
      '5:3: warning: occluded: "x.s.example.com." DS is never answered, "s.example.com." is delegated',
    ],
    [
      zoneText(
        "  s: { type: NS, values: [ns.t.example.com.] }\n  t: { type: NS, values: [ns.s.example.com.] }",
      ),
      '4:3: error: the delegation "s.example.com." can never be followed: its servers are below "t.example.com.", and the way to those leads in a circle, without glue',
    ],
    [
      zoneText(
        `  s: { type: NS, values: [${Array.from({ length: 14 }, (_, i) => `n${i}.example.net.`).join(", ")}] }`,
      ),
      "4:3: warning: 14 NS records: resolvers use no more than 13",
    ],
  ])("%j", (text, message) => expect(listZoneIssues(text)).toContain(message));

  it("with glue and long TTLs are fine", () => {
    const records = `  s: { type: NS, values: [ns.s.example.com., ns.t.example.com.] }
  t: { type: NS, values: [ns.s.example.com., ns.t.example.com.] }
  ns.s: { type: A, ttl: 1d, value: 192.0.2.1 }
  ns.t: { type: [A, AAAA], ttl: 1d, values: [192.0.2.1, "2001:db8::1"] }`;
    expect(listZoneIssues(zoneText(records))).toEqual([]);
  });

  it("of signed zones are fine", () => {
    const records = `  s: [{ type: NS, values: [a.example.net., b.example.net.] }, { type: DS, value: 1 13 2 ${"00".repeat(32)} }]`;
    expect(listZoneIssues(zoneText(records))).toEqual([]);
  });
});

it("a master file without a TTL gets the error alone, and no warnings of a TTL that nobody wrote", () => {
  const text = "@ NS ns1\nns1 A 192.0.2.1\n@ SOA ns1 host 1 7200 900 1209600 300\n";
  const { issues } = loadZone(text, { file: "example.com.zone", changedAt: 1 });
  expect(issues.filter(({ message }) => message.includes("no TTL"))).not.toEqual([]);
  expect(issues.filter(({ message }) => message.includes("TTL of 0"))).toEqual([]);
});
