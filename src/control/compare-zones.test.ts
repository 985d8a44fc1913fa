import { describe, expect, it } from "vitest";
import { geoTable } from "../../test/support/geo.ts";
import { createKeyOf } from "../address/key.ts";
import { parseAddress } from "../address/parse.ts";
import type { HealthSnapshot } from "../health/snapshot.ts";
import { type PreparedZone, prepareZone } from "../loader/prepare-zone.ts";
import { LocationMap } from "../steering/location-map.ts";
import { NO_MEMORY, NO_OVERRIDES, type World } from "../steering/world.ts";
import { loadZone } from "../zone/load-zone.ts";
import { pairClients } from "./client-pairs.ts";
import { compareZones, type ZoneChange } from "./compare-zones.ts";

const GEO = geoTable({
  "10.0.0.0/8": "EU-DE",
  "20.0.0.0/8": "NA-US",
  "30.0.0.0/7": "AS-SG",
  "2001:db8::/32": "EU-DE",
});
const HEALTHY: World = {
  health: { targets: new Map() },
  overrides: NO_OVERRIDES,
  memory: NO_MEMORY,
};

const POOLS = `
pools:
  eu: { healthcheck: web, fallback: us, values: [{ value: 192.0.2.1 }] }
  us: { values: [{ value: 192.0.2.2 }] }
  as: { values: [{ value: 192.0.2.3 }] }
  uneven: { values: [{ value: 192.0.2.1, weight: 3 }, { value: 192.0.2.2 }] }
healthchecks: { web: { protocol: TCP, port: 1 } }
`;

function prepare(records: string, { apex = "example.com.", serial = 1 } = {}): PreparedZone {
  const head = `zone: ${apex}\nsoa: { mname: ns1.example.net., rname: h.example.net., serial: ${serial} }`;
  const text = `${head}${POOLS}records:\n${records}`;
  const { zone, issues } = loadZone(text, { file: "z.yaml", changedAt: 1 });
  if (zone === undefined) throw new SyntaxError(JSON.stringify(issues, undefined, 1));
  return prepareZone(zone, GEO, 1);
}

function steered(rules: string, ttl = 30): string {
  return `  www: { type: A, ttl: ${ttl}, dynamic: { rules: [${rules}] } }\n  api: { type: A, value: 192.0.2.9 }\n`;
}

function compare(before: PreparedZone[], after: PreparedZone[], world = HEALTHY): ZoneChange[] {
  return compareZones({ zones: before, world }, { zones: after, world });
}

/** Changes of the one record set that changes. */
function compareRules(before: string, after: string, world?: World): unknown[] {
  const [change] = compare([prepare(steered(before))], [prepare(steered(after))], world);
  return change?.rrsets.flatMap(({ clients }) => clients) ?? [];
}

