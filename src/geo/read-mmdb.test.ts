import fc from "fast-check";
import { type CountryResponse, Reader } from "mmdb-lib";
import { describe, expect, it } from "vitest";
import { encode, MMDB_MARKER, type MmdbValue, writeMmdb } from "../../test/support/write-mmdb.ts";
import { formatAddress, parseAddress } from "../address/parse.ts";
import { combineDatabases } from "./combine-databases.ts";
import { findAsn, findLocation } from "./find-location.ts";
import { GeoDataError } from "./geo-database.ts";
import type { Location } from "./geo-table.ts";
import { toLocation } from "./mmdb-location.ts";
import { readMmdb } from "./read-mmdb.ts";

const BERLIN = {
  continent: { code: "EU" },
  country: { iso_code: "DE" },
  subdivisions: [{ iso_code: "BE" }],
  location: { latitude: 52.5234, longitude: 13.4012 },
};

function find(octets: Buffer, address: string): Location {
  return findLocation(combineDatabases([readMmdb(octets, "test")]), parseAddress(address)!);
}

function refusal(octets: Buffer): string {
  try {
    readMmdb(octets, "test");
  } catch (error) {
    if (error instanceof GeoDataError) return error.message;
    throw error;
  }
  return "";
}

describe("readMmdb()", () => {
  it("finds what the file has, in both families and every record size", () => {
    for (const recordSize of [24, 28, 32] as const) {
      const octets = writeMmdb(
        { "20.1.0.0/16": BERLIN, "2a00::/12": { country_code: "fr" } },
        { recordSize },
      );
      const location = { continent: "EU", country: "DE", subdivision: "BE", coords: [52.5, 13.4] };
      expect(find(octets, "20.1.255.255")).toEqual(location);
      expect(find(octets, "20.2.0.0").country).toBeUndefined();
      expect(find(octets, "2a00::1").country).toBe("FR");
      expect(find(octets, "2a10::1").country).toBeUndefined();
    }
  });

  it("reads databases of IPv4 alone", () => {
    const octets = writeMmdb({ "128.0.0.0/1": { country_code: "JP" } }, { ipVersion: 4 });
    expect(find(octets, "200.0.0.1").country).toBe("JP");
    expect(find(octets, "100.0.0.1").country).toBeUndefined();
    expect(find(octets, "2a00::1").country).toBeUndefined();
  });

  it("leaves out the ways back to the IPv4 tree, and the IPv4 tree from the IPv6 addresses", () => {
    const octets = writeMmdb(
      { "20.0.0.0/8": BERLIN, "2a00::/12": BERLIN },
      { aliases: ["2002::/16", "::ffff:0.0.0.0/96"] },
    );
    expect(find(octets, "20.0.0.1").country).toBe("DE");
    expect(find(octets, "2002:1400:1::").country).toBeUndefined();
    expect(find(octets, "::20.0.0.1").country).toBeUndefined();
  });

  it("reads AS numbers, written as numbers or as text, beside places or without them", () => {
    const octets = writeMmdb({
      "20.0.0.0/8": { autonomous_system_number: 64_500 },
      "21.0.0.0/8": { asn: "AS64501", country_code: "DE" },
      "22.0.0.0/8": { asn: "none" },
      "2a00::/12": { traits: { autonomous_system_number: 4_200_000_000 } },
    });
    const table = combineDatabases([readMmdb(octets, "asn")]);
    const asnOf = (address: string): number | undefined => findAsn(table, parseAddress(address)!);
    expect(asnOf("20.1.2.3")).toBe(64_500);
    expect(asnOf("21.1.2.3")).toBe(64_501);
    expect(asnOf("22.1.2.3")).toBeUndefined();
    expect(asnOf("2a00::1")).toBe(4_200_000_000);
    expect(find(octets, "21.1.2.3").country).toBe("DE");
    expect(find(octets, "20.1.2.3").country).toBeUndefined();
  });

  it("says when the data was made", () => {
    const { source } = readMmdb(writeMmdb({ "20.0.0.0/8": BERLIN }), "/data/city.mmdb");
    expect(source).toEqual({
      name: "/data/city.mmdb",
      built: "2026-01-01",
      attribution: undefined,
    });
  });

  it("agrees with mmdb-lib on every address", () => {
    const octet = fc.integer({ min: 0, max: 255 });
    const entry = fc.tuple(
      octet,
      octet,
      fc.integer({ min: 2, max: 16 }),
      fc.constantFrom("DE", "FR", "US"),
    );
    const arbitrary = fc.tuple(
      fc.array(entry, { minLength: 1, maxLength: 12 }),
      fc.constantFrom(24, 28, 32),
      fc.array(fc.tuple(octet, octet), { maxLength: 20 }),
    );
    fc.assert(
      fc.property(arbitrary, ([entries, recordSize, random]) => {
        const sorted = entries.toSorted((a, b) => a[2] - b[2]);
        const fields: Record<string, MmdbValue> = {};
        for (const [a, b, length, country] of sorted) {
          const bits = ((a << 8) | b) & (0xffff << (16 - length));
          fields[`${(bits >> 8) & 255}.${bits & 255}.0.0/${length}`] = {
            country: { iso_code: country },
          };
          fields[`${((bits >> 0) & 0xffff).toString(16)}::/${length}`] = {
            country: { iso_code: country },
          };
        }
        const octets = writeMmdb(fields, { recordSize: recordSize as 24 | 28 | 32 });
        const table = combineDatabases([readMmdb(octets, "test")]);
        const reader = new Reader<CountryResponse>(octets);
        for (const [a, b] of [...random, ...entries]) {
          for (const text of [`${a}.${b}.0.0`, `${((a << 8) | b | 1).toString(16)}::`]) {
            const address = parseAddress(text)!;
            expect(findLocation(table, address).country, formatAddress(address)).toBe(
              reader.get(text)?.country?.iso_code,
            );
          }
        }
      }),
    );
  });
});

