import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writeMmdb } from "../../test/support/write-mmdb.ts";
import { parseAddress } from "../address/parse.ts";
import { buildGeoTable, type GeoBuild } from "./build-geo-table.ts";
import { findLocation } from "./find-location.ts";
import type { Location } from "./geo-table.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "rondo-geo-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

function find({ table }: GeoBuild, address: string): Location {
  return findLocation(table, parseAddress(address)!);
}

describe("buildGeoTable()", () => {
  it("lets an operator's file go before a packaged database, and leaves the rest to that", () => {
    const path = join(folder, "own.mmdb");
    writeFileSync(path, writeMmdb({ "8.8.8.0/24": { country: { iso_code: "FR" } } }));
    const build = buildGeoTable([path, "dbip-country"]);
    expect(build.problems).toEqual([]);
    expect(find(build, "8.8.8.8").country).toBe("FR");
    expect(find(build, "8.8.4.4").country).toBe("US");
    expect(build.table.sources).toMatchObject([
      { name: path, attribution: undefined },
      { name: "dbip-country", attribution: expect.stringContaining("DB-IP") },
    ]);
  });

  it("says why each bad database is refused, and uses the others", () => {
    const good = join(folder, "good.mmdb");
    writeFileSync(good, writeMmdb({ "20.0.0.0/8": { country_code: "DE" } }));
    const text = join(folder, "text.mmdb");
    writeFileSync(text, "geo");
    const directory = join(folder, "directory.mmdb");
    mkdirSync(directory);
    const fifo = join(folder, "fifo.mmdb");
    execFileSync("mkfifo", [fifo]);
    const missing = join(folder, "missing.mmdb");
    const build = buildGeoTable(["dbip-contry", missing, text, directory, fifo, good]);
    expect(build.problems).toEqual([
      "geo database dbip-contry is not used: it is neither a packaged database (dbip-country, geoip-lite) nor the path of an .mmdb",
      `geo database ${missing} is not used: there is no such file`,
      `geo database ${text} is not used: it is not a MaxMind DB: the metadata marker is missing`,
      `geo database ${directory} is not used: it is not a regular file`,
      `geo database ${fifo} is not used: it is not a regular file`,
    ]);
    expect(find(build, "20.0.0.1").country).toBe("DE");
  });

  it("agrees with geoip-lite itself on country, subdivision and, to a degree, coordinates", () => {
    const build = buildGeoTable(["geoip-lite"]);
    expect(build.problems).toEqual([]);
    const lite = createRequire(import.meta.url)("geoip-lite") as {
      lookup(address: string): { country: string; region: string; ll: [number, number] } | null;
    };
    let known = 0;
    for (let i = 0; i < 1500; i++) {
      // Multiplying by odd constants spreads the addresses over the space, the same ones on every run.
      const bits = Math.imul(i, 2_654_435_761) >>> 0;
      const v4 = [bits >>> 24, (bits >>> 16) & 255, (bits >>> 8) & 255, bits & 255].join(".");
      const v6 = `${[0x2600, 0x2a00, 0x2400, 0x2804][i & 3]!.toString(16)}:${(bits >>> 20).toString(16)}::1`;
      if (/^(10|192\.168|172\.(1[6-9]|2\d|3[01]))\./.test(v4)) continue;
      for (const text of [v4, v6]) {
        const expected = lite.lookup(text);
        const found = find(build, text);
        expect(found.country ?? "", text).toBe(expected?.country ?? "");
        expect(found.subdivision ?? "", text).toBe(expected?.region ?? "");
        if (expected === null || found.coords === undefined) continue;
        known++;
        expect(Math.abs(found.coords[0] - expected.ll[0]), text).toBeLessThanOrEqual(0.5);
        expect(Math.abs(found.coords[1] - expected.ll[1]), text).toBeLessThanOrEqual(0.5);
      }
    }
    expect(known).toBeGreaterThan(500);
  });
});
