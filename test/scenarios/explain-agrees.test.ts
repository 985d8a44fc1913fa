/** What `explain` says is what `respond()` answers: for any client and any health, over a full turn of the rotation. */
import dnsPacket from "dns-packet";
import * as fc from "fast-check";
import { expect, it } from "vitest";
import type { Prefix } from "../../src/address/address.ts";
import { formatPrefix, parseAddress } from "../../src/address/parse.ts";
import { explainName } from "../../src/cli/explain-name.ts";
import type { Explanation, Question } from "../../src/cli/explanation.ts";
import { combineDatabases } from "../../src/geo/combine-databases.ts";
import type { HealthSnapshot } from "../../src/health/snapshot.ts";
import { NO_MEMORY, NO_OVERRIDES } from "../../src/steering/world.ts";
import { parseName } from "../../src/wire/name.ts";
import { parseType } from "../../src/wire/rr-types.ts";
import { loadZone } from "../../src/zone/load-zone.ts";
import type { Zone } from "../../src/zone/model.ts";
import { type InProcess, serveInProcess } from "../support/in-process.ts";
import { happenings, zoneText } from "../support/random-zone.ts";

const TEXT = `
zone: gslb.example.com.
soa: { mname: ns1.gslb.example.com., rname: hostmaster.example.com., minimum: 5 }
healthchecks: { web: { protocol: TCP, port: 443 } }
networks:
  20.0.0.0/8: { geo: EU-DE }
  20.1.0.0/16: { geo: NA-US }
  30.0.0.0/9: { geo: AS-SG }
  2001:db8::/32: { geo: EU-FR }
pools:
  eu:
    healthcheck: web
    fallback: na
    values:
      - { value: 198.51.100.10, weight: 3 }
      - { value: 198.51.100.11, weight: 2 }
      - { value: 198.51.100.12, weight: 0 }
      - { value: "2001:db8:1::10" }
      - { value: "2001:db8:1::11" }
  na:
    healthcheck: web
    min_healthy: 2
    fallback: apac
    values:
      - { value: 203.0.113.10 }
      - { value: 203.0.113.11 }
      - { value: 203.0.113.12, status: down }
      - { value: "2001:db8:2::10" }
      - { value: "2001:db8:2::11" }
  apac:
    healthcheck: web
    policy: failover
    answers: 2
    values:
      - { value: 203.0.113.130 }
      - { value: 203.0.113.131 }
records:
  "": { type: NS, values: [ns1.gslb.example.com., ns2.example.net.] }
  ns1: { type: A, value: 198.51.100.53 }
  www:
    type: [A, AAAA]
    ttl: 30
    dynamic:
      rules:
        - { subnets: [10.2.0.0/16], pool: apac }
        - { geos: [AS], pool: [apac, na] }
        - { geos: [EU], pool: eu }
        - { pool: na }
  own:
    type: A
    ttl: 8
    answers: 2
    dynamic: { rules: [{ geos: [EU-DE], pool: eu }, { pool: apac }] }
    values: [192.0.2.1, 192.0.2.2, 192.0.2.3]
  alias: { type: CNAME, value: www.gslb.example.com. }
  checked: { type: A, ttl: 20, healthcheck: web, values: [198.51.100.20, 198.51.100.21, 198.51.100.22] }
  rr: { type: A, answers: 2, values: [198.51.100.30, 198.51.100.31, 198.51.100.32] }
  "*.wild": { type: A, value: 198.51.100.60 }
`;

const NAMES = ["www", "own", "alias", "checked", "rr", "x.wild", "wild", "nope"];
/** A multiple of every cycle above: 2, 3 and 5 leaders. */
const TURNS = 30;

const zone = readZone(TEXT)!;
const addresses = [...new Set(zone.pools.flatMap(({ values }) => values.map(({ text }) => text)))];
const server = serveInProcess({ "zone.yaml": TEXT });

const clients = fc
  .tuple(
    fc.constantFrom(
      "10.2.0.0",
      "10.3.7.0",
      "20.0.0.0",
      "20.1.200.0",
      "30.1.0.0",
      "40.0.0.0",
      "2001:db8::",
      "::",
    ),
    fc.constantFrom(0, 8, 12, 16, 24),
  )
  .map(([address, length]) => {
    const { family, octets } = parseAddress(address)!;
    const kept = octets.map(
      (octet, i) => octet & (0xff00 >> Math.min(8, Math.max(0, length - 8 * i))),
    );
    return { address: { family, octets: kept }, length };
  });

it("explainName() gives what respond() gives", () =>
  fc.assert(
    fc.property(
      fc.constantFrom(...NAMES),
      fc.constantFrom("A", "AAAA"),
      clients,
      fc.subarray(addresses),
      (label, type, client, down) => {
        const name = `${label}.gslb.example.com`;
        server.mark(Object.fromEntries(down.map((address) => [address, "down" as const])));
        const explanation = explainName(questionOf(name, type, client), {
          source: "server",
          zones: [zone],
          health: healthOf(down),
          overrides: NO_OVERRIDES,
          memory: NO_MEMORY,
          geo: combineDatabases([]),
        });
        const responses = Array.from({ length: TURNS }, () =>
          ask(server, name, type, formatPrefix(client)),
        );
        compare(explanation, responses);
      },
    ),
    { numRuns: 400 },
  ));