describe("readMmdb() refuses", () => {
  const good = writeMmdb({ "20.0.0.0/8": BERLIN, "2a00::/12": { country_code: "FR" } });

  it("what is not a MaxMind DB", () => {
    expect(refusal(Buffer.alloc(0))).toContain("the metadata marker is missing");
    expect(refusal(Buffer.alloc(1000, "text"))).toContain("the metadata marker is missing");
    expect(refusal(MMDB_MARKER)).not.toBe("");
  });

  it("metadata that contradicts the file", () => {
    const change = (metadata: Readonly<Record<string, MmdbValue>>): string =>
      refusal(writeMmdb({ "20.0.0.0/8": BERLIN }, { metadata }));
    expect(change({ binary_format_major_version: 3 })).toContain("format version is 3");
    expect(change({ record_size: 20 })).toContain("record_size is 20");
    expect(change({ ip_version: 5 })).toContain("ip_version is 5");
    expect(change({ node_count: 4_000_000_000 })).toContain("more octets than it has");
    expect(change({ node_count: 0 })).toContain("no valid node_count");
    expect(change({ node_count: "many" })).toContain("no valid node_count");
  });

  it("a file cut anywhere", () => {
    for (let length = 0; length < good.length; length++) {
      expect(refusal(good.subarray(0, length)), String(length)).not.toBe("");
    }
  });

  it("a search tree with loops, or deeper than an address", () => {
    const nodes = (records: readonly number[]): Buffer => {
      const tree = Buffer.alloc(records.length * 3);
      for (const [i, record] of records.entries()) tree.writeUIntBE(record, 3 * i, 3);
      const metadata = {
        binary_format_major_version: 2,
        node_count: records.length / 2,
        record_size: 24,
        ip_version: 6,
      };
      return Buffer.concat([tree, Buffer.alloc(16), encode(BERLIN), MMDB_MARKER, encode(metadata)]);
    };
    expect(refusal(nodes([0, 0]))).toMatch(/loops|deeper/);
    // Every node's children are both the next node: 2^120 paths.
    const fan = Array.from({ length: 120 }, (_, i) => [i + 1, i + 1]).flat();
    expect(refusal(nodes(fan))).toContain("loops");
  });

  it("records that point outside the data", () => {
    const broken = Buffer.from(good);
    broken.writeUIntBE(0xff_ffff, 0, 3);
    expect(refusal(broken)).toContain("points outside its data");
  });

  it("records whose pointers loop or fan out", () => {
    const build = (data: Buffer): Buffer => {
      const tree = Buffer.alloc(6);
      tree.writeUIntBE(1 + 16, 0, 3);
      tree.writeUIntBE(1 + 16, 3, 3);
      const metadata = {
        binary_format_major_version: 2,
        node_count: 1,
        record_size: 24,
        ip_version: 4,
      };
      return Buffer.concat([tree, Buffer.alloc(16), data, MMDB_MARKER, encode(metadata)]);
    };
    const pointer = (to: number): number[] => [0x20 | (to >> 8), to & 0xff];
    expect(refusal(build(Buffer.from(pointer(0))))).toContain("nested deeper than 512");
    // Twenty-four arrays, each of which holds the next one 24 times.
    const arrays = Array.from({ length: 24 }, (_, i) => [
      24,
      4,
      ...Array.from({ length: 24 }, () => pointer(50 * (i + 1))).flat(),
    ]);
    expect(refusal(build(Buffer.from([...arrays.flat(), 0x40])))).toContain(
      "more than 65536 values",
    );
    // An array of 16 million items in five octets.
    expect(refusal(build(Buffer.from([31, 4, 255, 255, 255])))).toContain("more than 65536 values");
  });

  it("data that says nothing of places", () => {
    const other = writeMmdb({ "20.0.0.0/8": { is_anonymous_proxy: true } });
    expect(refusal(other)).toContain("neither country codes nor AS numbers");
  });

  it("or reads, and ends, whatever bits are flipped", () => {
    const bit = fc.nat(good.length * 8 - 1);
    fc.assert(
      fc.property(fc.array(bit, { minLength: 1, maxLength: 4 }), (bits) => {
        const broken = Buffer.from(good);
        for (const i of bits) broken[i >> 3] = broken[i >> 3]! ^ (1 << (i & 7));
        // Anything but a refusal with a reason would throw here.
        refusal(broken);
      }),
      { numRuns: 1000 },
    );
  });
});

