import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Address, Prefix } from "../address/address.ts";
import { createKey, writeKey } from "../address/key.ts";
import { formatPrefix, parseAddress, parsePrefix } from "../address/parse.ts";
import { flattenPrefixes } from "../address/range-list.ts";
import type { GeoTable, Location } from "../geo/geo-table.ts";
import type { GeoCode, Network } from "../zone/model.ts";
import { type ClassRule, compileLocationMap } from "./compile-location-map.ts";
import { LocationMap } from "./location-map.ts";

const UNKNOWN: Location = {
  continent: undefined,
  country: undefined,
  subdivision: undefined,
  coords: undefined,
};

function code(text: string): GeoCode {
  const [continent, country, subdivision] = text.split("-");
  return { continent: continent!, country, subdivision };
}

function locationOf(text: string): Location {
  return { ...UNKNOWN, ...code(text) };
}

function geoTable(entries: Readonly<Record<string, string>>): GeoTable {
  const locations = [UNKNOWN, ...Object.values(entries).map(locationOf)];
  const prefixes = Object.keys(entries).map((text, i) => ({
    prefix: parsePrefix(text)!,
    value: i + 1,
  }));
  const lay = (words: 1 | 4): GeoTable["v4"] => {
    const list = flattenPrefixes(words, prefixes, 0, (_, inner) => inner);
    return { starts: list.starts, locations: list.values };
  };
  return { v4: lay(1), v6: lay(4), locations, sources: [] };
}

function rule(outcome: number, geos: string[], subnets: string[] = []): ClassRule {
  return { class: outcome, geos: geos.map(code), subnets: subnets.map((s) => parsePrefix(s)!) };
}

function network(prefix: string, geo: string | undefined): Network {
  return {
    prefix: parsePrefix(prefix)!,
    geo: geo === undefined ? undefined : code(geo),
    coords: undefined,
    asn: undefined,
  };
}

/** `class /scope` of a client prefix, as asked through a resolver. */
function ask(map: LocationMap, client: string, resolver = "203.0.113.1"): string {
  const [address, length] = client.split("/");
  const from = parseAddress(address!)!;
  const via = parseAddress(resolver)!;
  const clientKey = createKey();
  writeKey(clientKey, from.family, from.octets, 0, Number(length ?? from.octets.length * 8));
  const resolverKey = createKey();
  writeKey(resolverKey, via.family, via.octets, 0, via.octets.length * 8);
  const found = map.classify(clientKey, resolverKey);
  return `${found} /${map.scope}`;
}

const GEO = geoTable({
  "20.0.0.0/8": "EU-DE",
  "21.0.0.0/8": "NA-US-CA",
  "22.0.0.0/8": "NA-US-NY",
  "2a00::/12": "EU-FR",
  "2600::/12": "NA-US",
});

