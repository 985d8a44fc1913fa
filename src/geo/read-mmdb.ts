import { createUniformList, type RangeList, RangeWriter } from "../address/range-list.ts";
import { type GeoDatabase, GeoDataError } from "./geo-database.ts";
import { LocationList } from "./location-list.ts";
import { MmdbDecoder } from "./mmdb-decoder.ts";
import { toAsn, toLocation } from "./mmdb-location.ts";
import { DATA_SEPARATOR_OCTETS, type MmdbMetadata, readMetadata } from "./mmdb-metadata.ts";

/**
 * Flattens a MaxMind DB: walks its search tree once, decodes each record once.
 *
 * @param octets the whole file
 * @throws {GeoDataError} if any part that is reached is not as the format says
 */
export function readMmdb(octets: Buffer, name: string): GeoDatabase {
  const metadata = readMetadata(octets);
  const walker = new TreeWalker(octets, metadata);
  const v4 = walker.walk(1);
  const nowhere = createUniformList(4);
  const v6 = metadata.ipVersion === 6 ? walker.walk(4) : { locations: nowhere, asns: nowhere };
  const { list, hasAsns } = walker;
  if (list.locations.length === 1 && !hasAsns) {
    throw new GeoDataError("it has neither country codes nor AS numbers (is it a geo database?)");
  }
  return {
    source: { name, built: metadata.built, attribution: undefined },
    v4: v4.locations,
    v6: v6.locations,
    locations: list.locations,
    asns: hasAsns ? { v4: v4.asns, v6: v6.asns } : undefined,
  };
}

/** What a tree says of the addresses of a family. */
interface Walked {
  readonly locations: RangeList;
  readonly asns: RangeList;
}

class TreeWalker {
  readonly list = new LocationList();
  hasAsns = false;
  private readonly octets: Buffer;
  private readonly metadata: MmdbMetadata;
  private readonly decoder: MmdbDecoder;
  /** By record at the edge of the tree. */
  private readonly numbers = new Map<number, number>();
  private readonly asns = new Map<number, number>();
  /** Where the IPv4 addresses of an IPv6 tree begin: ::/96. */
  private readonly ipv4Start: number;
  private visits = 0;

  constructor(octets: Buffer, metadata: MmdbMetadata) {
    this.octets = octets;
    this.metadata = metadata;
    this.decoder = new MmdbDecoder(octets, metadata.treeSize + DATA_SEPARATOR_OCTETS);
    let record = 0;
    for (let depth = 0; metadata.ipVersion === 6 && depth < 96; depth++) {
      if (record >= metadata.nodeCount) break;
      record = this.readRecord(record, 0);
    }
    this.ipv4Start = record;
  }

  /** The ranges of one family: the IPv4 ones are those below ::/96 in an IPv6 tree, and unknown among the IPv6 ones. */
  walk(words: 1 | 4): Walked {
    const locations = new RangeWriter(words);
    const asns = new RangeWriter(words);
    const at = [0, 0, 0, 0];
    const bits = 32 * words;
    const visit = (record: number, depth: number): void => {
      if (record >= this.metadata.nodeCount) {
        locations.push(at[0]!, at[1]!, at[2]!, at[3]!, this.findNumber(record));
        asns.push(at[0]!, at[1]!, at[2]!, at[3]!, this.asns.get(record) ?? 0);
        return;
      }
      // Databases let 2002::/16 and the like point back at the IPv4 tree: those addresses are asked for as IPv4.
      if (words === 4 && record === this.ipv4Start) {
        locations.push(at[0]!, at[1]!, at[2]!, at[3]!, 0);
        asns.push(at[0]!, at[1]!, at[2]!, at[3]!, 0);
        return;
      }
      if (depth === bits) throw new GeoDataError(`its search tree is deeper than ${bits}`);
      // A tree has each node once; a file whose nodes share children could be walked for ever.
      if (++this.visits > 4 * this.metadata.nodeCount) {
        throw new GeoDataError("its search tree has loops");
      }
      visit(this.readRecord(record, 0), depth + 1);
      const word = depth >>> 5;
      const bit = 2 ** (31 - (depth & 31));
      at[word] = at[word]! + bit;
      visit(this.readRecord(record, 1), depth + 1);
      at[word] = at[word]! - bit;
    };
    visit(words === 1 ? this.ipv4Start : 0, 0);
    return { locations: locations.finish(), asns: asns.finish() };
  }

  private readRecord(node: number, side: 0 | 1): number {
    const { octets } = this;
    const { recordSize } = this.metadata;
    const at = (node * recordSize) / 4;
    if (recordSize === 32) return octets.readUInt32BE(at + 4 * side);
    if (recordSize === 24) return octets.readUIntBE(at + 3 * side, 3);
    // 28 bits: the middle octet holds the upper four of both.
    const middle = octets[at + 3]!;
    const high = side === 0 ? middle >>> 4 : middle & 0x0f;
    return high * 0x100_0000 + octets.readUIntBE(at + 4 * side, 3);
  }

  /** Number of the location that a record at the edge of the tree stands for; takes note of its AS number. */
  private findNumber(record: number): number {
    const { nodeCount, treeSize, dataEnd } = this.metadata;
    if (record === nodeCount) return 0;
    const known = this.numbers.get(record);
    if (known !== undefined) return known;
    const offset = record - nodeCount + treeSize;
    if (offset < treeSize + DATA_SEPARATOR_OCTETS || offset >= dataEnd) {
      throw new GeoDataError("its search tree points outside its data");
    }
    const decoded = this.decoder.decodeRecord(offset);
    const number = this.list.add(toLocation(decoded));
    this.numbers.set(record, number);
    const asn = toAsn(decoded);
    if (asn !== 0) {
      this.asns.set(record, asn);
      this.hasAsns = true;
    }
    return number;
  }
}
