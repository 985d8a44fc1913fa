import { closeSync, openSync, readFileSync, readSync, statSync } from "node:fs";
import { join } from "node:path";
import { type RangeList, RangeWriter } from "../address/range-list.ts";
import { findContinent, isCountry } from "./countries.ts";
import { type GeoDatabase, GeoDataError } from "./geo-database.ts";
import type { Location } from "./geo-table.ts";
import { LocationList, UNKNOWN_LOCATION } from "./location-list.ts";

const NAME_RECORD = 88;
const RECORD_4 = 24;
const RECORD_6 = 48;
const NO_PLACE = 0xffff_ffff;
/** Coordinates are stored in units of this part of a degree. */
const DEGREE = 10_000;
/** Records per read: the file of IPv4 ranges has 79 MB, and is never held as a whole. */
const RECORDS_PER_READ = 65_536;

/**
 * Flattens the data files of geoip-lite 2 without loading the library, which would keep 112 MB. Coordinates are rounded
 * to whole degrees (at most 79 km off): the data is of 2019, and finer ones would make the table a third longer.
 *
 * @param folder its `data` folder
 * @throws {GeoDataError} if the files are not as that version has them
 */
export function readGeoipLite(folder: string, name: string): GeoDatabase {
  const list = new LocationList();
  const findNumber = createPlaceFinder(join(folder, "geoip-city-names.dat"), list);
  const source = {
    name,
    built: "2019-08-28",
    attribution: "GeoLite2 data created by MaxMind, https://www.maxmind.com, CC BY-SA 4.0",
  };
  return {
    source,
    v4: readRanges4(join(folder, "geoip-city.dat"), findNumber),
    v6: readRanges6(join(folder, "geoip-city6.dat"), findNumber),
    locations: list.locations,
    asns: undefined,
  };
}

/** Number of the location in a range record whose fields (place, latitude, longitude) begin at `at`. */
type PlaceFinder = (records: Buffer, at: number) => number;

function createPlaceFinder(path: string, list: LocationList): PlaceFinder {
  const regions = readRegions(readFileSync(path));
  const count = regions.ofPlace.length;
  const numbers = new Map<number, number>();
  // Of each place the coordinates last seen and their number: most places have one pair, and the map is the slow part.
  const lastCoords = new Int32Array(count).fill(-1);
  const lastNumbers = new Uint32Array(count);
  return (records, at) => {
    const place = records.readUInt32BE(at);
    if (place === NO_PLACE) return 0;
    if (place >= count) throw new GeoDataError("a range refers to a place that is missing");
    const latitude = Math.round(records.readInt32BE(at + 4) / DEGREE);
    const longitude = Math.round(records.readInt32BE(at + 8) / DEGREE);
    const coords = (latitude + 90) * 361 + longitude + 180;
    if (lastCoords[place] === coords) return lastNumbers[place]!;
    const region = regions.ofPlace[place]!;
    const key = region * 181 * 361 + coords;
    let number = numbers.get(key);
    if (number === undefined) {
      const location = regions.locations[region]!;
      // Adding 0 turns -0 into 0.
      const point = [latitude + 0, longitude + 0] as const;
      number = location.country === undefined ? 0 : list.add({ ...location, coords: point });
      numbers.set(key, number);
    }
    lastCoords[place] = coords;
    lastNumbers[place] = number;
    return number;
  };
}

/** The countries and subdivisions of the places: each once, and by index of place. */
function readRegions(names: Buffer): { ofPlace: Uint32Array; locations: readonly Location[] } {
  const list = new LocationList();
  const known = new Map<string, number>();
  const ofPlace = new Uint32Array(Math.floor(names.length / NAME_RECORD));
  for (let place = 0; place < ofPlace.length; place++) {
    // Two octets of country, three of subdivision, padded with zeros.
    const at = place * NAME_RECORD;
    const text = names.toString("latin1", at, at + 5);
    let region = known.get(text);
    if (region === undefined) {
      region = list.add(toRegion(text.slice(0, 2), text.slice(2).replaceAll("\0", "")));
      known.set(text, region);
    }
    ofPlace[place] = region;
  }
  return { ofPlace, locations: list.locations };
}

function toRegion(country: string, subdivision: string): Location {
  if (!isCountry(country)) return UNKNOWN_LOCATION;
  return {
    continent: findContinent(country),
    country,
    subdivision: subdivision === "" ? undefined : subdivision,
    coords: undefined,
  };
}

/** Records of first address, last address, place; in order, with gaps. */
function readRanges4(path: string, findNumber: PlaceFinder): RangeList {
  const writer = new RangeWriter(1, statSync(path).size / RECORD_4);
  let next = 0;
  eachRecord(path, RECORD_4, (records, at) => {
    const first = records.readUInt32BE(at);
    const last = records.readUInt32BE(at + 4);
    if (first < next || last < first) throw new GeoDataError("its ranges are out of order");
    if (first > next) writer.push(next, 0, 0, 0, 0);
    writer.push(first, 0, 0, 0, findNumber(records, at + 8));
    next = last + 1;
  });
  if (next <= 0xffff_ffff) writer.push(next, 0, 0, 0, 0);
  return writer.finish();
}

/**
 * The same for IPv6, of which only whole /64s are taken: the package's own build writes the groups of an address with
 * `::` in its middle to the wrong places, so that what begins or ends inside a /64 cannot be told.
 */
function readRanges6(path: string, findNumber: PlaceFinder): RangeList {
  const writer = new RangeWriter(4, statSync(path).size / RECORD_6);
  let started = -1n;
  let next = 0n;
  const push = (start: bigint, number: number): void =>
    writer.push(Number(start >> 32n), Number(start & 0xffff_ffffn), 0, 0, number);
  eachRecord(path, RECORD_6, (records, at) => {
    const first = records.readBigUInt64BE(at);
    const last = records.readBigUInt64BE(at + 16);
    const isWhole =
      records.readBigUInt64BE(at + 8) === 0n &&
      records.readBigUInt64BE(at + 24) === 0xffff_ffff_ffff_ffffn;
    if (!isWhole || last < first || first <= started) return;
    if (first > next) push(next, 0);
    // One that reaches into the next ends where that begins.
    push(first, findNumber(records, at + 32));
    started = first;
    next = last + 1n;
  });
  if (next < 1n << 64n) push(next, 0);
  return writer.finish();
}

function eachRecord(
  path: string,
  size: number,
  visit: (records: Buffer, at: number) => void,
): void {
  const records = Buffer.alloc(size * RECORDS_PER_READ);
  const file = openSync(path, "r");
  try {
    for (;;) {
      const length = readSync(file, records);
      if (length === 0) return;
      if (length % size !== 0) throw new GeoDataError("a file of it ends inside a record");
      for (let at = 0; at < length; at += size) visit(records, at);
    }
  } finally {
    closeSync(file);
  }
}
