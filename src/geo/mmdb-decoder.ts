import { createRequire } from "node:module";
import type mmdb from "mmdb-lib/lib/decoder.js";
import { GeoDataError } from "./geo-database.ts";

// A CommonJS module with a `default` of its own: loaders differ over what importing that gives.
const library = createRequire(import.meta.url)("mmdb-lib/lib/decoder.js") as {
  readonly default: typeof mmdb.default;
};
const Decoder: typeof mmdb.default = library.default;

/** Nesting and values of one record that the format allows (MaxMind DB File Format, "Reader limits"). */
const MAX_DEPTH = 512;
const MAX_VALUES = 65_536;

/**
 * mmdb-lib's decoder with a budget: a file of a few hundred octets whose pointers fan out or loop would otherwise keep
 * it busy for ever.
 */
export class MmdbDecoder extends Decoder {
  private depth = 0;
  private values = 0;
  private readonly octets: Buffer;

  /** @param base where in the file its pointers count from */
  constructor(octets: Buffer, base: number) {
    super(octets, base);
    this.octets = octets;
  }

  /**
   * The value at an offset in the file.
   *
   * @throws {GeoDataError} where there is none, or more than the format allows
   */
  decodeRecord(offset: number): unknown {
    this.depth = 0;
    this.values = 0;
    try {
      return this.decode(offset).value;
    } catch (error) {
      if (error instanceof GeoDataError) throw error;
      const reason = error instanceof Error ? error.message : String(error);
      throw new GeoDataError(`the record at offset ${offset} cannot be decoded: ${reason}`);
    }
  }

  /** Called by the library for every value, whether it stands in place or is pointed to. */
  override decode(offset: number): ReturnType<mmdb.default["decode"]> {
    if (offset >= this.octets.length) throw new GeoDataError("a record runs beyond the file");
    if (++this.values > MAX_VALUES) {
      throw new GeoDataError(`a record has more than ${MAX_VALUES} values`);
    }
    if (this.depth >= MAX_DEPTH) {
      throw new GeoDataError(`a record is nested deeper than ${MAX_DEPTH}`);
    }
    // Size code 31 begins at 65 821 items, and the library would make room for them before it reads one.
    const isArray = this.octets[offset]! >>> 5 === 0 && this.octets[offset + 1] === 4;
    if (isArray && (this.octets[offset]! & 0x1f) === 31) {
      throw new GeoDataError(`a record has more than ${MAX_VALUES} values`);
    }
    this.depth++;
    const cursor = super.decode(offset);
    this.depth--;
    return cursor;
  }
}