describe("compareZones()", () => {
  it("finds nothing where nothing changes, serial and order of values aside", () => {
    const records = "  rr: { type: A, values: [192.0.2.1, 192.0.2.2] }\n";
    const turned = "  rr: { type: A, values: [192.0.2.2, 192.0.2.1] }\n";
    expect(compare([prepare(records)], [prepare(turned, { serial: 2 })])).toEqual([]);
  });

  it("compares where ALIAS records lead, not what is there", () => {
    const before = prepare(`  "": { type: ALIAS, ttl: 60, value: a.example.net. }\n`);
    const after = prepare(`  "": { type: ALIAS, ttl: 60, value: b.example.net. }\n`);
    expect(compare([before], [before])).toEqual([]);
    const [change] = compare([before], [after]);
    expect(change!.rrsets).toMatchObject([
      {
        name: "example.com.",
        type: "ALIAS",
        kind: "changed",
        clients: [{ before: "a.example.net., ttl 60", after: "b.example.net., ttl 60" }],
      },
    ]);
  });

  it("compares hints by the addresses they follow", () => {
    const hints = `  svc: { type: HTTPS, ttl: 60, value: "1 www.example.com. ipv4hint=auto" }\n`;
    const [before, after] = ["eu", "us"].map((pool) =>
      prepare(steered(`{ geos: [EU], pool: ${pool} }, { pool: as }`) + hints),
    );
    const [change] = compare([before!], [after!]);
    expect(change!.rrsets.map(({ name, type, clients }) => [name, type, clients.length])).toEqual([
      ["svc.example.com.", "HTTPS", 1],
      ["www.example.com.", "A", 1],
    ]);
    expect(change!.rrsets[0]!.clients[0]).toMatchObject({
      before: "1 www.example.com. ipv4hint=192.0.2.1, ttl 30",
      after: "1 www.example.com. ipv4hint=192.0.2.2, ttl 30",
      example: "10.0.0.0",
    });
  });

  it("names zones that come and go", () => {
    const other = prepare("  a: { type: A, value: 192.0.2.1 }\n", { apex: "other.example." });
    const one = prepare("  a: { type: A, value: 192.0.2.1 }\n");
    expect(compare([one], [other])).toMatchObject([
      { zone: "example.com.", kind: "removed", names: 2, records: 2 },
      { zone: "other.example.", kind: "added", names: 2, records: 2 },
    ]);
  });

  it("compares static record sets by TTL, data and number of answers", () => {
    const before =
      "  a: { type: A, value: 192.0.2.1 }\n  b: { type: TXT, ttl: 60, value: x }\n  c: { type: A, values: [192.0.2.1, 192.0.2.2] }\n";
    const after =
      "  d: { type: A, value: 192.0.2.1 }\n  b: { type: TXT, ttl: 61, value: x }\n  c: { type: A, answers: 1, values: [192.0.2.1, 192.0.2.2] }\n";
    const [change] = compare([prepare(before)], [prepare(after)]);
    expect(
      change!.rrsets.map(({ name, kind, clients }) => [
        name,
        kind,
        clients.map((one) => [one.before, one.after, one.example]),
      ]),
    ).toEqual([
      ["a.example.com.", "removed", [["192.0.2.1, ttl 300", undefined, undefined]]],
      ["b.example.com.", "changed", [['"x", ttl 60', '"x", ttl 61', undefined]]],
      [
        "c.example.com.",
        "changed",
        [
          [
            "192.0.2.1, 192.0.2.2, ttl 300",
            "192.0.2.1, 192.0.2.2, 1 per answer, ttl 300",
            undefined,
          ],
        ],
      ],
      ["d.example.com.", "added", [[undefined, "192.0.2.1, ttl 300", undefined]]],
    ]);
  });

  it("tells which clients of a steered name get something else, and how many there are", () => {
    const changes = compareRules(
      "{ geos: [EU], pool: eu }, { pool: us }",
      "{ geos: [EU], pool: eu }, { geos: [AS], pool: as }, { pool: us }",
    );
    expect(changes).toEqual([
      {
        before: "192.0.2.2, ttl 30",
        after: "192.0.2.3, ttl 30",
        example: "30.0.0.0",
        share4: 2 / 256,
        share6: 0,
      },
    ]);
  });

  it("says everybody where it is everybody, and shows weights", () => {
    expect(compareRules("{ pool: us }", "{ pool: uneven }")).toMatchObject([
      {
        before: "192.0.2.2, ttl 30",
        after: "192.0.2.1 75 %, 192.0.2.2 25 %, 1 per answer, ttl 30",
        example: undefined,
      },
    ]);
    const rules = "{ geos: [EU], pool: eu }, { geos: [AS], pool: as }, { pool: us }";
    const [change] = compare(
      [prepare(steered(rules))],
      [
        prepare(
          "  www: { type: A, ttl: 30, value: 192.0.2.7 }\n  api: { type: A, value: 192.0.2.9 }\n",
        ),
      ],
    );
    expect(change!.rrsets[0]!.clients.map(({ before }) => before).sort()).toEqual([
      "192.0.2.1, ttl 30",
      "192.0.2.2, ttl 30",
      "192.0.2.3, ttl 30",
    ]);
  });

  it("sees no change where other rules lead to the same answers", () => {
    expect(
      compareRules(
        "{ geos: [EU], pool: us }, { pool: us }",
        "{ subnets: [10.0.0.0/9], pool: us }, { pool: us }",
      ),
    ).toEqual([]);
  });

  it("decides with the health of the moment", () => {
    const zone = prepare(steered("{ pool: eu }"));
    const [target] = zone.zone.pools[0]!.values[0]!.targets;
    const down = {
      verdict: "down",
      suspect: false,
      held: false,
      blind: false,
      stale: false,
      since: 0,
      lastError: "refused",
    } as const;
    const health: HealthSnapshot = { targets: new Map([[target!.key, down]]) };
    // Its fallback answers for eu, for half the TTL: only the TTL differs.
    expect(compareRules("{ pool: eu }", "{ pool: us }", { ...HEALTHY, health })).toMatchObject([
      { before: "192.0.2.2, ttl 15", after: "192.0.2.2, ttl 30" },
    ]);
  });

  it("tells what a reload would refuse", () => {
    const many = ["a", "b", "c"].map((name) => `  ${name}: { type: A, value: 192.0.2.1 }\n`);
    const [change] = compare(
      [prepare(many.join(""))],
      [prepare("  z: { type: A, value: 192.0.2.1 }\n")],
    );
    expect(change!.massChanges).toEqual([
      "3 of 4 names would go: a.example.com., b.example.com., c.example.com.",
    ]);
  });
});

describe("pairClients()", () => {
  const mapOf = (rules: string): NonNullable<PreparedZone["maps"][number]> =>
    prepare(steered(rules)).maps[0]!;
  const before = mapOf(
    "{ subnets: [10.1.0.0/16], pool: as }, { geos: [EU], pool: eu }, { pool: us }",
  );
  const after = mapOf(
    "{ geos: [AS, NA], pool: as }, { subnets: [10.0.0.0/15], pool: eu }, { pool: us }",
  );

  it("finds every pair that an address has, each with an example of it", () => {
    const pairs = pairClients(before, after);
    const [a, b] = [new LocationMap(before.map), new LocationMap(after.map)];
    const classify = (text: string): string => {
      const key = createKeyOf(parseAddress(text)!);
      return `${a.classify(key, key)} ${b.classify(key, key)}`;
    };
    const found = new Set(pairs.map((pair) => `${pair.before} ${pair.after}`));
    for (let i = 0; i < 65_536; i += 7) {
      expect(found).toContain(classify(`${i >> 8}.${i & 255}.1.1`));
      expect(found).toContain(
        classify(`${(0x2000 + (i & 0xfff)).toString(16)}:db8:${(i >> 4).toString(16)}::1`),
      );
    }
    for (const pair of pairs) expect(classify(pair.example!)).toBe(`${pair.before} ${pair.after}`);
  });

  it("accounts for the whole address space of both families", () => {
    const pairs = pairClients(before, after);
    expect(pairs.reduce((sum, { share4 }) => sum + share4, 0)).toBeCloseTo(1, 12);
    expect(pairs.reduce((sum, { share6 }) => sum + share6, 0)).toBeCloseTo(1, 12);
  });

  it("takes a missing map for one class", () => {
    expect(pairClients(undefined, undefined)).toHaveLength(1);
    const pairs = pairClients(undefined, after);
    expect(new Set(pairs.map((pair) => pair.before))).toEqual(new Set([0]));
    expect(pairs.length).toBeGreaterThan(1);
  });
});
