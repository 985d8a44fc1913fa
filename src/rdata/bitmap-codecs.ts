/** Fields that say which numbers belong to a set, one bit for each. */
import { quote } from "../config/tree.ts";
import { formatType, parseType } from "../wire/rr-types.ts";
import { concat } from "./concat.ts";
import type { FieldCodec } from "./field-codec.ts";
import { explainBadType, parseOldType } from "./number-codecs.ts";
import type { WordCursor } from "./word.ts";

/** Octets of the bitmap of one window. */
const MAX_WINDOW = 32;

/** The types at a name, in windows of 256 (RFC 4034 §4.1.2); none is allowed. */
export const TYPES: FieldCodec = {
  words: undefined,
  read: (cursor, what) => {
    const types = takeTypes(cursor, what, parseType, 0, 0xffff);
    if (typeof types === "string") return types;
    const windows = new Set(types.map((type) => type >> 8));
    return concat(
      [...windows]
        .sort((a, b) => a - b)
        .map((window) => {
          const bits = setBits(
            types.filter((type) => type >> 8 === window).map((type) => type & 0xff),
          );
          return Uint8Array.of(window, bits.length, ...bits);
        }),
    );
  },
  end: (octets, at) => {
    let end = at;
    let last = -1;
    while (end < octets.length) {
      const window = octets[end] ?? 0;
      const length = octets[end + 1] ?? 0;
      if (window <= last || length === 0 || length > MAX_WINDOW) return undefined;
      last = window;
      end += 2 + length;
    }
    return end;
  },
  format: (octets, at, end) => {
    const types: string[] = [];
    for (let from = at; from < end; from += 2 + (octets[from + 1] ?? 0)) {
      const bits = octets.subarray(from + 2, from + 2 + (octets[from + 1] ?? 0));
      for (const bit of listBits(bits)) types.push(formatType((octets[from] ?? 0) * 256 + bit));
    }
    return types.join(" ");
  },
};

/** The types at a name as NXT has them: one bitmap for the types below 128 (RFC 2535 §5.2). */
export const OLD_TYPES: FieldCodec = {
  words: undefined,
  read: (cursor, what) => {
    const types = takeTypes(cursor, what, parseOldType, 1, 127);
    return typeof types === "string" ? types : setBits(types);
  },
  // A first bit that is set would announce another form, which was never defined.
  end: (octets, at) =>
    octets.length - at > 16 || (octets[at] ?? 0) & 0x80 ? undefined : octets.length,
  format: (octets, at, end) => listBits(octets.subarray(at, end)).map(formatType).join(" "),
};

/** The ports of WKS (RFC 1035 §3.4.2). */
export const SERVICES: FieldCodec = {
  words: undefined,
  read: (cursor, what) => {
    const ports: number[] = [];
    for (let word = cursor.take(); word !== undefined; word = cursor.take()) {
      const { text } = word;
      const port = /^(0|[1-9]\d{0,4})$/.test(text) ? Number(text) : PORTS[text.toLowerCase()];
      if (port === undefined || port > 0xffff) {
        return `${what} must be ports, or names like ${Object.keys(PORTS).join(" ")}: found ${quote(text)}`;
      }
      ports.push(port);
    }
    return setBits(ports);
  },
  end: (octets, at) => (octets.length - at <= 0x2000 ? octets.length : undefined),
  format: (octets, at, end) => listBits(octets.subarray(at, end)).join(" "),
};

/** Services with a name in the days of WKS. */
const PORTS: Readonly<Record<string, number>> = {
  echo: 7,
  discard: 9,
  daytime: 13,
  "ftp-data": 20,
  ftp: 21,
  ssh: 22,
  telnet: 23,
  smtp: 25,
  time: 37,
  domain: 53,
  tftp: 69,
  gopher: 70,
  finger: 79,
  http: 80,
  pop3: 110,
  sunrpc: 111,
  nntp: 119,
  ntp: 123,
  imap2: 143,
  snmp: 161,
  https: 443,
};

function takeTypes(
  cursor: WordCursor,
  what: string,
  parse: (text: string) => number | undefined,
  least: number,
  most: number,
): number[] | string {
  const types: number[] = [];
  for (let word = cursor.take(); word !== undefined; word = cursor.take()) {
    const type = parse(word.text);
    if (type === undefined) return explainBadType(word.text, what);
    if (type < least || type > most) return `${what} has no place for ${formatType(type)}`;
    types.push(type);
  }
  return types;
}

/** A bitmap as short as the numbers allow; the first bit of the first octet is 0. */
function setBits(numbers: readonly number[]): Uint8Array {
  const highest = Math.max(-1, ...numbers);
  const bits = new Uint8Array((highest >> 3) + 1);
  for (const number of numbers)
    bits[number >> 3] = (bits[number >> 3] ?? 0) | (0x80 >> (number & 7));
  return bits;
}

function listBits(bits: Uint8Array): number[] {
  const numbers: number[] = [];
  for (const [i, octet] of bits.entries()) {
    for (let bit = 0; bit < 8; bit++) if (octet & (0x80 >> bit)) numbers.push(8 * i + bit);
  }
  return numbers;
}
