/** Fields that are numbers, and what stands for numbers. */
import { suggest } from "../config/suggest.ts";
import { quote } from "../config/tree.ts";
import { formatType, listTypes, parseType } from "../wire/rr-types.ts";
import { createCodec, type FieldCodec } from "./field-codec.ts";
import { toOctets } from "./to-octets.ts";

export const U8: FieldCodec = unsigned(1);
export const U16: FieldCodec = unsigned(2);
export const U32: FieldCodec = unsigned(4);

/** 64 bits in decimal. */
export const U64: FieldCodec = createCodec(
  (text, what) => {
    const value = /^(0|[1-9]\d{0,19})$/.test(text) ? BigInt(text) : -1n;
    if (value < 0n || value >= 2n ** 64n) {
      return `${what} must be a whole number from 0 to 18446744073709551615: found ${quote(text)}`;
    }
    const octets = new Uint8Array(8);
    new DataView(octets.buffer).setBigUint64(0, value);
    return octets;
  },
  (_, at) => at + 8,
  (octets, at) => new DataView(octets.buffer, octets.byteOffset).getBigUint64(at).toString(),
);

/** Seconds, bare or with units: `7200`, `2h`, `1h30m`. */
export const TIME: FieldCodec = createCodec(
  (text, what) => {
    const parts = /^(\d{1,10}[wdhms]?)+$/i.test(text) ? text.match(/\d+[wdhms]?/gi) : null;
    let seconds = parts === null ? Number.NaN : 0;
    for (const part of parts ?? []) {
      seconds += Number.parseInt(part, 10) * (UNITS[part.at(-1)?.toLowerCase() ?? ""] ?? 1);
    }
    if (seconds < 2 ** 32) return toOctets(seconds, 4);
    return `${what} must be whole seconds from 0 to 4294967295, or like 30s, 5m, 1h, 1d: found ${quote(text)}`;
  },
  (_, at) => at + 4,
  formatNumber,
);

const UNITS: Readonly<Record<string, number>> = { w: 604_800, d: 86_400, h: 3600, m: 60, s: 1 };

/** A moment of a signature: `YYYYMMDDHHmmSS` in UTC, or seconds since 1970, modulo 2^32 (RFC 4034 §3.2). */
export const MOMENT: FieldCodec = createCodec(
  (text, what) => {
    if (/^\d{1,10}$/.test(text) && Number(text) < 2 ** 32) return toOctets(Number(text), 4);
    const parts = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/.exec(text);
    const iso = parts && `${parts[1]}-${parts[2]}-${parts[3]}T${parts[4]}:${parts[5]}:${parts[6]}`;
    const milliseconds = iso === null ? Number.NaN : Date.parse(`${iso}.000Z`);
    if (!Number.isNaN(milliseconds) && formatMoment(milliseconds) === text) {
      return toOctets((((milliseconds / 1000) % 2 ** 32) + 2 ** 32) % 2 ** 32, 4);
    }
    return `${what} must be like 20261231235959, in UTC, or seconds since 1970: found ${quote(text)}`;
  },
  (_, at) => at + 4,
  (octets, at, end) => formatMoment(readNumber(octets, at, end) * 1000),
);

/** The mnemonic of a record type. */
export const TYPE: FieldCodec = createType(parseType);
/** The same, or its bare number, as SIG and NXT have it. */
export const OLD_TYPE: FieldCodec = createType(parseOldType);

/** The number of a type's mnemonic, or of digits alone: types of the days before `TYPEnnn` have both. */
export function parseOldType(text: string): number | undefined {
  return parseType(/^\d/.test(text) ? `TYPE${text}` : text);
}

function createType(parse: (text: string) => number | undefined): FieldCodec {
  return createCodec(
    (text, what) => {
      const type = parse(text);
      return type === undefined ? explainBadType(text, what) : toOctets(type, 2);
    },
    (_, at) => at + 2,
    (octets, at, end) => formatType(readNumber(octets, at, end)),
  );
}

/** A whole number of 1 to 4 octets. */
function unsigned(size: number): FieldCodec {
  return named(size, {});
}

/**
 * A whole number that may be written as a mnemonic, in any case. It is written as a number, which all readers know.
 *
 * @param mnemonics upper case
 */
export function named(size: number, mnemonics: Readonly<Record<string, number>>): FieldCodec {
  const table = new Map(Object.entries(mnemonics));
  const most = 2 ** (8 * size) - 1;
  return createCodec(
    (text, what) => {
      const isNumber = /^(0|[1-9]\d{0,9})$/.test(text);
      const value = isNumber ? Number(text) : table.get(text.toUpperCase());
      if (value !== undefined && value <= most) return toOctets(value, size);
      const words = table.size === 0 ? "" : `, or one of ${[...table.keys()].join(" ")}`;
      return `${what} must be a whole number from 0 to ${most}${words}: found ${quote(text)}`;
    },
    (_, at) => at + size,
    formatNumber,
  );
}

/** Why a text is no record type. */
export function explainBadType(text: string, what: string): string {
  return `${what}: ${quote(text)} is no record type${suggest(text.toUpperCase(), listTypes())}`;
}

function formatNumber(octets: Uint8Array, at: number, end: number): string {
  return String(readNumber(octets, at, end));
}

function readNumber(octets: Uint8Array, at: number, end: number): number {
  let value = 0;
  for (let i = at; i < end; i++) value = value * 256 + (octets[i] ?? 0);
  return value;
}

function formatMoment(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace(/[-:T]|\..*/g, "");
}
