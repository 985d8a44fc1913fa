import { quote } from "../config/tree.ts";
import { concat } from "./concat.ts";
import type { FieldCodec } from "./field-codec.ts";
import { toOctets } from "./to-octets.ts";
import type { WordCursor } from "./word.ts";

const OCTETS = 16;
/** The equator and the prime meridian, from which thousandths of a second of arc are counted. */
const MIDDLE = 2 ** 31;
const PER_DEGREE = 3_600_000;
/** Centimetres below the reference spheroid at which altitudes begin. */
const BOTTOM = 10_000_000;

/** A place on earth: `52 22 23 N 4 53 32 E -2m 1m 10000m 10m`, what follows the altitude may be left out (RFC 1876). */
export const LOCATION: FieldCodec = {
  words: undefined,
  read: (cursor, what) => {
    const latitude = readAngle(cursor, what, "NS", 90);
    if (typeof latitude === "string") return latitude;
    const longitude = readAngle(cursor, what, "EW", 180);
    if (typeof longitude === "string") return longitude;
    const altitude = readMetres(cursor, undefined);
    if (altitude === undefined || altitude < -BOTTOM || altitude > 2 ** 32 - 1 - BOTTOM) {
      return `the altitude of ${what} must be metres from -100000 to 42849672.95, like 10m or -2.5m`;
    }
    const sizes = ["1", "10000", "10"].map((absent) => readMetres(cursor, absent));
    if (!sizes.every((size) => size !== undefined && size >= 0 && size <= 9e9)) {
      return `size and precisions of ${what} must be metres from 0 to 90000000, like 10m`;
    }
    return concat([
      Uint8Array.of(0, ...sizes.map((size) => packSize(size ?? 0))),
      toOctets(MIDDLE + latitude, 4),
      toOctets(MIDDLE + longitude, 4),
      toOctets(BOTTOM + altitude, 4),
    ]);
  },
  end: (octets, at) => {
    if (octets.length - at !== OCTETS || octets[at] !== 0) return undefined;
    const isSize = [1, 2, 3].every((i) => {
      const size = octets[at + i] ?? 0;
      return size >> 4 <= 9 && (size & 15) <= 9;
    });
    const isPlace =
      Math.abs(wordAt(octets, at + 4) - MIDDLE) <= 90 * PER_DEGREE &&
      Math.abs(wordAt(octets, at + 8) - MIDDLE) <= 180 * PER_DEGREE;
    return isSize && isPlace ? at + OCTETS : undefined;
  },
  format: (octets, at) => {
    const sizes = [1, 2, 3].map((i) => {
      const size = octets[at + i] ?? 0;
      return formatMetres((size >> 4) * 10 ** (size & 15));
    });
    return [
      formatAngle(wordAt(octets, at + 4) - MIDDLE, "NS"),
      formatAngle(wordAt(octets, at + 8) - MIDDLE, "EW"),
      formatMetres(wordAt(octets, at + 12) - BOTTOM),
      ...sizes,
    ].join(" ");
  },
};

/** Thousandths of a second of arc of `degrees [minutes [seconds]] direction`. */
function readAngle(
  cursor: WordCursor,
  what: string,
  directions: string,
  most: number,
): number | string {
  const numbers: string[] = [];
  while (numbers.length < 3 && /^\d/.test(cursor.peek()?.text ?? "")) {
    numbers.push(cursor.take()?.text ?? "");
  }
  const direction = cursor.take()?.text ?? "";
  const sign = direction.length === 1 ? directions.indexOf(direction.toUpperCase()) : -1;
  const [degrees = "", minutes = "0", seconds = "0"] = numbers;
  const isValid =
    sign >= 0 &&
    /^\d{1,3}$/.test(degrees) &&
    /^[0-5]?\d$/.test(minutes) &&
    /^[0-5]?\d(\.\d{1,3})?$/.test(seconds);
  const angle =
    Number(degrees) * PER_DEGREE + Number(minutes) * 60_000 + Math.round(Number(seconds) * 1000);
  if (isValid && angle <= most * PER_DEGREE) return sign === 0 ? angle : -angle;
  return `${what} must have degrees up to ${most}, minutes, seconds, then ${directions.charAt(0)} or ${directions.charAt(1)}: found ${quote([...numbers, direction].join(" "))}`;
}

/** Centimetres of `10`, `10m`, `-2.5m`; undefined if the word is none, or missing where nothing stands for it. */
function readMetres(cursor: WordCursor, absent: string | undefined): number | undefined {
  const text = cursor.take()?.text ?? absent ?? "";
  const metres = /^([-+]?\d{1,8}(?:\.\d{1,2})?)m?$/i.exec(text)?.[1];
  return metres === undefined ? undefined : Math.round(Number(metres) * 100);
}

/** One digit and a power of ten, in centimetres. */
function packSize(centimetres: number): number {
  let digit = centimetres;
  let power = 0;
  for (; digit >= 10; power++) digit = Math.floor(digit / 10);
  return digit * 16 + power;
}

function formatAngle(angle: number, directions: string): string {
  const rest = Math.abs(angle);
  const degrees = Math.floor(rest / PER_DEGREE);
  const minutes = Math.floor((rest % PER_DEGREE) / 60_000);
  const seconds = (rest % 60_000) / 1000;
  return `${degrees} ${minutes} ${seconds.toFixed(3)} ${directions.charAt(angle < 0 ? 1 : 0)}`;
}

function formatMetres(centimetres: number): string {
  return `${(centimetres / 100).toFixed(2)}m`;
}

function wordAt(octets: Uint8Array, at: number): number {
  return new DataView(octets.buffer, octets.byteOffset).getUint32(at);
}
