/**
 * Where addresses are, flattened: sorted ranges that point into a list of locations. Built once per set of databases,
 * off the main thread; shared between threads, read when location maps are compiled and by `explain`, never per query.
 */

/** What the databases know of an address; every part may be unknown. Codes are upper case. */
export interface Location {
  /** octoDNS's: AF AN AS EU NA OC SA. */
  readonly continent: string | undefined;
  /** ISO 3166-1 alpha-2. */
  readonly country: string | undefined;
  /** ISO 3166-2 without the country: `CA` for US-CA. */
  readonly subdivision: string | undefined;
  /** Degrees. */
  readonly coords: readonly [latitude: number, longitude: number] | undefined;
}

/**
 * Range i is [start i, start i+1), the last one ends with the address space; the first starts at 0.
 * All arrays live in SharedArrayBuffers.
 */
export interface GeoTable {
  readonly v4: { readonly starts: Uint32Array; readonly locations: Uint32Array };
  /** `starts` holds four words per range, most significant first. */
  readonly v6: { readonly starts: Uint32Array; readonly locations: Uint32Array };
  /** Index 0 is the unknown location. */
  readonly locations: readonly Location[];
  readonly sources: readonly GeoSource[];
}

export interface GeoSource {
  readonly name: string;
  /** When the data was made, ISO 8601 date; undefined if the database does not say. */
  readonly built: string | undefined;
  readonly attribution: string | undefined;
}