it("explainName() gives what respond() gives, whatever the zone and whatever happens", () =>
  fc.assert(
    fc.property(
      zoneText,
      happenings,
      fc.array(clients, { minLength: 1, maxLength: 3 }),
      (text, list, asking) => {
        const random = readZone(text);
        fc.pre(random !== undefined);
        const served = serveInProcess({ "random.yaml": text });
        for (const { down, overrides, after, failback } of list) {
          served.clock.advance(after);
          served.mark(Object.fromEntries(down.map((address) => [address, "down" as const])));
          served.plane.setOverrides(overrides);
          if (failback !== undefined) served.plane.failback(failback);
          const world = {
            ...served.plane.world,
            source: "server" as const,
            zones: [random],
            geo: combineDatabases([]),
          };
          for (const client of asking) {
            for (const type of ["A", "AAAA"]) {
              const explanation = explainName(questionOf("www.example.com", type, client), world);
              const responses = Array.from({ length: cycleOf(explanation) }, () =>
                ask(served, "www.example.com", type, formatPrefix(client)),
              );
              compare(explanation, responses);
            }
          }
        }
      },
    ),
    { numRuns: 300 },
  ));

/** Answers after which every record has led exactly as often as its share says. */
function cycleOf({ links }: Explanation): number {
  const shares = links.at(-1)?.answer?.records.map(({ share }) => share) ?? [];
  const isWhole = (turns: number): boolean =>
    shares.every((share) => Math.abs(share * turns - Math.round(share * turns)) < 1e-9 * turns);
  let turns = 1;
  while (!isWhole(turns)) turns++;
  return turns;
}

interface Answered {
  readonly rcode: string;
  readonly scope: number;
  readonly records: readonly {
    readonly type: string;
    readonly ttl: number;
    readonly data: string;
  }[];
}

function compare(explanation: Explanation, responses: readonly Answered[]): void {
  const explained = explanation.links.flatMap(({ answer }) =>
    answer === undefined ? [] : [answer],
  );
  const last = explained.at(-1);
  const leads = new Map<string, number>();
  for (const { rcode, scope, records } of responses) {
    expect(rcode).toBe(explanation.status);
    expect(scope).toBe(explanation.scope);
    expect(records.map(({ type, ttl }) => `${type} ${ttl}`)).toEqual(
      explained.flatMap(({ type, ttl, perAnswer }) => Array(perAnswer).fill(`${type} ${ttl}`)),
    );
    const final = records.slice(explained.length - 1).map(({ data }) => data);
    expect(last?.records.map(({ data }) => data) ?? []).toEqual(expect.arrayContaining(final));
    if (final[0] !== undefined) leads.set(final[0], (leads.get(final[0]) ?? 0) + 1);
  }
  for (const { data, share } of last?.records ?? []) {
    expect((leads.get(data) ?? 0) / responses.length).toBeCloseTo(share, 10);
  }
}

function ask(served: InProcess, name: string, type: string, client: string): Answered {
  const [ip = "", length = ""] = client.split("/");
  const query = dnsPacket.encode({
    type: "query",
    id: 1,
    questions: [{ type: type as "A", name }],
    additionals: [
      {
        type: "OPT",
        name: ".",
        udpPayloadSize: 1232,
        extendedRcode: 0,
        ednsVersion: 0,
        flags: 0,
        options: [
          {
            code: "CLIENT_SUBNET",
            family: ip.includes(":") ? 2 : 1,
            ip,
            sourcePrefixLength: Number(length),
            scopePrefixLength: 0,
          },
        ],
      } as unknown as dnsPacket.OptAnswer,
    ],
  });
  const response = served.ask(query, "udp");
  if (response === undefined) throw new Error("silence");
  const packet = dnsPacket.decode(Buffer.from(response)) as dnsPacket.DecodedPacket & {
    readonly rcode: string;
  };
  const opt = packet.additionals?.find((record) => record.type === "OPT");
  const [subnet] = (opt as unknown as { options: { scopePrefixLength: number }[] }).options;
  return {
    rcode: packet.rcode,
    scope: subnet!.scopePrefixLength,
    records: (packet.answers ?? []).map((record) => {
      const { type: ofRecord, ttl, data } = record as dnsPacket.StringAnswer;
      return { type: ofRecord, ttl: ttl!, data: ofRecord === "CNAME" ? `${data}.` : data };
    }),
  };
}

function healthOf(down: readonly string[]): HealthSnapshot {
  const targets = zone.pools.flatMap(({ values }) => values.flatMap((value) => value.targets));
  return {
    targets: new Map(
      targets.map(({ key, address }) => [
        key,
        {
          verdict: down.includes(address) ? "down" : "up",
          suspect: false,
          held: false,
          blind: false,
          stale: false,
          since: 0,
          lastError: undefined,
        },
      ]),
    ),
  };
}

function readZone(text: string): Zone | undefined {
  return loadZone(text, { file: "zone.yaml", changedAt: 1 }).zone;
}

function questionOf(name: string, type: string, client: Prefix): Question {
  const resolver = parseAddress("127.0.0.1")!;
  return { name: readName(name), type: parseType(type)!, client, resolver };
}

function readName(text: string): Uint8Array {
  const parsed = parseName(text);
  if (!parsed.ok) throw new SyntaxError(parsed.error);
  return parsed.name;
}
