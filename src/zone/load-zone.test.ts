import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { listCrowdedNames } from "../../test/support/crowded-names.ts";
import { formatName } from "../wire/name.ts";
import { formatType } from "../wire/rr-types.ts";
import { type LoadedZone, loadZone, type ZoneFile } from "./load-zone.ts";
import type { RRset, SteeredRRset, Zone } from "./model.ts";

const SAMPLE_ZONE = readFileSync(
  new URL("../../test/support/sample-zone.yaml", import.meta.url),
  "utf8",
);

const load = (text: string, source: Partial<ZoneFile> = {}): LoadedZone =>
  loadZone(text, {
    file: "example.com.yaml",
    changedAt: 1_700_000_000,
    references: true,
    ...source,
  });

/** The zone of a text without errors. */
function zoneOf(text: string, source: Partial<ZoneFile> = {}): Zone {
  const { zone, issues } = load(text, source);
  if (zone === undefined) throw new Error(issues.map(({ message }) => message).join("\n"));
  return zone;
}

const said = (text: string, source: Partial<ZoneFile> = {}): string[] =>
  load(text, source).issues.map(
    ({ line, column, severity, message }) => `${line}:${column} ${severity}: ${message}`,
  );

const head = `zone: example.com.\nrecords:\n  "": { type: NS, values: [a.example.net., b.example.net.] }\n`;

const show = ({ owner, type, ttl, rdata }: RRset): string =>
  `${formatName(owner)} ${ttl} ${formatType(type)} ${rdata.length}`;

const poolsOf = (zone: Zone, rrset: SteeredRRset | undefined): (string | undefined)[][] =>
  rrset?.rules.map((rule) => rule.pools.map((index) => zone.pools[index]?.name)) ?? [];

const steeredOf = (zone: Zone, label: string, type: number): SteeredRRset | undefined =>
  zone.steered.find((rrset) => rrset.label === label && rrset.type === type);

describe("loadZone() on the sample of the manual", () => {
  const sample = SAMPLE_ZONE;

  it("reads it whole without a word", () => {
    expect(said(sample)).toEqual([]);
    const zone = zoneOf(sample);
    expect(zone.rrsets.map(show)).toEqual([
      "gslb.example.com. 3600 SOA 1",
      "gslb.example.com. 86400 NS 2",
      "gslb.example.com. 300 CAA 1",
      "ns1.gslb.example.com. 86400 A 1",
      "ns2.gslb.example.com. 86400 A 1",
      "rr.gslb.example.com. 30 A 3",
      "static.gslb.example.com. 300 CNAME 1",
    ]);
    expect(zone.serial).toBe(1_700_000_000);
    expect(zone.negativeTtl).toBe(5);
    expect(zone.datacenters.map(({ name }) => name)).toEqual(["fra", "iad", "sin"]);
  });

  it("makes two RRsets of [A, AAAA], whose last resort is split by family", () => {
    const zone = zoneOf(sample);
    const [a, aaaa] = [steeredOf(zone, "www", 1), steeredOf(zone, "www", 28)];
    expect(a).toMatchObject({ ttl: 30, ttlMin: 5, answers: 2 });
    expect(a?.allDown).toMatchObject({ kind: "values", rdata: [{ length: 4 }, { length: 4 }] });
    expect(aaaa?.allDown).toMatchObject({ kind: "values", rdata: [{ length: 16 }] });
    expect(poolsOf(zone, a)).toEqual([["eu"], ["apac"], ["eu"], ["na"]]);
    expect(aaaa?.rules).toEqual(a?.rules);
    const api = steeredOf(zone, "api", 28);
    expect(api).toMatchObject({ ttl: 15, policy: "nearest", allDown: { kind: "open" } });
    expect(poolsOf(zone, api)).toEqual([["eu", "na", "apac"]]);
    expect(a?.rules[0]?.subnets[0]?.length).toBe(24);
    expect(a?.rules[1]?.geos.map(({ continent }) => continent)).toEqual(["AS", "OC"]);
  });

  it("gives pools their values, and values what is probed for them", () => {
    const zone = zoneOf(sample);
    const eu = zone.pools.find(({ name }) => name === "eu");
    expect(
      eu?.values.map(({ text, weight, datacenter, status }) => [text, weight, datacenter, status]),
    ).toEqual([
      ["198.51.100.10", 3, "fra", "obey"],
      ["198.51.100.11", 1, "fra", "obey"],
      ["2001:db8:1::10", 1, "fra", "obey"],
    ]);
    expect(eu?.values[2]?.targets[0]).toMatchObject({
      address: "2001:db8:1::10",
      port: 443,
      check: {
        name: "web",
        protocol: "HTTPS",
        host: "www.example.com",
        path: "/healthz",
        method: "GET",
        expect: [[200, 299]],
        tls: { verify: true, ca: undefined },
        interval: 5000,
        timeout: 2000,
        fast: 1000,
        rise: 2,
        fall: 3,
      },
    });
    expect(zone.pools[eu?.fallback ?? -1]?.name).toBe("na");
  });

  it("survives a move between threads whole", () => {
    const loaded = load(sample);
    expect(structuredClone(loaded)).toEqual(loaded);
  });
});

