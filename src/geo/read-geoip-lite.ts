import { closeSync, openSync, readFileSync, readSync } from "node:fs";
import { join } from "node:path";
import { type RangeList, RangeWriter } from "../address/range-list.ts";
import { findContinent, isCountry } from "./countries.ts";
import { type GeoDatabase, GeoDataError } from "./geo-database.ts";
import { LocationList } from "./location-list.ts";

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
  };
}

/** Number of the location in a range record whose fields (place, latitude, longitude) begin at `at`. */
type PlaceFinder = (records: Buffer, at: number) => number;

function createPlaceFinder(path: string, list: LocationList): PlaceFinder {
  const names = readFileSync(path);
  const count = Math.floor(names.length / NAME_RECORD);
  const readText = (from: number, to: number): string =>
    names.toString("latin1", from, to).replaceAll("\0", "");
  const numbers = new Map<number, number>();
  return (records, at) => {
    const place = records.readUInt32BE(at);
    if (place === NO_PLACE) return 0;
    if (place >= count) throw new GeoDataError("a range refers to a place that is missing");
    const latitude = Math.round(records.readInt32BE(at + 4) / DEGREE);
    const longitude = Math.round(records.readInt32BE(at + 8) / DEGREE);
    const key = (place * 181 + latitude + 90) * 361 + longitude + 180;
    const known = numbers.get(key);
    if (known !== undefined) return known;
    const country = readText(place * NAME_RECORD, place * NAME_RECORD + 2);
    const subdivision = readText(place * NAME_RECORD + 2, place * NAME_RECORD + 5);
    const number = isCountry(country)
      ? list.add({
          continent: findContinent(country),
          country,
          subdivision: subdivision === "" ? undefined : subdivision,
          // Adding 0 turns -0 into 0.
          coords: [latitude + 0, longitude + 0],
        })
      : 0;
    numbers.set(key, number);
    return number;
  };
}

/** Records of first address, last address, place; in order, with gaps. */
function readRanges4(path: string, findNumber: PlaceFinder): RangeList {
  const writer = new RangeWriter(1);
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
  const writer = new RangeWriter(4);
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
