import { GeoDataError } from "./geo-database.ts";
import { MmdbDecoder } from "./mmdb-decoder.ts";

/** What the file says of itself, checked against its size. */
export interface MmdbMetadata {
  readonly nodeCount: number;
  /** Bits per record, two records per node. */
  readonly recordSize: 24 | 28 | 32;
  readonly ipVersion: 4 | 6;
  /** ISO 8601 date, if it is one. */
  readonly built: string | undefined;
  /** Octets of the search tree; sixteen zero octets follow, then the data. */
  readonly treeSize: number;
  /** Where the data ends in the file. */
  readonly dataEnd: number;
}

const MARKER = Buffer.from("\xab\xcd\xefMaxMind.com", "latin1");
/** The marker stands in the last 128 KiB of the file. */
const MAX_METADATA_OCTETS = 128 * 1024;
export const DATA_SEPARATOR_OCTETS = 16;

/**
 * Reads the metadata section of a MaxMind DB (version 2).
 *
 * @throws {GeoDataError} with the first thing that is wrong
 */
export function readMetadata(octets: Buffer): MmdbMetadata {
  const tail = Math.max(0, octets.length - MAX_METADATA_OCTETS);
  const found = octets.subarray(tail).lastIndexOf(MARKER);
  if (found < 0) throw new GeoDataError("it is not a MaxMind DB: the metadata marker is missing");
  const dataEnd = tail + found;
  const start = dataEnd + MARKER.length;
  const metadata = new MmdbDecoder(octets, start).decodeRecord(start);
  if (typeof metadata !== "object" || metadata === null) {
    throw new GeoDataError("its metadata is not a map");
  }
  const fields = metadata as Readonly<Record<string, unknown>>;
  const major = readNumber(fields, "binary_format_major_version");
  if (major !== 2) throw new GeoDataError(`its format version is ${major}, and 2 is expected`);
  const nodeCount = readNumber(fields, "node_count");
  const recordSize = readNumber(fields, "record_size");
  if (recordSize !== 24 && recordSize !== 28 && recordSize !== 32) {
    throw new GeoDataError(`its record_size is ${recordSize}, and 24, 28 or 32 is expected`);
  }
  const ipVersion = readNumber(fields, "ip_version");
  if (ipVersion !== 4 && ipVersion !== 6) {
    throw new GeoDataError(`its ip_version is ${ipVersion}, and 4 or 6 is expected`);
  }
  const treeSize = (nodeCount * recordSize) / 4;
  if (treeSize + DATA_SEPARATOR_OCTETS > dataEnd) {
    throw new GeoDataError(`its ${nodeCount} nodes need more octets than it has`);
  }
  const built = toDate(fields.build_epoch);
  return { nodeCount, recordSize, ipVersion, built, treeSize, dataEnd };
}

function readNumber(fields: Readonly<Record<string, unknown>>, name: string): number {
  const value = fields[name];
  if (typeof value === "number" && Number.isInteger(value) && value > 0) return value;
  throw new GeoDataError(`its metadata has no valid ${name}`);
}

function toDate(epoch: unknown): string | undefined {
  const date = new Date(Number(epoch) * 1000);
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString().slice(0, 10);
}
