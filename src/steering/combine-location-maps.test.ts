import * as fc from "fast-check";
import { expect, it } from "vitest";
import { geoTable, network, rule } from "../../test/support/geo.ts";
import { createKey, writeKey } from "../address/key.ts";
import { parseAddress } from "../address/parse.ts";
import { combineLocationMaps } from "./combine-location-maps.ts";
import { type ClassRule, compileLocationMap } from "./compile-location-map.ts";
import { LocationMap } from "./location-map.ts";

const GEO = geoTable(
  {
    "20.0.0.0/8": "EU-DE",
    "20.1.0.0/16": "EU-FR",
    "21.0.0.0/8": "NA-US-CA",
    "22.0.0.0/8": "NA-US-NY",
    "2a00::/12": "EU-FR",
    "2600::/12": "NA-US",
  },
  { "20.0.0.0/10": 64_500, "2a00::/13": 64_501 },
);
const NETWORKS = [network("30.0.0.0/8", "AS-SG"), network("20.2.0.0/16", "AS")];

const geos = fc.subarray(["EU", "EU-FR", "NA", "NA-US-CA", "AS"], { maxLength: 2 });
const subnets = fc.subarray(["10.0.0.0/8", "10.1.0.0/16", "20.1.2.0/24", "2a00:1::/32"], {
  maxLength: 1,
});
const asns = fc.subarray([64_500, 64_501], { maxLength: 1 });

/** Rules of which some lead to the same class, and a catch-all. */
const rules: fc.Arbitrary<readonly ClassRule[]> = fc
  .array(fc.tuple(fc.nat(3), geos, subnets, asns), { maxLength: 3 })
  .map((list) => [
    ...list
      .filter(([, a, b, c]) => a.length + b.length + c.length > 0)
      .map(([outcome, a, b, c]) => rule(outcome, a, b, c)),
    rule(0, []),
  ]);

const addresses = [
  "20.0.0.1",
  "20.1.2.3",
  "20.1.3.0",
  "20.2.0.0",
  "20.64.0.0",
  "21.0.0.0",
  "22.255.0.0",
  "30.0.0.0",
  "10.0.0.0",
  "10.1.255.255",
  "99.0.0.1",
  "2a00:1::",
  "2a08::1",
  "2600::1",
  "3000::",
  "2002:1401:203::",
  "2002:a01::",
  "64:ff9b::20.1.2.3",
  "::ffff:21.1.1.1",
  "2003::",
];
const clients = fc.tuple(fc.constantFrom(...addresses), fc.constantFrom(0, 8, 16, 24, 32, 48, 128));

it("combineLocationMaps() tells who is of which class under each map, with the longest of their scopes", () =>
  fc.assert(
    fc.property(
      fc.array(rules, { minLength: 1, maxLength: 3 }),
      fc.array(fc.tuple(clients, fc.constantFrom(...addresses)), { minLength: 5, maxLength: 20 }),
      (lists, asking) => {
        const maps = lists.map((list) => compileLocationMap(list, NETWORKS, GEO));
        const combined = combineLocationMaps(maps);
        const together = new LocationMap(combined.map);
        const apart = maps.map((map) => new LocationMap(map));
        for (const [[client, length], resolver] of asking) {
          const key = keyOf(client, length);
          const via = keyOf(resolver, 128);
          const classes = apart.map((map) => map.classify(key, via));
          expect(combined.classes[together.classify(key, via)]).toEqual(classes);
          const scopes = apart.map(({ scope }) => scope);
          // Clients whom two maps tell apart by their resolvers alone may be one to both together, never the other way round.
          expect(together.scope).toBeLessThanOrEqual(Math.max(...scopes));
          if (client.includes(":") || length === 0) continue;
          const [first] = listEnds(client, Math.min(32, length));
          for (const end of listEnds(first!, together.scope)) {
            const same = apart.map((map) => map.classify(keyOf(end, 32), via));
            expect(same).toEqual(classes);
          }
        }
      },
    ),
    { numRuns: 300 },
  ));

it("combineLocationMaps() makes no class that nobody is of", () => {
  const one = compileLocationMap([rule(1, ["EU"]), rule(0, [])], [], GEO);
  const two = compileLocationMap([rule(1, ["EU-FR"]), rule(0, [])], [], GEO);
  const { classes } = combineLocationMaps([one, two]);
  expect(classes.map(String).sort()).toEqual(["0,0", "1,0", "1,1"]);
});

/** The first and the last address of a prefix around an IPv4 address. */
function listEnds(address: string, length: number): string[] {
  const { octets } = parseAddress(address)!;
  return [0, 0xff].map((fill) =>
    octets
      .map((octet, i) => {
        const kept = Math.max(0, Math.min(8, length - 8 * i));
        const mask = 0xff00 >> kept;
        return (octet & mask) | (fill & ~mask & 0xff);
      })
      .join("."),
  );
}

function keyOf(text: string, length: number): ReturnType<typeof createKey> {
  const { family, octets } = parseAddress(text)!;
  const key = createKey();
  writeKey(key, family, octets, 0, Math.min(length, octets.length * 8));
  return key;
}
