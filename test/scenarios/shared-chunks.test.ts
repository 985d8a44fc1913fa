/** Small zones share chunks of memory: nobody may be able to tell. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { createQuery } from "../differential/random-query.ts";
import { createWorld } from "../differential/random-world.ts";
import { dropRefused, writeYaml } from "../differential/write-zone.ts";
import { serveInProcess } from "../support/in-process.ts";
import { query } from "../support/packet.ts";
import { Random } from "../support/random.ts";

const QUERIES = 100;
const WORLDS = 25;

/** Steered names of every kind beside what it takes to be led astray: a name, a cut, a wildcard, an alias, a DNAME. */
const STEERED_ZONE = (apex: string): string => `
zone: ${apex}
soa: { mname: ns1.${apex}, rname: hostmaster.${apex} }
networks: { 192.0.2.0/24: { geo: EU-DE } }
pools:
  near: { values: [192.0.2.1, { value: 192.0.2.2, weight: 3 }] }
  far: { policy: sticky, values: [192.0.2.3, 192.0.2.4, "2001:db8::4"] }
records:
  "": { type: NS, values: [ns1.${apex}, ns2.sub.${apex}] }
  ns1: { type: A, value: 192.0.2.53 }
  sub: { type: NS, values: [ns2.sub.${apex}, ns1.${apex}] }
  ns2.sub: { type: [A, AAAA], values: [192.0.2.54, "2001:db8::54"] }
  www: { type: [A, AAAA], dynamic: { rules: [{ geos: [EU], pool: near }, { pool: far }] } }
  "*.wild": { type: A, dynamic: { rules: [{ pool: far }] } }
  also: { type: CNAME, value: www.${apex} }
  like: { type: ALIAS, value: www.${apex} }
  turned: { type: A, values: [192.0.2.5, 192.0.2.6, 192.0.2.7] }
  mail: { type: MX, values: [{ preference: 10, exchange: turned.${apex} }, { preference: 20, exchange: x.wild.${apex} }] }
  service: { type: SRV, value: { priority: 1, weight: 1, port: 443, target: www.${apex} } }
`;

test("zones answer in a chunk with others as each in a buffer of its own", () => {
  fc.assert(
    fc.property(fc.nat(), (seed) => {
      const random = new Random(seed);
      const zones = createWorld(random, 0).map(dropRefused);
      const files = Object.fromEntries(zones.map((zone, i) => [`z${i}.yaml`, writeYaml(zone)]));
      const [beside, alone] = [serveInProcess(files), serveInProcess({})];
      for (const [file, text] of Object.entries(files)) alone.load({ [file]: text });
      for (let i = 0; i < QUERIES; i++) {
        const { packet, transport, text } = createQuery(random, zones);
        expect(beside.ask(packet, transport), text).toEqual(alone.ask(packet, transport));
      }
    }),
    { numRuns: WORLDS },
  );
});

test("steered names answer in a chunk with others as each in a buffer of its own", () => {
  const apexes = ["a.example.", "b.example.", "c.example."];
  const files = Object.fromEntries(apexes.map((apex) => [apex, STEERED_ZONE(apex)]));
  const [beside, alone] = [serveInProcess(files), serveInProcess({})];
  for (const [file, text] of Object.entries(files)) alone.load({ [file]: text });
  const names = ["", "ns1", "sub", "x.sub", "www", "x.wild", "also", "like", "turned", "mail"];
  let answered = 0;
  for (const apex of apexes) {
    for (const name of [...names, "service", "no"]) {
      for (const type of ["A", "AAAA", "MX", "NS", "SRV", "SOA", "ANY"] as const) {
        for (let turn = 0; turn < 3; turn++) {
          const packet = query({ name: name === "" ? apex : `${name}.${apex}`, type });
          const answer = beside.ask(packet, "udp");
          expect(answer, `${name} ${type}`).toEqual(alone.ask(packet, "udp"));
          answered += answer![7]!;
        }
      }
    }
  }
  expect(answered).toBeGreaterThan(300);
});
