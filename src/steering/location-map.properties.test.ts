import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { code, geoTable, network, rule } from "../../test/support/geo.ts";
import type { Address, Prefix } from "../address/address.ts";
import { createKey, writeKey } from "../address/key.ts";
import { formatPrefix, parseAddress } from "../address/parse.ts";
import { buildGeoTable } from "../geo/build-geo-table.ts";
import type { GeoTable } from "../geo/geo-table.ts";
import type { Network } from "../zone/model.ts";
import { type ClassRule, compileLocationMap } from "./compile-location-map.ts";
import { describeClient } from "./describe-client.ts";
import { LocationMap } from "./location-map.ts";

/** Small spaces that collide often: every prefix lies in one of few corners. */
const CORNERS = [
  "20.0.0.0",
  "10.0.0.0",
  "2a00::",
  "2001::",
  "2002:1400::",
  "::ffff:20.0.0.0",
  "64:ff9b::1400:0",
  "::",
];
const CODES = ["EU", "NA", "EU-DE", "EU-FR", "NA-US", "NA-US-CA"];

function toBig(octets: Uint8Array): bigint {
  return octets.reduce((sum, octet) => (sum << 8n) | BigInt(octet), 0n);
}

function toAddress(value: bigint, family: 4 | 6): Address {
  const size = family === 4 ? 4 : 16;
  return {
    family,
    octets: Uint8Array.from({ length: size }, (_, i) =>
      Number((value >> BigInt(8 * (size - 1 - i))) & 0xffn),
    ),
  };
}

function truncate(address: Address, length: number): Prefix {
  const host = BigInt(address.octets.length * 8 - length);
  return { address: toAddress((toBig(address.octets) >> host) << host, address.family), length };
}

const arbitraryPrefix: fc.Arbitrary<Prefix> = fc
  .tuple(
    fc.constantFrom(...CORNERS),
    fc.integer({ min: 0, max: 128 }),
    fc.integer({ min: 0, max: 128 }),
    fc.nat(15),
  )
  .map(([corner, length, at, noise]) => {
    const address = parseAddress(corner)!;
    const bits = address.octets.length * 8;
    const value = toBig(address.octets) ^ (BigInt(noise) << BigInt(at % (bits - 3)));
    return truncate(toAddress(value, address.family), length % (bits + 1));
  });

const arbitraryCase = fc.record({
  geo: fc.array(fc.tuple(arbitraryPrefix, fc.constantFrom(...CODES)), { maxLength: 6 }),
  networks: fc.array(
    fc.tuple(arbitraryPrefix, fc.option(fc.constantFrom(...CODES), { nil: undefined })),
    { maxLength: 4 },
  ),
  rules: fc.array(
    fc.tuple(
      fc.nat(3),
      fc.array(fc.constantFrom(...CODES), { maxLength: 2 }),
      fc.array(arbitraryPrefix, { maxLength: 2 }),
    ),
    { maxLength: 4 },
  ),
  clients: fc.array(arbitraryPrefix, { minLength: 1, maxLength: 8 }),
  resolvers: fc.array(arbitraryPrefix, { minLength: 1, maxLength: 2 }),
});

interface Model {
  readonly geo: readonly (readonly [Prefix, string])[];
  readonly networks: readonly Network[];
  readonly rules: readonly ClassRule[];
}

function isIn(prefix: Prefix, address: Address): boolean {
  if (prefix.address.family !== address.family) return false;
  const host = BigInt(address.octets.length * 8 - prefix.length);
  return toBig(prefix.address.octets) >> host === toBig(address.octets) >> host;
}

function findLongest<T extends { readonly prefix: Prefix }>(
  entries: readonly T[],
  address: Address,
): T | undefined {
  return entries
    .filter(({ prefix }) => isIn(prefix, address))
    .reduce<T | undefined>(
      (a, b) => (a !== undefined && a.prefix.length > b.prefix.length ? a : b),
      undefined,
    );
}

/** Bits that decide, and the address inside, of an IPv6 address of the four kinds. */
function readEmbedded(address: Address): { deciding: number; inner: Address } | undefined {
  const value = toBig(address.octets);
  const low = value & 0xffff_ffffn;
  if (address.family === 4) return undefined;
  if (value >> 112n === 0x2002n)
    return { deciding: 48, inner: toAddress((value >> 80n) & 0xffff_ffffn, 4) };
  if (value >> 96n === 0x2001_0000n)
    return { deciding: 128, inner: toAddress(low ^ 0xffff_ffffn, 4) };
  if (value >> 32n === 0xffffn || value >> 32n === 0x64_ff9b_0000_0000_0000_0000n)
    return { deciding: 128, inner: toAddress(low, 4) };
  return undefined;
}

