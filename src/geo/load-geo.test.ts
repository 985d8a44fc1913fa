import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { encode, MMDB_MARKER, writeMmdb } from "../../test/support/write-mmdb.ts";
import { parseAddress } from "../address/parse.ts";
import { findLocation } from "./find-location.ts";

/** The thread runs the built file, so the whole is tested as built. */
const built = pathToFileURL(join(import.meta.dirname, "../../dist/geo/load-geo.js")).href;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "rondo-geo-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe("loadGeo()", () => {
  it("reads in a thread of its own and hands back shared memory", async () => {
    const { loadGeo } = (await import(built)) as typeof import("./load-geo.ts");
    const good = join(folder, "good.mmdb");
    writeFileSync(good, writeMmdb({ "20.0.0.0/8": { country_code: "DE" } }));
    const bad = join(folder, "bad.mmdb");
    writeFileSync(bad, "geo");
    const { table, problems } = await loadGeo({ databases: [bad, good] });
    expect(problems).toEqual([
      expect.stringContaining("bad.mmdb is not used: it is not a MaxMind DB"),
    ]);
    expect(findLocation(table, parseAddress("20.0.0.1")!).country).toBe("DE");
    expect(table.v4.starts.buffer).toBeInstanceOf(SharedArrayBuffer);
    expect(table.v6.locations.buffer).toBeInstanceOf(SharedArrayBuffer);
  });

  it("keeps the table for the next start, unless a database was bad, and reads what has changed", async () => {
    const { loadGeo } = (await import(built)) as typeof import("./load-geo.ts");
    const path = join(folder, "kept.mmdb");
    const cache = { path: join(folder, "geo-cache"), version: "1.0.0" };
    await loadGeo({ databases: [path], cache });
    expect(existsSync(cache.path)).toBe(false);
    for (const country of ["DE", "FR"]) {
      writeFileSync(path, writeMmdb({ "20.0.0.0/8": { country_code: country, at: country } }));
      const [first, second] = [
        await loadGeo({ databases: [path], cache }),
        await loadGeo({ databases: [path], cache }),
      ];
      expect(findLocation(first.table, parseAddress("20.0.0.1")!).country).toBe(country);
      expect(second).toEqual(first);
      expect(existsSync(cache.path)).toBe(true);
    }
  });

  it("leaves out a database that takes too long, and reads the others", async () => {
    const { loadGeo } = (await import(built)) as typeof import("./load-geo.ts");
    const slow = join(folder, "slow.mmdb");
    writeFileSync(slow, createSlowFile());
    const { table, problems } = await loadGeo({ databases: [slow, "dbip-country"] }, 1);
    expect(problems).toEqual([
      expect.stringMatching(/slow\.mmdb is not used: reading it took more than 0.001 s/),
    ]);
    expect(findLocation(table, parseAddress("8.8.8.8")!).country).toBe("US");
  });
});

/** Four million nodes, of which 32 are walked over and over: it takes 16 million steps to see that this is no tree. */
function createSlowFile(): Buffer {
  const nodeCount = 4_000_000;
  const tree = Buffer.alloc(nodeCount * 6 + 16);
  for (let node = 0; node < 32; node++) {
    const next = node === 31 ? nodeCount : node + 1;
    tree.writeUIntBE(next, node * 6, 3);
    tree.writeUIntBE(next, node * 6 + 3, 3);
  }
  const end = { binary_format_major_version: 2, node_count: nodeCount };
  const metadata = encode({ ...end, record_size: 24, ip_version: 4 });
  return Buffer.concat([tree, MMDB_MARKER, metadata]);
}