describe("LocationMap.classify()", () => {
  it("takes the first rule that matches by geo or by subnet, in written order", () => {
    const rules = [rule(1, ["NA-US-CA"], ["20.1.0.0/16"]), rule(2, ["EU", "NA"]), rule(3, [])];
    const map = new LocationMap(compileLocationMap(rules, [], GEO));
    expect(ask(map, "21.0.0.0/24")).toBe("1 /8");
    expect(ask(map, "20.1.2.0/24")).toBe("1 /16");
    expect(ask(map, "20.2.0.0/24")).toBe("2 /15");
    expect(ask(map, "22.0.0.0/24")).toBe("2 /8");
    expect(ask(map, "2a00:1::/48")).toBe("2 /12");
  });

  it("matches a country whatever continent the database puts it in", () => {
    const geo = geoTable({ "20.0.0.0/8": "EU-CY" });
    const map = new LocationMap(compileLocationMap([rule(1, ["AS-CY"]), rule(2, [])], [], geo));
    expect(ask(map, "20.0.0.1")).toBe("1 /8");
  });

  it("lets networks correct the databases, longest prefix first", () => {
    const networks = [network("20.1.0.0/16", "AS-SG"), network("20.1.1.0/24", "NA")];
    const rules = [rule(1, ["AS"]), rule(2, ["EU"]), rule(3, [])];
    const map = new LocationMap(compileLocationMap(rules, networks, GEO));
    expect(ask(map, "20.1.2.3")).toBe("1 /23");
    expect(ask(map, "20.1.1.3")).toBe("3 /24");
    expect(ask(map, "20.0.0.3")).toBe("2 /16");
  });

  it("keeps the databases' location where a network has no geo of its own", () => {
    const networks = [network("20.1.0.0/16", undefined)];
    const map = new LocationMap(compileLocationMap([rule(1, ["EU"]), rule(2, [])], networks, GEO));
    expect(ask(map, "20.1.2.3")).toBe("1 /8");
  });

  it("looks at the resolver's location where nobody knows the client's, and at the client's subnet still", () => {
    const rules = [
      rule(1, [], ["10.1.0.0/16"]),
      rule(2, ["EU"]),
      rule(3, [], ["10.0.0.0/8"]),
      rule(4, []),
    ];
    const map = new LocationMap(compileLocationMap(rules, [], GEO));
    expect(ask(map, "10.1.0.0/24", "20.0.0.1")).toBe("1 /16");
    expect(ask(map, "10.2.0.0/24", "20.0.0.1")).toBe("2 /15");
    expect(ask(map, "10.2.0.0/24", "21.0.0.1")).toBe("3 /15");
    expect(ask(map, "10.2.0.0/24", "2a00::1")).toBe("2 /15");
    expect(ask(map, "10.2.0.0/24", "::ffff:20.0.0.1")).toBe("2 /15");
    expect(ask(map, "11.0.0.0/24", "21.0.0.1")).toBe("4 /8");
    // A known client is not judged by its resolver.
    expect(ask(map, "21.0.0.0/24", "20.0.0.1")).toBe("4 /8");
  });

  it("has scope 0 where the client does not matter", () => {
    const map = new LocationMap(compileLocationMap([rule(7, [])], [], GEO));
    for (const client of ["20.0.0.0/24", "2a00::/48", "2002:1400:1::/48", "2002::/20"]) {
      expect(ask(map, client)).toBe("7 /0");
    }
    const shared = [rule(7, ["EU"], ["10.0.0.0/8"]), rule(7, [])];
    const merged = new LocationMap(compileLocationMap(shared, [], geoTable({})));
    expect(ask(merged, "20.0.0.0/24", "20.0.0.1")).toBe("7 /0");
  });

  it("treats source prefix 0 as the resolver, with scope 0", () => {
    const map = new LocationMap(compileLocationMap([rule(1, ["EU"]), rule(2, [])], [], GEO));
    expect(ask(map, "0.0.0.0/0", "20.0.0.1")).toBe("1 /0");
    expect(ask(map, "::/0", "21.0.0.1")).toBe("2 /0");
  });

  it("gives a scope longer than the source prefix where a boundary lies inside it", () => {
    const rules = [rule(1, [], ["20.0.0.128/25"]), rule(2, [])];
    const map = new LocationMap(compileLocationMap(rules, [], GEO));
    expect(ask(map, "20.0.0.0/24")).toBe("2 /25");
  });

  it("looks at embedded IPv4 addresses, and translates the scope back", () => {
    const rules = [rule(1, ["EU"]), rule(2, [], ["21.1.2.0/24"]), rule(3, [])];
    const map = new LocationMap(compileLocationMap(rules, [], GEO));
    expect(ask(map, "2002:1401:203::/48")).toBe("1 /24");
    expect(ask(map, "::ffff:21.1.2.3")).toBe("2 /120");
    expect(ask(map, "64:ff9b::20.1.2.3")).toBe("1 /104");
    // 20.1.2.3 inverted is ebfe:fdfc.
    expect(ask(map, "2001:0:1:2:3:4:ebfe:fdfc")).toBe("1 /128");
  });

  it("asks for the bits that would decide where they are not known", () => {
    const map = new LocationMap(compileLocationMap([rule(1, ["EU"]), rule(2, [])], [], GEO));
    expect(ask(map, "2002:1401::/32")).toBe("2 /48");
    expect(ask(map, "2001:0:1::/48")).toBe("2 /128");
    expect(ask(map, "64:ff9b::/96")).toBe("2 /128");
    expect(ask(map, "::ffff:20.1.2.0/120")).toBe("2 /128");
  });

  it("never spans an embedding with the scope of its neighbours", () => {
    const map = new LocationMap(compileLocationMap([rule(1, ["EU"]), rule(2, [])], [], GEO));
    expect(ask(map, "2003::/32")).toBe("2 /16");
    expect(ask(map, "2001:1::/32")).toBe("2 /32");
    expect(ask(map, "::/64")).toBe("2 /81");
  });
});

describe("compileLocationMap()", () => {
  it("refuses rules without a catch-all", () => {
    expect(() => compileLocationMap([rule(1, ["EU"])], [], GEO)).toThrow(RangeError);
  });

  it("merges neighbours of one class, so that a map is as small as what it tells apart", () => {
    const many = geoTable(
      Object.fromEntries(
        Array.from({ length: 200 }, (_, i) => [`20.${i}.0.0/16`, i % 2 === 0 ? "EU-DE" : "EU-FR"]),
      ),
    );
    const few = geoTable({ "20.0.0.0/8": "EU" });
    const size = (geo: GeoTable): number =>
      compileLocationMap([rule(1, ["EU"]), rule(2, [])], [], geo).byteLength;
    expect(size(many)).toBeLessThan(2 * size(few));
  });
});

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
  )!.class;
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
  }): { model: Model; map: LocationMap } => {
    // Of equal prefixes one is kept: files refuse a prefix written twice.
    const once = <T>(entries: [Prefix, T][]): [Prefix, T][] => [
      ...new Map(entries.map((entry) => [formatPrefix(entry[0]), entry])).values(),
    ];
    const model = {
      geo: once(geo),
      networks: once(networks).map(([prefix, text]) => network(formatPrefix(prefix), text)),
      rules: [
        ...rules.map(([outcome, geos, subnets]) => ({
          class: outcome,
          geos: geos.map(code),
          subnets,
        })),
        rule(9, []),
      ],
    };
    const table = geoTable(
      Object.fromEntries(model.geo.map(([prefix, text]) => [formatPrefix(prefix), text])),
    );
    return { model, map: new LocationMap(compileLocationMap(model.rules, model.networks, table)) };
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
      { numRuns: 1000 },
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
      { numRuns: 1000 },
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
});
