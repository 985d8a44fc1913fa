/**
 * A table kept between starts: reading the databases takes more than a second, reading what was made of them a few
 * hundredths. The file is trusted only if it is whole and was made of the same files by the same version of this program.
 *
 * Layout: SHA-256 of all that follows; length of the head in octets, 32 bits; the head, JSON, padded with spaces to a
 * multiple of four; the arrays, as they stand in memory.
 */
import { createHash } from "node:crypto";
import {
  closeSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { endianness } from "node:os";
import type { GeoTable } from "./geo-table.ts";
import { listDatabaseFiles } from "./open-database.ts";

export interface GeoCacheSettings {
  readonly path: string;
  /** Of this program: another one may make another table of the same files. */
  readonly version: string;
}

interface Head extends Pick<GeoTable, "locations" | "sources"> {
  readonly identity: string;
  /** Words of each array: starts and values of locations and, if there are any, of AS numbers, IPv4 before IPv6. */
  readonly lengths: readonly number[];
}

const HASH_OCTETS = 32;
const PREFIX_OCTETS = HASH_OCTETS + 4;

/** What a table depends on: differs if a database does, as far as can be told without reading it. */
export function identifyDatabases(
  databases: readonly string[],
  { version }: GeoCacheSettings,
): string {
  const files = databases.map((name) =>
    listDatabaseFiles(name).map((path) => {
      const { ino, size, mtimeMs, ctimeMs } = statSync(path);
      return [path, ino, size, mtimeMs, ctimeMs];
    }),
  );
  return JSON.stringify([version, endianness(), databases, files]);
}

/** @returns undefined if there is none, or none for this identity, or none that is whole */
export function readGeoCache(path: string, identity: string): GeoTable | undefined {
  try {
    return decode(readFileSync(path), identity);
  } catch {
    // Whatever is wrong with it: the databases are read instead.
    return undefined;
  }
}

/** Replaces the file in one step. @throws what the file system says */
export function writeGeoCache(path: string, identity: string, table: GeoTable): void {
  const { locations, sources } = table;
  const arrays = listArrays(table);
  const head: Head = {
    identity,
    lengths: arrays.map(({ length }) => length),
    locations,
    sources,
  };
  const text = Buffer.from(JSON.stringify(head));
  const padded = Buffer.alloc(Math.ceil(text.length / 4) * 4, " ");
  text.copy(padded);
  const size = Buffer.alloc(4);
  size.writeUInt32LE(padded.length);
  const parts = [size, padded, ...arrays.map(toOctets)];
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);

  // Of its own: a server and its successor run side by side for a moment.
  const temporary = `${path}.${process.pid}.new`;
  try {
    const file = openSync(temporary, "w", 0o600);
    try {
      for (const part of [hash.digest(), ...parts]) writeAll(file, part);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

function decode(octets: Buffer, identity: string): GeoTable | undefined {
  const hash = createHash("sha256").update(octets.subarray(HASH_OCTETS)).digest();
  if (!hash.equals(octets.subarray(0, HASH_OCTETS))) return undefined;
  const start = PREFIX_OCTETS + octets.readUInt32LE(HASH_OCTETS);
  const head = JSON.parse(octets.toString("utf8", PREFIX_OCTETS, start)) as Head;
  if (head.identity !== identity) return undefined;
  let at = start;
  const arrays = head.lengths.map((length) => {
    const array = new Uint32Array(new SharedArrayBuffer(4 * length));
    toOctets(array).set(octets.subarray(at, at + 4 * length));
    at += 4 * length;
    return array;
  });
  const [starts4, locations4, starts6, locations6, ...asns] = arrays;
  return {
    v4: { starts: starts4!, locations: locations4! },
    v6: { starts: starts6!, locations: locations6! },
    // JSON has no undefined: what is unknown is missing.
    locations: head.locations.map(({ continent, country, subdivision, coords }) => ({
      continent,
      country,
      subdivision,
      coords,
    })),
    asns:
      asns.length === 0
        ? undefined
        : {
            v4: { starts: asns[0]!, asns: asns[1]! },
            v6: { starts: asns[2]!, asns: asns[3]! },
          },
    sources: head.sources.map(({ name, built, attribution }) => ({ name, built, attribution })),
  };
}

function listArrays({ v4, v6, asns }: GeoTable): Uint32Array[] {
  const places = [v4.starts, v4.locations, v6.starts, v6.locations];
  if (asns === undefined) return places;
  return [...places, asns.v4.starts, asns.v4.asns, asns.v6.starts, asns.v6.asns];
}

function toOctets({ buffer, byteOffset, byteLength }: Uint32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

function writeAll(file: number, octets: Uint8Array): void {
  for (let at = 0; at < octets.length; ) at += writeSync(file, octets, at);
}