describe("loadZone() and defaults", () => {
  it("takes the SOA from its key, the apex and the first NS", () => {
    const soa = (text: string): string =>
      Buffer.from(zoneOf(text).rrsets[0]?.rdata[0] ?? []).toString("latin1");
    expect(soa(head)).toContain(
      "\u0001a\u0007example\u0003net\0\u000ahostmaster\u0007example\u0003com\0",
    );
    const own = `${head}soa: { mname: m.example.net., rname: jo.e@example.com, serial: 7, minimum: 1h, ttl: 2h }\n`;
    expect(soa(own)).toContain(
      "\u0001m\u0007example\u0003net\0\u0004jo.e\u0007example\u0003com\0\0\0\0\u0007",
    );
    expect(zoneOf(own)).toMatchObject({ serial: 7, negativeTtl: 3600 });
    expect(zoneOf(own).rrsets[0]?.ttl).toBe(7200);
  });

  it("takes the SOA from a record at the apex", () => {
    const text = `${head.replace("{ type: NS", "[{ type: NS").replace("] }", "] }, { type: SOA, ttl: 9000, value: a.example.net. h.example.com. 42 1 2 3 4 }]")}`;
    expect(zoneOf(text)).toMatchObject({ serial: 42, negativeTtl: 4 });
    expect(zoneOf(text).rrsets.filter(({ type }) => type === 6)).toHaveLength(1);
    expect(said(`${text}soa: { serial: 1 }\n`)).toEqual([
      "4:6 error: the SOA is written twice: here and as a record, in line 3",
    ]);
  });

  it("never lets an automatic serial go back", () => {
    expect(zoneOf(head, { previousSerial: 5 }).serial).toBe(1_700_000_000);
    expect(zoneOf(head, { previousSerial: 1_700_000_009 }).serial).toBe(1_700_000_009);
    expect(said(`${head}soa: { serial: 3 }`, { previousSerial: 5 })).toEqual([
      "4:16 warning: serial 3 is before 5, which is being served: secondaries will not follow",
    ]);
  });

  it("keeps TTLs of infrastructure long and of steered names short, whatever the zone's", () => {
    const text = `ttl: 60\n${head}  a: { type: A, value: 192.0.2.1 }
  s: { type: A, dynamic: { pools: { p: { values: [192.0.2.1] } }, rules: [{ pool: p }] } }
  t: { type: A, ttl: 3, dynamic: { pools: { p: { values: [192.0.2.1] } }, rules: [{ pool: p }] } }\n`;
    const zone = zoneOf(text);
    expect(zone.rrsets.map(({ ttl }) => ttl)).toEqual([3600, 3600, 60]);
    expect(zone.steered.map(({ ttl, ttlMin }) => [ttl, ttlMin])).toEqual([
      [30, 5],
      [3, 3],
    ]);
  });

  it("names a plain octoDNS file's zone by the file, and reads its check", () => {
    const text = `'':
  - { type: NS, values: [a.example.net., b.example.net.] }
  - { type: MX, values: [{ preference: 10, exchange: mail.example.com. }] }
  - { type: TXT, value: v=spf1 -all }
mail: { type: A, value: 192.0.2.1 }
www:
  type: A
  ttl: 60
  dynamic:
    pools:
      eu: { fallback: na, values: [{ value: 192.0.2.2, weight: 2, status: obey }] }
      na: { values: [{ value: 192.0.2.3 }] }
    rules: [{ geos: [EU], pool: eu }, { pool: na }]
  values: [192.0.2.2]
  octodns: { healthcheck: { path: /up, port: 8443 } }
`;
    const zone = zoneOf(text, { file: "/etc/zones/Example.com.yaml" });
    expect(formatName(zone.apex)).toBe("example.com.");
    expect(zone.pools.map(({ name }) => name)).toEqual(
      ["www/eu", "www/na", "www/eu", "www/na"].slice(0, zone.pools.length),
    );
    const www = steeredOf(zone, "www", 1);
    const eu = zone.pools[www?.rules[0]?.pools[0] ?? -1];
    expect(eu?.values[0]?.targets[0]).toMatchObject({
      port: 8443,
      check: { protocol: "HTTPS", host: "www.example.com", path: "/up" },
    });
    expect(zone.pools[eu?.fallback ?? -1]?.values[0]?.targets).toHaveLength(1);
  });

  it("reads owners relative to the zone: apex, wildcard, absolute, numbers as written", () => {
    const text = `${head}  "*": { type: A, value: 192.0.2.1 }
  "@": { type: A, value: 192.0.2.1 }
  WWW: { type: A, value: 192.0.2.1 }
  x.example.com.: { type: A, value: 192.0.2.1 }
  010: { type: A, value: 192.0.2.1 }
  1.10: { type: A, value: 192.0.2.1 }
  a\\.b: { type: A, value: 192.0.2.1 }
  __proto__: { type: A, value: 192.0.2.1 }\n`;
    expect(
      zoneOf(text)
        .rrsets.slice(2)
        .map(({ owner }) => formatName(owner)),
    ).toEqual([
      "*.example.com.",
      "example.com.",
      "www.example.com.",
      "x.example.com.",
      "010.example.com.",
      "1.10.example.com.",
      "a\\.b.example.com.",
      "__proto__.example.com.",
    ]);
  });

  it("makes a pool of a plain record whose values are checked", () => {
    const text = `healthchecks: { tcp: { protocol: TCP, port: 80 } }
${head}  rr: { type: [A, AAAA], healthcheck: tcp, values: [192.0.2.1, 192.0.2.2, "2001:db8::1"] }
  two: { type: A, healthcheck: tcp, answers: 1, values: [192.0.2.1, 192.0.2.2] }\n`;
    const zone = zoneOf(text);
    expect(zone.pools.map(({ name, values }) => [name, values.length])).toEqual([
      ["rr", 3],
      ["two", 2],
    ]);
    expect(
      zone.steered.map(({ label, type, answers, ttl }) => [label, type, answers, ttl]),
    ).toEqual([
      ["rr", 1, 2, 30],
      ["rr", 28, 1, 30],
      ["two", 1, 1, 30],
    ]);
    const keys = zone.pools.map((pool) => pool.values.map(({ targets }) => targets[0]?.key));
    expect(keys[0]?.[0]).toBe(keys[1]?.[0]);
    expect(keys[0]?.[0]).toMatch(/^tcp:\/\/192\.0\.2\.1:80#[0-9a-f]{12}$/);
    expect(keys[0]?.[2]).toMatch(/^tcp:\/\/\[2001:db8::1\]:80#/);
  });
});

describe("loadZone() on any text", () => {
  const sample = SAMPLE_ZONE;
  it("never throws, and gives a zone or an error", () => {
    const edit = fc.tuple(
      fc.nat(sample.length),
      fc.nat(40),
      fc.oneof(
        fc.constantFrom(
          "",
          ":",
          "{",
          "}",
          "[",
          "]",
          "\n",
          "  ",
          "-",
          '"',
          "&a ",
          "*a",
          "0",
          "~",
          "null",
          "pool: eu",
          "@",
          ".",
          "%",
          "type: A",
        ),
        fc.string({ maxLength: 8 }),
      ),
    );
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 4 }), (edits) => {
        let text = sample;
        for (const [at, length, insert] of edits) {
          text = text.slice(0, at) + insert + text.slice(at + length);
        }
        const { zone, issues } = load(text);
        expect(zone === undefined).toBe(issues.some(({ severity }) => severity === "error"));
        expect(structuredClone(issues)).toEqual(issues);
      }),
      { numRuns: 300 },
    );
  });
  it("never throws on plain noise", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(load(text).zone === undefined || text !== "").toBe(true);
      }),
    );
  });
});

it("loadZone() refuses names that were chosen to be in each other's way", () => {
  const names = listCrowdedNames(300);
  const yaml = names.map((name) => `  ${name}: { type: A, value: 192.0.2.1 }\n`);
  const master = names.map((name) => `${name} A 192.0.2.1\n`);
  const top =
    "$TTL 3600\n@ SOA ns.example.net. h.example.net. 1 3600 600 86400 300\n@ NS a.example.net.\n";
  const texts = [`${head}${yaml.join("")}`, `${top}${master.join("")}`];
  const files = ["example.com.yaml", "example.com.zone"];
  const found = texts.map((text, i) => said(text, { file: files[i]! }));
  const problem = "Not read: more than 256 of its names are in each other's way in tables";
  for (const issues of found) expect(issues).toEqual([expect.stringContaining(problem)]);
});
