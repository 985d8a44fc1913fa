/** Fields that are octets without a meaning to DNS: in base64, hexadecimal, or groups of digits. */
import { quote } from "../config/tree.ts";
import { decodeBase32, encodeBase32 } from "./base32.ts";
import { concat } from "./concat.ts";
import { createCodec, type FieldCodec } from "./field-codec.ts";
import type { WordCursor } from "./word.ts";

/** Base64 over any number of words, at least one, up to the end of the rdata (RFC 4648 §4). */
export const BASE64: FieldCodec = createRest(parseBase64, formatBase64, 1);
/** The same, or nothing. */
export const OPTIONAL_BASE64: FieldCodec = createRest(parseBase64, formatBase64, 0);
/** Base64 to the end of the rdata, `-` for no octet (DOA). */
export const DASHED_BASE64: FieldCodec = createRest(
  (text) => (text === "-" ? new Uint8Array() : parseBase64(text)),
  (octets) => (octets.length === 0 ? "-" : formatBase64(octets)),
  0,
);
/** Hexadecimal digits over any number of words, at least one, up to the end of the rdata. */
export const HEX: FieldCodec = createRest(parseHex, formatHex, 1);

/** The salt of NSEC3: a length octet, then octets in hexadecimal; `-` for none (RFC 5155 §3.3). */
export const SALT: FieldCodec = createPrefixed(
  (text) => (text === "-" ? new Uint8Array() : parseHex(text)),
  (octets) => (octets.length === 0 ? "-" : formatHex(octets)),
  "hexadecimal digits, or - for none",
  0,
);

/** The next hashed owner of NSEC3: a length octet, then octets in base32hex without padding (RFC 5155 §3.3). */
export const HASH: FieldCodec = createPrefixed(
  decodeBase32,
  encodeBase32,
  "base32hex without padding",
  1,
);

/** `00-00-5e-00-53-2a` (RFC 7043 §3.2). */
export const EUI48: FieldCodec = createGroups(6, 1, "-");
export const EUI64: FieldCodec = createGroups(8, 1, "-");
/** `0014:4fff:ff20:ee64` (RFC 6742 §2.1.2). */
export const NODE_ID: FieldCodec = createGroups(8, 2, ":");

/** `0x47.0005.80.005a00`, the dots anywhere (RFC 1706 §7). */
export const NSAP: FieldCodec = createCodec(
  (text, what) => {
    const digits = /^0x([0-9a-f.]+)$/i.exec(text)?.[1]?.replaceAll(".", "") ?? "";
    const octets = parseHex(digits);
    return octets !== undefined && octets.length > 0
      ? octets
      : `${what} must be 0x and pairs of hexadecimal digits: found ${quote(text)}`;
  },
  (octets, at) => (at < octets.length ? octets.length : undefined),
  (octets, at, end) => `0x${formatHex(octets.subarray(at, end))}`,
);

/** The octets of base64 with its padding; undefined if the text is none. */
export function parseBase64(text: string): Uint8Array | undefined {
  const octets = Buffer.from(text, "base64");
  return octets.toString("base64") === text ? Uint8Array.from(octets) : undefined;
}

export function formatBase64(octets: Uint8Array): string {
  return Buffer.from(octets.buffer, octets.byteOffset, octets.length).toString("base64");
}

/** The octets of pairs of hexadecimal digits; undefined if the text is none. */
export function parseHex(text: string): Uint8Array | undefined {
  return /^([0-9a-f]{2})*$/i.test(text) ? Uint8Array.from(Buffer.from(text, "hex")) : undefined;
}

export function formatHex(octets: Uint8Array): string {
  return Buffer.from(octets.buffer, octets.byteOffset, octets.length).toString("hex").toUpperCase();
}

/** What is left of the words, without the space between them. */
function takeRest(cursor: WordCursor): string {
  let text = "";
  for (let word = cursor.take(); word !== undefined; word = cursor.take()) text += word.text;
  return text;
}

/** @param least octets there must be */
function createRest(
  parse: (text: string) => Uint8Array | undefined,
  format: (octets: Uint8Array) => string,
  least: 0 | 1,
): FieldCodec {
  const kind = parse === parseHex ? "pairs of hexadecimal digits" : "base64, with its padding";
  return {
    words: undefined,
    read: (cursor, what) => {
      const text = takeRest(cursor);
      const octets = parse(text);
      if (text === "" && least > 0) return `${what} is missing`;
      return octets ?? `${what} must be ${kind}: found ${quote(text)}`;
    },
    end: (octets, at) => (octets.length - at < least ? undefined : octets.length),
    format: (octets, at, end) => format(octets.subarray(at, end)),
  };
}

/** One word for a length octet and octets, `least` of them. */
function createPrefixed(
  parse: (text: string) => Uint8Array | undefined,
  format: (octets: Uint8Array) => string,
  kind: string,
  least: 0 | 1,
): FieldCodec {
  return createCodec(
    (text, what) => {
      const octets = parse(text);
      if (octets === undefined || octets.length < least) {
        return `${what} must be ${kind}: found ${quote(text)}`;
      }
      if (octets.length > 255) return `${what} is ${octets.length} octets long: at most 255 fit`;
      return concat([Uint8Array.of(octets.length), octets]);
    },
    (octets, at) => {
      const length = octets[at] ?? 0;
      return length < least ? undefined : at + 1 + length;
    },
    (octets, at, end) => format(octets.subarray(at + 1, end)),
  );
}

/** Octets in groups of hexadecimal digits, all of them written out. */
function createGroups(octetCount: number, perGroup: number, separator: string): FieldCodec {
  const groups = octetCount / perGroup;
  const digits = 2 * perGroup;
  // Leading zeros of a group of several octets may be left out, as some write them.
  const group = perGroup === 1 ? "[0-9a-f]{2}" : `[0-9a-f]{1,${digits}}`;
  const pattern = new RegExp(`^(${group}${separator}){${groups - 1}}${group}$`, "i");
  const shape = Array(groups).fill("x".repeat(digits)).join(separator);
  return createCodec(
    (text, what) =>
      pattern.test(text)
        ? Uint8Array.from(
            Buffer.from(
              text
                .split(separator)
                .map((each) => each.padStart(digits, "0"))
                .join(""),
              "hex",
            ),
          )
        : `${what} must be like ${shape}, in hexadecimal: found ${quote(text)}`,
    (_, at) => at + octetCount,
    (octets, at, end) =>
      (
        formatHex(octets.subarray(at, end))
          .toLowerCase()
          .match(new RegExp(`.{${digits}}`, "g")) ?? []
      ).join(separator),
  );
}
