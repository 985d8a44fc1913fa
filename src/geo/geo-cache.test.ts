import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { geoTable } from "../../test/support/geo.ts";
import { writeMmdb } from "../../test/support/write-mmdb.ts";
import { identifyDatabases, readGeoCache, writeGeoCache } from "./geo-cache.ts";
import type { GeoTable } from "./geo-table.ts";

const PLACES: GeoTable = {
  ...geoTable({ "20.0.0.0/8": "EU-DE 50 8", "21.0.0.0/8": "NA-US-CA", "2a00::/12": "EU-FR" }),
  sources: [{ name: "places", built: "2026-01-01", attribution: undefined }],
};
const WITH_ASNS: GeoTable = {
  ...PLACES,
  asns: geoTable({}, { "22.0.0.0/8": 64_500, "2a00::/12": 4_200_000_000 }).asns,
};

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "rondo-geo-"));
  path = join(folder, "geo-cache");
});
afterEach(() => rmSync(folder, { recursive: true }));

describe("readGeoCache()", () => {
  it.each([
    ["places", PLACES],
    ["places and AS numbers", WITH_ASNS],
  ])("gives back %s, in shared memory", (_, table) => {
    writeGeoCache(path, "one", table);
    const read = readGeoCache(path, "one")!;
    expect(read).toEqual(table);
    expect(read.v4.starts.buffer).toBeInstanceOf(SharedArrayBuffer);
    expect(readdirSync(folder)).toEqual(["geo-cache"]);
  });

  it("takes nothing that is missing, of another identity or not whole", () => {
    expect(readGeoCache(path, "one")).toBeUndefined();
    writeGeoCache(path, "one", WITH_ASNS);
    expect(readGeoCache(path, "two")).toBeUndefined();
    const octets = readFileSync(path);
    for (let at = 0; at < octets.length; at += 7) {
      const damaged = Buffer.from(octets);
      damaged[at]! ^= 1;
      writeFileSync(path, damaged);
      expect(readGeoCache(path, "one"), `octet ${at}`).toBeUndefined();
      writeFileSync(path, octets.subarray(0, at));
      expect(readGeoCache(path, "one"), `${at} octets`).toBeUndefined();
    }
  });
});

describe("writeGeoCache()", () => {
  it("leaves alone what another process is writing", () => {
    for (const other of ["new", `${process.ppid}.new`]) mkdirSync(`${path}.${other}`);
    writeGeoCache(path, "one", PLACES);
    expect(readGeoCache(path, "one")).toEqual(PLACES);
  });
});

describe("identifyDatabases()", () => {
  const identify = (databases: readonly string[], version = "1.0.0"): string =>
    identifyDatabases(databases, { path, version });

  it("differs if a file, the order, or the program does", () => {
    const [a, b] = [join(folder, "a.mmdb"), join(folder, "b.mmdb")];
    writeFileSync(a, writeMmdb({ "20.0.0.0/8": { country_code: "DE" } }));
    writeFileSync(b, "b");
    const before = identify([a, b]);
    expect(identify([a, b])).toBe(before);
    expect(identify([b, a])).not.toBe(before);
    expect(identify([a, b], "1.0.1")).not.toBe(before);
    writeFileSync(b, "bb");
    expect(identify([a, b])).not.toBe(before);
  });

  it("looks at the files of packaged databases", () => {
    expect(identify(["dbip-country", "geoip-lite"])).toMatch(/dbip-country\.mmdb.*geoip-city\.dat/);
  });
});
