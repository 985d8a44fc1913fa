import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type MmdbValue, writeMmdb } from "../../test/support/write-mmdb.ts";
import { parseAddress } from "../address/parse.ts";
import { buildGeoTable } from "./build-geo-table.ts";
import { findLocation } from "./find-location.ts";
import { type CurrentGeo, type GeoData, watchGeoData } from "./geo-data.ts";

let folder: string;
let path: string;
let data: GeoData | undefined;
let tables: CurrentGeo[];
let problems: [string, boolean][];
let loads: number;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "rondo-geo-"));
  path = join(folder, "own.mmdb");
});
afterEach(() => {
  data?.close();
  rmSync(folder, { recursive: true });
});

function write(country: string, more: Readonly<Record<string, MmdbValue>> = {}): void {
  writeFileSync(path, writeMmdb({ "20.0.0.0/8": { country_code: country }, ...more }));
}

function start(databases: readonly string[], pollMs = 3_600_000): GeoData {
  [tables, problems, loads] = [[], [], 0];
  data = watchGeoData({
    databases,
    pollMs,
    load: async (names) => {
      loads++;
      return buildGeoTable(names);
    },
    onProblem: (problem, isKept) => problems.push([problem, isKept]),
  });
  data.follow((geo) => {
    tables.push(geo);
  });
  return data;
}

function countryOf({ table }: CurrentGeo): string | undefined {
  return findLocation(table, parseAddress("20.0.0.1")!).country;
}

describe("watchGeoData()", () => {
  it("loads again when a file has changed, and only then", async () => {
    write("DE");
    const { first, check } = start([path]);
    expect(countryOf(await first)).toBe("DE");
    await check();
    expect(loads).toBe(1);
    write("FR", { "30.0.0.0/8": { country_code: "US" } });
    await check();
    expect(tables.map(countryOf)).toEqual(["FR"]);
    expect(tables.map(({ version }) => version)).toEqual([2]);
    await check();
    expect(loads).toBe(2);
    expect(problems).toEqual([]);
  });

  it("keeps what it has when a file goes bad or away, says so once, and takes the next good one", async () => {
    write("DE");
    const { first, check } = start([path]);
    await first;
    writeFileSync(path, "half a file");
    await check();
    await check();
    expect(problems).toEqual([[expect.stringContaining("it is not a MaxMind DB"), true]]);
    rmSync(path);
    await check();
    expect(problems).toHaveLength(2);
    expect(problems[1]).toEqual([expect.stringContaining("there is no such file"), true]);
    expect(tables).toEqual([]);
    write("FR");
    await check();
    expect(tables.map(countryOf)).toEqual(["FR"]);
  });

  it("goes on without a database that was bad from the start, and takes it when it is good", async () => {
    const other = join(folder, "other.mmdb");
    writeFileSync(other, writeMmdb({ "20.0.0.0/8": { country_code: "JP" } }));
    const { first, check } = start([path, other]);
    expect(countryOf(await first)).toBe("JP");
    expect(problems).toEqual([[expect.stringContaining("there is no such file"), false]]);
    writeFileSync(other, writeMmdb({ "20.0.0.0/7": { country_code: "KR" } }));
    await check();
    expect(tables.map(countryOf)).toEqual(["KR"]);
    write("DE");
    await check();
    expect(tables.map(countryOf)).toEqual(["KR", "DE"]);
  });

  it("looks by itself", async () => {
    write("DE");
    const { first } = start([path], 20);
    await first;
    write("FR", { "30.0.0.0/8": { country_code: "US" } });
    await vi.waitFor(() => expect(tables.map(countryOf)).toEqual(["FR"]), 10_000);
  });

  it("has nothing to look at where all databases are packaged", async () => {
    const { first, check } = start([], 1);
    await first;
    await check();
    expect(loads).toBe(1);
  });
});
