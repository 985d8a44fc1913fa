import { describe, expect, it } from "vitest";
import { listZoneIssues, zoneText } from "../../test/support/zone-issues.ts";

describe("DNAME records", () => {
  it.each([
    [
      "  d: { type: DNAME, values: [a.example.net., b.example.net.] }",
      /4:\d+: error: a second DNAME at "d\.example\.com\.": names below can lead to one place only/,
    ],
    [
      "  d: [{ type: DNAME, value: a.example.net. }, { type: CNAME, value: a.example.net. }]",
      /error: a CNAME stands alone: "d\.example\.com\." has DNAME too/,
    ],
    [
      "  d: { type: DNAME, value: a.example.net. }\n  a.b.d: { type: A, value: 192.0.2.1 }",
      /5:3: error: "a\.b\.d\.example\.com\." A lies below the DNAME "d\.example\.com\.", which redirects all names there/,
    ],
    [
      "  d: { type: DNAME, value: D.example.com. }",
      /4:\d+: error: the DNAME leads to itself: "D\.example\.com\." lies at or below "d\.example\.com\."/,
    ],
    [
      "  d: { type: DNAME, value: x.d.example.com. }",
      /4:\d+: error: the DNAME leads to itself: "x\.d\.example\.com\." lies at or below "d\.example\.com\."/,
    ],
    [
      '  "*.d": { type: DNAME, value: a.example.net. }',
      /4:\d+: warning: a DNAME at a wildcard redirects nothing/,
    ],
    [
      "  d: { type: DNAME, value: a.example.net. }\n  m: { type: MX, value: 10 x.d.example.com. }",
      /5:\d+: warning: "x\.d\.example\.com\." is an alias \(DNAME\): MX records must name a host itself/,
    ],
  ])("%j", (records, message) => {
    expect(listZoneIssues(zoneText(records))).toEqual([expect.stringMatching(message)]);
  });

  it("do not stand where a zone is delegated", () => {
    const records =
      "  d: [{ type: DNAME, value: a.example.net. }, { type: NS, values: [a.example.net., b.example.net.] }]";
    expect(listZoneIssues(zoneText(records))).toContainEqual(
      expect.stringMatching(
        /^4:\d+: error: "d\.example\.com\." is delegated by NS records and redirected by a DNAME: only the apex may have both/,
      ),
    );
  });

  it("are at home beside other data, and at the apex beside SOA and NS", () => {
    const beside =
      "  d: [{ type: DNAME, value: a.example.net. }, { type: A, value: 192.0.2.1 }]\n  c: { type: CNAME, value: x.d.example.com. }";
    expect(listZoneIssues(zoneText(beside))).toEqual([]);
    const apex =
      'zone: example.com.\nrecords:\n  "": [{ type: NS, values: [a.example.net., b.example.net.] }, { type: DNAME, value: example.net. }]';
    expect(listZoneIssues(apex)).toEqual([]);
  });
});
