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
  readonly v4: LocationRanges;
  readonly v6: LocationRanges;
  /** Index 0 is the unknown location. */
  readonly locations: readonly Location[];
  /** Undefined if no database knows any. */
  readonly asns: { readonly v4: AsnRanges; readonly v6: AsnRanges } | undefined;
  readonly sources: readonly GeoSource[];
}

/** `starts` holds one word per range for IPv4; for IPv6 four, most significant first. */
export interface LocationRanges {
  readonly starts: Uint32Array;
  /** Indexes into `GeoTable.locations`. */
  readonly locations: Uint32Array;
}

export interface AsnRanges {
  readonly starts: Uint32Array;
  /** Numbers of autonomous systems; 0 where unknown (RFC 7607). */
  readonly asns: Uint32Array;
}

export interface GeoSource {
  readonly name: string;
  /** When the data was made, ISO 8601 date; undefined if the database does not say. */
  readonly built: string | undefined;
  readonly attribution: string | undefined;
}
