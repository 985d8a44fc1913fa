import { describe, expect, it } from "vitest";
import { listZoneIssues, zoneOf, zoneText } from "../../test/support/zone-issues.ts";
import { formatName } from "../wire/name.ts";

const CHECKS = "healthchecks: { web: { protocol: HTTP }, bare: { protocol: TCP } }";

describe("an ALIAS record", () => {
  it("answers A and AAAA out of one pool, which nothing is known of", () => {
    const zone = zoneOf(
      zoneText(
        "  www: { type: ALIAS, ttl: 60, value: CDN.example.net., healthcheck: web, answers: 2 }",
        CHECKS,
      ),
    );
    expect(zone.steered).toMatchObject([
      { type: 1, ttl: 60, answers: 2, label: "www", rules: [{ pools: [0] }] },
      { type: 28, ttl: 60, answers: 2, label: "www", rules: [{ pools: [0] }] },
    ]);
    const { alias } = zone.steered[0]!;
    expect(formatName(alias!.target)).toBe("cdn.example.net.");
    expect(alias!.checks).toMatchObject([{ port: 80, check: { name: "web" } }]);
    expect(zone.pools).toMatchObject([{ name: "www", values: [], unresolved: [1, 28] }]);
  });

  it("has the TTL of the zone's records unless it has its own", () => {
    const ttls = ["", "ttl: 77"].map(
      (keys) =>
        zoneOf(zoneText("  w: { type: ALIAS, value: x.example.net. }", keys)).steered[0]!.ttl,
    );
    expect(ttls).toEqual([300, 77]);
  });

  it("takes octoDNS's own health check", () => {
    const text = `  w:
    type: ALIAS
    value: cdn.example.net.
    octodns: { healthcheck: { protocol: HTTP, port: 8080 } }`;
    const [rrset] = zoneOf(zoneText(text)).steered;
    expect(rrset!.alias!.checks).toMatchObject([{ port: 8080, check: { host: "w.example.com" } }]);
  });

  it("may stand at the apex, at a wildcard, and beside other types", () => {
    const text = `zone: example.com.
records:
  "":
    - { type: NS, values: [a.example.net., b.example.net.] }
    - { type: ALIAS, value: www.example.com. }
    - { type: TXT, value: x }
  "*.w": { type: ALIAS, value: www.example.com. }
  www: { type: A, value: 192.0.2.1 }
`;
    expect(listZoneIssues(text)).toEqual([]);
  });

  it.each([
    [
      "  w: [{ type: A, value: 192.0.2.1 }, { type: ALIAS, value: x.example.net. }]",
      '5:46: error: an ALIAS answers A and AAAA itself: "w.example.com." has A records in line 5',
    ],
    [
      "  w: [{ type: ALIAS, value: x.example.net. }, { type: AAAA, value: '2001:db8::1' }]",
      '5:55: error: an ALIAS answers A and AAAA itself: "w.example.com." has one in line 5',
    ],
    [
      "  w: [{ type: ALIAS, value: x.example.net. }, { type: ALIAS, value: y.example.net. }]",
      '5:55: error: "w.example.com." has an ALIAS already, in line 5: there can be only one',
    ],
    [
      "  w: [{ type: ALIAS, value: x.example.net. }, { type: CNAME, value: y.example.net. }]",
      '5:69: error: a CNAME stands alone: "w.example.com." has A, AAAA too (RFC 1034 §3.6.2)',
    ],
    [
      "  w: { type: ALIAS, values: [x.example.net., y.example.net.] }",
      '5:46: error: "w.example.com." has 2 targets: an ALIAS has one',
    ],
    [
      "  w: { type: ALIAS, ttl: 0, value: x.example.net. }",
      "5:26: error: ttl 0 would forbid caching: at least 1 for an ALIAS",
    ],
    [
      "  w: { type: ALIAS, value: x.example.net., all_down: closed }",
      "5:54: error: all_down means nothing here: an ALIAS answers what its target does",
    ],
    [
      "  w: { type: ALIAS, value: x.example.net., dynamic: { rules: [{ pool: a }] } }",
      "5:53: error: dynamic means nothing here: an ALIAS answers what its target does",
    ],
    [
      "  w: { type: ALIAS, value: x.example.net., healthcheck: bare }",
      "5:57: error: the check bare has no port: TCP checks need one",
    ],
    [
      "  w: { type: ALIAS, value: 192.0.2.1 }",
      "5:28: error: 192.0.2.1 is an address, and an ALIAS leads to a name: for addresses, write type: [A, AAAA]",
    ],
    [
      "  w: { type: ALIAS, value: nope.example.com. }",
      '5:3: warning: "nope.example.com." does not exist in this zone',
    ],
    [
      "  w: { type: ALIAS, value: t.example.com. }\n  t: { type: TXT, value: x }",
      '5:3: warning: the target "t.example.com." has neither A nor AAAA records',
    ],
    [
      "  w: { type: ALIAS, value: a.example.com., healthcheck: web }\n  a: { type: A, value: 192.0.2.1 }",
      '5:57: warning: healthcheck has no effect: the target is in this zone, and the checks of "a.example.com." hold',
    ],
    [
      "  w: { type: ALIAS, value: w.example.com. }",
      "5:3: error: the ALIAS goes round in a circle: w.example.com. → w.example.com.",
    ],
    [
      "  a: { type: ALIAS, value: b.example.com. }\n  b: { type: CNAME, value: c.example.com. }\n  c: { type: ALIAS, value: a.example.com. }",
      "5:3: error: the ALIAS goes round in a circle: a.example.com. → b.example.com. → c.example.com. → a.example.com.",
    ],
  ])("%s", (records, message) => {
    const issues = listZoneIssues(zoneText(records, CHECKS));
    expect(issues.map((issue) => issue.slice(0, message.length))).toContain(message);
  });

  it("is led into a circle without an end", () => {
    const text = `  a: { type: ALIAS, value: b.example.com. }
  b: { type: ALIAS, value: c.example.com. }
  c: { type: ALIAS, value: b.example.com. }`;
    const issues = listZoneIssues(zoneText(text));
    expect(issues.map((issue) => issue.split(" ")[0])).toEqual(["5:3:", "6:3:"]);
  });

  it("may lead below a zone cut and under a DNAME", () => {
    const text = `  a: { type: ALIAS, value: x.sub.example.com. }
  sub: { type: NS, values: [ns.example.net., ns.example.org.] }
  b: { type: ALIAS, value: x.moved.example.com. }
  moved: { type: DNAME, value: example.net. }`;
    expect(listZoneIssues(zoneText(text))).toEqual([]);
  });
});