/** The rules as they are written, one client at a time. */
function evaluate(model: Model, client: Prefix, resolver: Address): number {
  const normalize = (address: Address, known: number): Address => {
    const embedded = readEmbedded(address);
    return embedded !== undefined && known >= embedded.deciding ? embedded.inner : address;
  };
  const place = (address: Address): string | undefined => {
    const corrected = findLongest(
      model.networks.filter(({ geo }) => geo !== undefined),
      address,
    )?.geo;
    if (corrected !== undefined)
      return [corrected.continent, corrected.country, corrected.subdivision]
        .filter(Boolean)
        .join("-");
    // The databases say nothing inside the embeddings.
    return findLongest(
      model.geo.map(([prefix, text]) => ({ prefix, text })),
      address,
    )?.text;
  };
  const via = normalize(resolver, resolver.octets.length * 8);
  const address = client.length === 0 ? via : normalize(client.address, client.length);
  const at = place(address) ?? place(via) ?? "";
  return model.rules.find(
    ({ geos, subnets }) =>
      geos.length + subnets.length === 0 ||
      subnets.some((prefix) => isIn(prefix, address)) ||
      geos.some(({ continent, country, subdivision }) =>
        `${at}-`.startsWith(`${[continent, country, subdivision].filter(Boolean).join("-")}-`),
      ),
  )!.classes[0]!;
}