describe("toLocation()", () => {
  it("reads the flat kind, and coordinates that are text", () => {
    expect(toLocation({ country_code: "us", latitude: "37.751", longitude: "-97.822" })).toEqual({
      continent: "NA",
      country: "US",
      subdivision: undefined,
      coords: [37.8, -97.8],
    });
  });

  it("takes the database's continent, and its own where there is none", () => {
    expect(toLocation({ continent: { code: "EU" }, country: { iso_code: "CY" } }).continent).toBe(
      "EU",
    );
    expect(toLocation({ country: { iso_code: "CY" } }).continent).toBe("AS");
    expect(toLocation({ continent: { code: "EU" } })).toMatchObject({
      continent: "EU",
      country: undefined,
    });
  });

  it("takes what is not a code or not a place for unknown", () => {
    const nothing = {
      continent: undefined,
      country: undefined,
      subdivision: undefined,
      coords: undefined,
    };
    for (const record of [
      undefined,
      null,
      5,
      "DE!",
      [],
      {},
      { country_code: "ZZ" },
      { country: { iso_code: 49 } },
      { country: null },
      { location: { latitude: 1, longitude: 1 } },
    ]) {
      expect(toLocation(record)).toEqual(nothing);
    }
    expect(toLocation({ country_code: "DE", latitude: 91, longitude: 0 }).coords).toBeUndefined();
    expect(
      toLocation({ country_code: "DE", latitude: Number.NaN, longitude: 0 }).coords,
    ).toBeUndefined();
    expect(
      toLocation({ country_code: "DE", subdivisions: [{ iso_code: "a b" }] }).subdivision,
    ).toBeUndefined();
  });
});
