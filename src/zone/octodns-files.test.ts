import { describe, expect, it } from "vitest";
import { formatRdata } from "../rdata/format-rdata.ts";
import { formatName } from "../wire/name.ts";
import { formatType } from "../wire/rr-types.ts";
import { loadZone } from "./load-zone.ts";

/** What a plain octoDNS file says: its records in presentation form, and all that is found about it. */
function load(text: string): { records: string[]; issues: string[] } {
  const { zone, issues } = loadZone(text, { file: "zones/unit.tests.yaml", changedAt: 1 });
  const records = (zone?.rrsets ?? [])
    .filter(({ type }) => formatType(type) !== "SOA")
    .flatMap(({ owner, type, ttl, rdata }) =>
      rdata.map(
        (data) => `${formatName(owner)} ${ttl} ${formatType(type)} ${formatRdata(type, data)}`,
      ),
    );
  return {
    records,
    issues: issues.map(({ line, severity, message }) => `${line}: ${severity}: ${message}`),
  };
}

const HEAD = `---
? ''
: - type: NS
    values: [ns1.example.net., ns2.example.net.]
`;
const NS = ["unit.tests. 3600 NS ns1.example.net.", "unit.tests. 3600 NS ns2.example.net."];

describe("a plain octoDNS file", () => {
  it("may have DS records as octoDNS first wrote them", () => {
    const digest = "ab".repeat(32);
    const value = `{ flags: 60485, protocol: 13, algorithm: 2, public_key: ${digest} }`;
    const { records, issues } = load(
      `${HEAD}child: [{ type: NS, value: ns.example.net. }, { type: DS, ttl: 60, value: ${value} }]\n`,
    );
    expect(records.map((one) => one.toLowerCase())).toContain(
      `child.unit.tests. 60 ds 60485 13 2 ${digest}`,
    );
    expect(issues).toEqual([
      "5: warning: flags, protocol, algorithm, public_key is how octoDNS once wrote DS: write key_tag, algorithm, digest_type, digest, in this order",
    ]);
  });
  it("may have every type that octoDNS has, in its own spelling", () => {
    const { records, issues } = load(`${HEAD}  - type: CAA
    ttl: 60
    values:
    - flags: 0
      tag: issue
      value: ca.unit.tests
  - type: DS
    ttl: 60
    value: { algorithm: 13, digest: ${"ab".repeat(32)}, digest_type: 2, key_tag: 60485 }
  - type: SSHFP
    ttl: 60
    values:
    - algorithm: 1
      fingerprint: bf6b6825d2977c511a475bbefb88aad54a92ac73
      fingerprint_type: 1
'*':
  ttl: 60
  type: A
  value: 192.0.2.3
_srv._tcp:
  ttl: 60
  type: SRV
  values:
  - port: 30
    priority: 12
    target: foo-2.unit.tests.
    weight: 20
aaaa: { ttl: 60, type: AAAA, value: 2601:644:500:e210:62f8:1dff:feb8:947a }
dname: { ttl: 60, type: DNAME, value: example.net. }
https:
  ttl: 60
  type: HTTPS
  value:
    svcpriority: 1
    targetname: www.unit.tests.
    svcparams: { alpn: [h2, h3], no-default-alpn: null, port: 8002, ipv4hint: [127.0.0.1], mandatory: [port] }
loc:
  ttl: 60
  type: LOC
  values:
  - altitude: 20
    lat_degrees: 31
    lat_direction: S
    lat_minutes: 58
    lat_seconds: 52.1
    long_degrees: 115
    long_direction: E
    long_minutes: 49
    long_seconds: 11.7
    precision_horz: 10
    precision_vert: 2
    size: 10
mx:
  ttl: 60
  type: MX
  values:
  - exchange: smtp-1.unit.tests.
    preference: 40
  - priority: 10
    value: smtp-4.unit.tests.
naptr:
  ttl: 60
  type: NAPTR
  values:
  - flags: U
    order: 100
    preference: 100
    regexp: '!^.*$!sip:info@bar.example.com!'
    replacement: .
    service: SIP+D2U
openpgpkey:
  ttl: 60
  type: OPENPGPKEY
  value: mDMEXEcE6RYJKwYBBAHaRw8BAQdArjWwk3FAqyiF
ptr: { ttl: 60, type: PTR, values: [foo.bar.com.] }
spf: { ttl: 60, type: SPF, value: v=spf1 ip4:192.168.0.1/16-all }
svcb: { ttl: 60, type: SVCB, values: [{ svcpriority: 0, targetname: foo.unit.tests. }] }
tlsa:
  ttl: 60
  type: TLSA
  value: { certificate_association_data: ABABABABABABABABAB, certificate_usage: 1, matching_type: 1, selector: 1 }
txt:
  ttl: 60
  type: TXT
  values:
    - Bah bah black sheep
    - 'v=DKIM1\\;k=rsa\\;s=email'
    - '"two" "chunks"'
uri: { ttl: 60, type: URI, value: { priority: 10, target: "ftp://ftp.unit.tests/", weight: 2 } }
www: { ttl: 60, type: A, values: [192.0.2.1, 192.0.2.2] }
`);
    expect(issues).toEqual([]);
    expect(records).toEqual([
      ...NS,
      'unit.tests. 60 CAA 0 issue "ca.unit.tests"',
      `unit.tests. 60 DS 60485 13 2 ${"AB".repeat(32)}`,
      "unit.tests. 60 SSHFP 1 1 BF6B6825D2977C511A475BBEFB88AAD54A92AC73",
      "*.unit.tests. 60 A 192.0.2.3",
      "_srv._tcp.unit.tests. 60 SRV 12 20 30 foo-2.unit.tests.",
      "aaaa.unit.tests. 60 AAAA 2601:644:500:e210:62f8:1dff:feb8:947a",
      "dname.unit.tests. 60 DNAME example.net.",
      'https.unit.tests. 60 HTTPS 1 www.unit.tests. mandatory=port alpn="h2,h3" no-default-alpn port=8002 ipv4hint=127.0.0.1',
      "loc.unit.tests. 60 LOC 31 58 52.100 S 115 49 11.700 E 20.00m 10.00m 10.00m 2.00m",
      "mx.unit.tests. 60 MX 40 smtp-1.unit.tests.",
      "mx.unit.tests. 60 MX 10 smtp-4.unit.tests.",
      'naptr.unit.tests. 60 NAPTR 100 100 "U" "SIP+D2U" "!^.*$!sip:info@bar.example.com!" .',
      "openpgpkey.unit.tests. 60 OPENPGPKEY mDMEXEcE6RYJKwYBBAHaRw8BAQdArjWwk3FAqyiF",
      "ptr.unit.tests. 60 PTR foo.bar.com.",
      'spf.unit.tests. 60 SPF "v=spf1 ip4:192.168.0.1/16-all"',
      "svcb.unit.tests. 60 SVCB 0 foo.unit.tests.",
      "tlsa.unit.tests. 60 TLSA 1 1 1 ABABABABABABABABAB",
      'txt.unit.tests. 60 TXT "Bah bah black sheep"',
      'txt.unit.tests. 60 TXT "v=DKIM1;k=rsa;s=email"',
      'txt.unit.tests. 60 TXT "two" "chunks"',
      'uri.unit.tests. 60 URI 10 2 "ftp://ftp.unit.tests/"',
      "www.unit.tests. 60 A 192.0.2.1",
      "www.unit.tests. 60 A 192.0.2.2",
    ]);
  });

  it("may keep the SOA among the records", () => {
    const { zone } = loadZone(
      `${HEAD}  - type: SOA
    value: { mname: ns1.example.net., rname: admin.example.net., serial: 7, refresh: 1, retry: 2, expire: 3, minimum: 4 }
`,
      { file: "unit.tests.yaml", changedAt: 1 },
    );
    const soa = zone?.rrsets.find(({ type }) => formatType(type) === "SOA");
    expect(soa && formatRdata(soa.type, soa.rdata[0]!)).toBe(
      "ns1.example.net. admin.example.net. 7 1 2 3 4",
    );
  });

  it("keeps a record that is ignored out of the zone, and is warned of what means nothing here", () => {
    const { records, issues } = load(`${HEAD}a:
  type: A
  octodns: { ignored: true }
  value: no address
b:
  type: A
  octodns: { excluded: [route53], included: [ns1], lenient: true, ignored: false, cloudflare: { proxied: true } }
  value: 192.0.2.1
`);
    expect(records).toEqual([...NS, "b.unit.tests. 300 A 192.0.2.1"]);
    expect(issues).toEqual([
      "7: warning: the record is not served: octodns.ignored says so",
      '11: warning: "excluded" names providers of octoDNS: the record is served here all the same',
      '11: warning: "included" names providers of octoDNS: the record is served here all the same',
      '11: warning: "lenient" means nothing here: the record is checked like any other',
      '11: warning: "cloudflare" of octoDNS is left out of account',
    ]);
  });

  it.each([
    [
      "{ type: URLFWD, values: [{ code: 302, masking: 2, path: /, query: 0, target: 'http://x' }] }",
      '"URLFWD" is no record type: DNS has no redirects',
    ],
    [
      "{ type: A, geo: { AF: [192.0.2.1] }, values: [192.0.2.2] }",
      '"geo" is how octoDNS steered once: write dynamic, with pools and rules that have geos',
    ],
    [
      "{ type: A, octodns: { healthcheck: { protocol: ICMP } }, value: 192.0.2.1 }",
      'protocol must be HTTP, HTTPS or TCP: found "ICMP"',
    ],
    [
      "{ type: A, octodns: { ignored: maybe }, value: 192.0.2.1 }",
      'ignored must be true or false: found "maybe"',
    ],
    [
      "{ type: DS, value: { key_tag: 1, algorithm: 8, digest_type: 2, digest: ab, flags: 1 } }",
      'unknown key "flags" in a value of DS; allowed: key_tag, algorithm, digest_type, digest',
    ],
    [
      "{ type: DS, value: { flags: 1, protocol: 8, public_key: ab } }",
      'a value of DS needs the key "algorithm"',
    ],
  ])("is refused with %s", (record, message) => {
    expect(load(`${HEAD}x: ${record}\n`).issues).toContainEqual(`5: error: ${message}`);
  });
});
