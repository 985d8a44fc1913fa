import { findContinent, isContinent, isCountry } from "./countries.ts";
import type { Location } from "./geo-table.ts";

/** Coordinates are kept to this many parts of a degree (11 km): finer ones would only split ranges. */
const PARTS_OF_DEGREE = 10;
const MAX_ASN = 0xffff_ffff;

/**
 * The location in a record of GeoLite2 or DB-IP (`country.iso_code`, …) or of the flat kind (`country_code`, …). What is
 * missing, of another type or not an assigned code is unknown.
 */
export function toLocation(record: unknown): Location {
  const country = readCode(
    [dig(record, "country", "iso_code"), dig(record, "country_code"), dig(record, "country")],
    isCountry,
  );
  const continent =
    readCode([dig(record, "continent", "code"), dig(record, "continent_code")], isContinent) ??
    (country === undefined ? undefined : findContinent(country));
  const subdivision = readCode([dig(record, "subdivisions", "0", "iso_code")], (code) =>
    /^[A-Z0-9]{1,3}$/.test(code),
  );
  const coords =
    readCoords(dig(record, "location", "latitude"), dig(record, "location", "longitude")) ??
    readCoords(dig(record, "latitude"), dig(record, "longitude"));
  return {
    continent,
    country,
    subdivision: country === undefined ? undefined : subdivision,
    coords: country === undefined ? undefined : coords,
  };
}

/** The number of the autonomous system in a record of GeoLite2-ASN or DB-IP, or of the flat kind; 0 if it has none. */
export function toAsn(record: unknown): number {
  const candidates = [
    dig(record, "autonomous_system_number"),
    dig(record, "traits", "autonomous_system_number"),
    dig(record, "asn"),
  ];
  for (const candidate of candidates) {
    // Some databases store text: `13335`, or `AS13335`.
    const asn =
      typeof candidate === "string" ? Number(candidate.replace(/^AS(?=\d)/i, "")) : candidate;
    if (typeof asn === "number" && Number.isInteger(asn) && asn > 0 && asn <= MAX_ASN) return asn;
  }
  return 0;
}

function dig(record: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === "object" && value !== null && Object.hasOwn(value, key)
        ? (value as Record<string, unknown>)[key]
        : undefined,
    record,
  );
}

function readCode(
  candidates: readonly unknown[],
  isValid: (code: string) => boolean,
): string | undefined {
  for (const candidate of candidates) {
    if (typeof candidate !== "string") continue;
    const code = candidate.toUpperCase();
    if (isValid(code)) return code;
  }
  return undefined;
}

function readCoords(latitude: unknown, longitude: unknown): [number, number] | undefined {
  const [lat, lon] = [latitude, longitude].map((degrees) =>
    // Some databases store decimal text.
    typeof degrees === "number" || typeof degrees === "string" ? Number(degrees) : Number.NaN,
  );
  // Written so that NaN fails.
  if (!(Math.abs(lat!) <= 90 && Math.abs(lon!) <= 180)) return undefined;
  return [round(lat!), round(lon!)];
}

function round(degrees: number): number {
  // Adding 0 turns -0 into 0.
  return Math.round(degrees * PARTS_OF_DEGREE) / PARTS_OF_DEGREE + 0;
}
