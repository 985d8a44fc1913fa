import { describe, expect, it } from "vitest";
import { listZoneIssues, zoneOf, zoneText } from "../../test/support/zone-issues.ts";
import { formatRdata } from "../rdata/format-rdata.ts";
import type { SteeredRRset, Zone } from "./model.ts";

const KEYS = `
pools:
  eu: { values: [192.0.2.1, "2001:db8::1"] }
`;
const STEERED = "{ type: [A, AAAA], ttl: 30, dynamic: { rules: [{ pool: eu }] } }";

function zone(records: string): Zone {
  return zoneOf(zoneText(records, KEYS));
}

/** The static records of a type in presentation form. */
function statics({ rrsets }: Zone, type: number): string[] {
  return rrsets
    .filter((rrset) => rrset.type === type)
    .flatMap(({ ttl, rdata }) => rdata.map((octets) => `${ttl} ${formatRdata(type, octets)}`));
}

function hinted({ steered }: Zone): SteeredRRset {
  return steered.find(({ hints }) => hints !== undefined)!;
}

describe("auto hints", () => {
  it.each([
    ["presentation format", '"1 . alpn=h2 ipv4hint=auto port=8443 ipv6hint=\\"auto\\""'],
    [
      "a mapping",
      "{ svcpriority: 1, targetname: ., svcparams: { alpn: h2, ipv4hint: auto, port: 8443, ipv6hint: auto } }",
    ],
    [
      "a mapping with parameters as text",
      "{ priority: 1, target: ., params: alpn=h2 ipv4hint=auto port=8443 ipv6hint=auto }",
    ],
  ])("are taken out of %s, and follow the RRsets of the owner", (_, value) => {
    const built = zone(`  www: [${STEERED}, { type: HTTPS, ttl: 60, value: ${value} }]`);
    const { hints, ttl, type, label } = hinted(built);
    expect({ ttl, type, label }).toEqual({ ttl: 60, type: 65, label: "www" });
    const [record] = hints!;
    expect(formatRdata(65, record!.rdata)).toBe('1 . alpn="h2" port=8443');
    expect(record).toMatchObject({
      ipv4: { kind: "steered", rrset: 0 },
      ipv6: { kind: "steered", rrset: 1 },
    });
    expect(built.steered.map((rrset) => rrset.type)).toEqual([1, 28, 65]);
  });

  it("are filled in at load where the addresses never change, with the least TTL", () => {
    const built = zone(`  www:
    - { type: A, ttl: 50, values: [192.0.2.1, 192.0.2.2] }
    - { type: AAAA, ttl: 70, value: "2001:db8::1" }
    - { type: HTTPS, ttl: 60, values: ["1 . ipv4hint=auto ipv6hint=auto", 2 other.example.net.] }
  svc: { type: SVCB, ttl: 60, value: "3 www.example.com. ipv6hint=auto" }
`);
    expect(statics(built, 65)).toEqual([
      "50 1 . ipv4hint=192.0.2.1,192.0.2.2 ipv6hint=2001:db8::1",
      "50 2 other.example.net.",
    ]);
    expect(statics(built, 64)).toEqual(["60 3 www.example.com. ipv6hint=2001:db8::1"]);
    expect(built.steered).toEqual([]);
  });

  it("are decided where a plain record gives some of its addresses at a time", () => {
    const built = zone(`  www:
    - { type: A, ttl: 50, answers: 1, values: [192.0.2.1, 192.0.2.2] }
    - { type: HTTPS, ttl: 60, value: "1 . ipv4hint=auto" }
`);
    expect(hinted(built).hints).toMatchObject([
      { ipv4: { kind: "static", ttl: 50, answers: 1 }, ipv6: undefined },
    ]);
  });

  it("follow wildcards, and ALIAS records of the zone", () => {
    const built = zone(`  www: ${STEERED}
  "*.w": [${STEERED}, { type: HTTPS, value: "1 . ipv4hint=auto" }]
  a: [{ type: ALIAS, value: b.example.com. }, { type: HTTPS, value: "1 . ipv6hint=auto" }]
  b: { type: ALIAS, value: www.example.com. }
  c: [{ type: ALIAS, value: x.example.net. }, { type: HTTPS, value: "1 . ipv4hint=auto" }]
  d: { type: HTTPS, value: "1 x.w.example.com. ipv4hint=auto" }
`);
    const sources = built.steered
      .filter(({ hints }) => hints !== undefined)
      .map(({ label, hints }) => {
        const { ipv4, ipv6 } = hints![0]!;
        const source = ipv4 ?? ipv6;
        if (source?.kind !== "steered") return [label, source];
        const { label: of, type } = built.steered[source.rrset]!;
        return [label, of, type];
      });
    expect(sources).toEqual([
      ["*.w", "*.w", 1],
      ["a", "www", 28],
      ["c", "c", 1],
      ["d", "*.w", 1],
    ]);
  });

  it.each([
    [
      `  www: { type: HTTPS, value: "1 x.example.net. ipv4hint=auto" }`,
      'error: auto hints of HTTPS follow the A and AAAA records of "x.example.net.", which is no name of this zone: write the addresses',
    ],
    [
      `  www: { type: HTTPS, value: "1 . ipv4hint=auto" }`,
      'error: auto hints of HTTPS follow the A and AAAA records of "www.example.com.", which has neither',
    ],
    [
      `  www: { type: HTTPS, value: "1 nope.example.com. ipv4hint=auto" }`,
      'error: auto hints of HTTPS follow the A and AAAA records of "nope.example.com.", which is no name of this zone: write the addresses',
    ],
    [
      `  www: { type: HTTPS, value: "1 c.example.com. ipv4hint=auto" }\n  c: { type: CNAME, value: x.example.net. }`,
      'error: auto hints of HTTPS follow the A and AAAA records of "c.example.com.", which is an alias (CNAME): write where it leads',
    ],
    [
      `  www: { type: HTTPS, value: "1 x.sub.example.com. ipv4hint=auto" }\n  sub: { type: NS, values: [a.example.net., b.example.net.] }`,
      'error: auto hints of HTTPS follow the A and AAAA records of "x.sub.example.com.", which is no name of this zone: write the addresses',
    ],
    [
      `  www: [{ type: A, value: 192.0.2.1 }, { type: HTTPS, value: "1 . ipv6hint=auto" }]`,
      'warning: ipv6hint is left out: "www.example.com." has no AAAA records',
    ],
    [
      `  www: [{ type: A, value: 192.0.2.1 }, { type: HTTPS, value: "0 www.example.com. ipv4hint=auto" }]`,
      "error: priority 0 makes an alias, which has no parameters (RFC 9460 §2.4.2)",
    ],
    [
      `  www: [{ type: A, value: 192.0.2.1 }, { type: HTTPS, value: "1 . mandatory=alpn,ipv4hint alpn=h2 ipv4hint=auto" }]`,
      "error: mandatory names ipv4hint, which is left out where auto finds no address: leave it out of mandatory, or write the addresses",
    ],
    [
      `  www: [{ type: A, value: 192.0.2.1 }, { type: HTTPS, value: { svcpriority: 1, targetname: ., svcparams: { mandatory: [ipv4hint], ipv4hint: auto } } }]`,
      "error: mandatory names ipv4hint, which is left out where auto finds no address: leave it out of mandatory, or write the addresses",
    ],
    [
      `  www: [{ type: A, value: 192.0.2.1 }, { type: HTTPS, value: "1 . ipv4hint=auto,192.0.2.1" }]`,
      'error: ipv4hint: "auto" is no IPv4 address',
    ],
    [
      `  www: { type: HTTPS, dynamic: { pools: { p: { values: ["1 . ipv4hint=auto"] } }, rules: [{ pool: p }] } }`,
      'error: ipv4hint: "auto" is no IPv4 address',
    ],
  ])("%s", (records, message) => {
    const issues = listZoneIssues(zoneText(records, KEYS));
    expect(issues.map((issue) => issue.replace(/^\d+:\d+: /, ""))).toContain(message);
  });
});