describe("LocationMap", () => {
  const build = ({
    geo,
    networks,
    rules,
  }: {
    geo: [Prefix, string][];
    networks: [Prefix, string | undefined][];
    rules: [number, string[], Prefix[]][];
  }): { model: Model; map: LocationMap; table: GeoTable } => {
    // Of equal prefixes one is kept: files refuse a prefix written twice.
    const once = <T>(entries: [Prefix, T][]): [Prefix, T][] => [
      ...new Map(entries.map((entry) => [formatPrefix(entry[0]), entry])).values(),
    ];
    const model = {
      geo: once(geo),
      networks: once(networks).map(([prefix, text]) => network(formatPrefix(prefix), text)),
      rules: [
        ...rules.map(([outcome, geos, subnets]) => ({
          classes: [outcome],
          geos: geos.map(code),
          subnets,
          asns: [],
        })),
        rule(9, []),
      ],
    };
    const table = geoTable(
      Object.fromEntries(model.geo.map(([prefix, text]) => [formatPrefix(prefix), text])),
    );
    const map = new LocationMap(compileLocationMap(model.rules, model.networks, table));
    return { model, map, table };
  };
  const classify = (map: LocationMap, client: Prefix, resolver: Address): number => {
    const clientKey = createKey();
    writeKey(clientKey, client.address.family, client.address.octets, 0, client.length);
    const resolverKey = createKey();
    writeKey(resolverKey, resolver.family, resolver.octets, 0, resolver.octets.length * 8);
    return map.classify(clientKey, resolverKey);
  };

  it("classify() agrees with the rules evaluated one by one", () => {
    fc.assert(
      fc.property(arbitraryCase, ({ clients, resolvers, ...files }) => {
        const { model, map } = build(files);
        for (const client of clients) {
          for (const { address: resolver } of resolvers) {
            expect(classify(map, client, resolver)).toBe(evaluate(model, client, resolver));
          }
        }
      }),
      { numRuns: 400 },
    );
  });

  it("scope covers no client of another class", () => {
    const noise = fc.array(fc.bigInt(0n, (1n << 128n) - 1n), { minLength: 4, maxLength: 4 });
    fc.assert(
      fc.property(arbitraryCase, noise, ({ clients, resolvers, ...files }, random) => {
        const { model, map } = build(files);
        const resolver = resolvers[0]!.address;
        const listed = [...files.geo, ...files.networks].map(([prefix]) => prefix);
        const corners = [...listed, ...files.rules.flatMap(([, , subnets]) => subnets)];
        for (const client of clients.filter(({ length }) => length > 0)) {
          const bits = client.address.octets.length * 8;
          const found = classify(map, client, resolver);
          const block = truncate(client.address, Math.min(map.scope, bits));
          const first = toBig(block.address.octets);
          const host = (1n << BigInt(bits - block.length)) - 1n;
          const members = [0n, host, ...random.map((value) => value & host)].map(
            (rest) => first | rest,
          );
          const edges = corners
            .filter(({ address }) => address.family === client.address.family)
            .flatMap(({ address, length }) => {
              const start = toBig(address.octets);
              return [start, start + (1n << BigInt(bits - length)) - 1n];
            });
          // What is known of the client stays known: it is asked for with as many bits, or the whole address.
          for (const value of [...members, ...edges]) {
            const address = toAddress(value, client.address.family);
            if (!isIn(block, address)) continue;
            const embedded = readEmbedded(address);
            if (embedded !== undefined && client.length < embedded.deciding) continue;
            expect(evaluate(model, { address, length: bits }, resolver)).toBe(found);
          }
        }
      }),
      { numRuns: 400 },
    );
  });

  it("scope cannot be shorter: the other half of a wider prefix holds another class", () => {
    const subnets = fc.array(
      arbitraryPrefix.filter(({ address }) => address.family === 4),
      { maxLength: 3 },
    );
    const rules = fc.array(
      fc.tuple(
        fc.nat(2),
        subnets.filter((list) => list.length > 0),
      ),
      {
        maxLength: 4,
      },
    );
    fc.assert(
      fc.property(rules, subnets, (list, clients) => {
        const { model, map } = build({
          geo: [],
          networks: [],
          rules: list.map(([outcome, prefixes]) => [outcome, [], prefixes]),
        });
        const resolver = parseAddress("203.0.113.1")!;
        const edges = list
          .flatMap(([, prefixes]) => prefixes)
          .flatMap(({ address, length }) => {
            const start = toBig(address.octets);
            const end = start + (1n << BigInt(32 - length));
            return [start - 1n, start, end - 1n, end];
          });
        for (const client of clients.filter(({ length }) => length > 0)) {
          const found = classify(map, client, resolver);
          if (map.scope === 0) continue;
          const wider = truncate(client.address, map.scope - 1);
          const start = toBig(wider.address.octets);
          const inside = [...edges, start, start + (1n << BigInt(32 - wider.length)) - 1n]
            .filter((value) => value >= 0n && value < 1n << 32n)
            .map((value) => toAddress(value, 4))
            .filter((address) => isIn(wider, address));
          const classes = inside.map((address) =>
            evaluate(model, { address, length: 32 }, resolver),
          );
          expect(classes.some((other) => other !== found)).toBe(true);
        }
      }),
      { numRuns: 500 },
    );
  });

  it("classify() agrees with the rule that describeClient() names", () => {
    fc.assert(
      fc.property(arbitraryCase, ({ clients, resolvers, ...files }) => {
        const { model, map, table } = build(files);
        for (const client of clients) {
          for (const { address: resolver } of resolvers) {
            const { rules, networks } = model;
            const matters = { asn: false, distance: false };
            const { match } = describeClient(rules, matters, networks, table, client, resolver);
            expect(rules[match!.rule]!.classes[0]).toBe(classify(map, client, resolver));
          }
        }
      }),
      { numRuns: 500 },
    );
  });

  it("classify() agrees with describeClient() on a real database", () => {
    const { table } = buildGeoTable(["dbip-country"]);
    const rules = [rule(0, ["AS", "OC"]), rule(1, ["EU-DE"]), rule(2, ["EU", "AF"]), rule(3, [])];
    const map = new LocationMap(compileLocationMap(rules, [], table));
    const resolver = parseAddress("192.0.2.1")!;
    const matters = { asn: false, distance: false };
    const seen = new Set<number>();
    for (let i = 0; i < 3000; i++) {
      const bits = Math.imul(i, 2_654_435_761) >>> 0;
      const top = [0x2001, 0x2400, 0x2600, 0x2a00, 0x2c0f][i % 5]!;
      const v6 = (BigInt(top) << 112n) | (BigInt(bits) << 72n);
      for (const client of [
        truncate(toAddress(BigInt(bits), 4), 24),
        truncate(toAddress(v6, 6), 56),
      ]) {
        const found = classify(map, client, resolver);
        const { match } = describeClient(rules, matters, [], table, client, resolver);
        expect(found, formatPrefix(client)).toBe(match!.rule);
        seen.add(found);
      }
    }
    expect([...seen].sort()).toEqual([0, 1, 2, 3]);
  });
});
