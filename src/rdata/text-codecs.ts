/** Fields that are text: character-strings (RFC 1035 §3.3) and text without a length. */
import { quote as show } from "../config/tree.ts";
import { concat } from "./concat.ts";
import { createCodec, type FieldCodec } from "./field-codec.ts";
import { decodeCharacters, quoteOctets } from "./presentation.ts";
import type { Word } from "./word.ts";

/** Octets of one character-string. */
const MAX_STRING = 255;

/** One character-string. */
export const STRING: FieldCodec = {
  words: 1,
  read: (cursor, what) => {
    const octets = decodeWord(cursor.take(), what);
    if (typeof octets === "string") return octets;
    if (octets.length > MAX_STRING) {
      return `${what} is ${octets.length} octets long: a string has at most ${MAX_STRING}`;
    }
    return concat([Uint8Array.of(octets.length), octets]);
  },
  end: endOfString,
  format: (octets, at, end) => quoteOctets(octets.subarray(at + 1, end)),
};

/** A character-string that may be left out, at the end. */
export const OPTIONAL_STRING: FieldCodec = {
  words: undefined,
  read: (cursor, what) => (cursor.left === 0 ? new Uint8Array() : STRING.read(cursor, what, [])),
  end: (octets, at) => (at === octets.length ? at : endOfString(octets, at)),
  format: (octets, at, end) => (at === end ? "" : STRING.format(octets, at, end)),
};

/** One or more character-strings; what is too long for one is split. */
export const STRINGS: FieldCodec = {
  words: undefined,
  read: (cursor, what) => {
    const strings: Uint8Array[] = [];
    for (let word = cursor.take(); word !== undefined; word = cursor.take()) {
      const octets = decodeWord(word, what);
      if (typeof octets === "string") return octets;
      strings.push(octets);
    }
    return strings.length === 0 ? `${what} is missing` : writeStrings(strings);
  },
  end: (octets, at) => {
    let end = at;
    while (end < octets.length) end = endOfString(octets, end);
    return end > at ? end : undefined;
  },
  format: (octets, start, end) => {
    const strings: string[] = [];
    for (let at = start; at < end; at = endOfString(octets, at)) {
      strings.push(quoteOctets(octets.subarray(at + 1, endOfString(octets, at))));
    }
    return strings.join(" ");
  },
};

/** The tag of CAA: letters and digits (RFC 8659 §4.1). */
export const TAG: FieldCodec = createCodec(
  (text, what) =>
    TAG_TEXT.test(text)
      ? Uint8Array.from([text.length, ...Buffer.from(text, "latin1")])
      : `${what} must be 1 to 15 letters and digits, like issue, issuewild or iodef: found ${show(text)}`,
  (octets, at) => (octets[at] === 0 ? undefined : endOfString(octets, at)),
  (octets, at, end) => Buffer.from(octets.subarray(at + 1, end)).toString("latin1"),
);

const TAG_TEXT = /^[a-z0-9]{1,15}$/i;

/** What is wrong with rdata of X25 whose parts are well-formed (RFC 1183 §3.1). */
export function explainBadNumber(octets: Uint8Array): string | undefined {
  const isNumber =
    octets.length > 4 && octets.every((octet, i) => i === 0 || (octet >= 0x30 && octet <= 0x39));
  return isNumber ? undefined : "the address must be 4 digits or more";
}

/** What is wrong with rdata of CAA whose parts are well-formed. */
export function explainBadTag(octets: Uint8Array): string | undefined {
  const tag = TAG.format(octets, 1, endOfString(octets, 1));
  return TAG_TEXT.test(tag) ? undefined : "the tag must be 1 to 15 letters and digits";
}

/** One word of text that takes what is left of the rdata. */
export const TEXT: FieldCodec = {
  words: 1,
  read: (cursor, what) => decodeWord(cursor.take(), what),
  end: (octets) => octets.length,
  format: (octets, at, end) => quoteOctets(octets.subarray(at, end)),
};

/** Character-strings of these octets, each with its length in front, those above 255 octets split. */
export function writeStrings(strings: readonly Uint8Array[]): Uint8Array {
  const parts: Uint8Array[] = [];
  for (const string of strings) {
    // An empty string is a string too: one length octet of zero.
    for (let at = 0; at === 0 || at < string.length; at += MAX_STRING) {
      const part = string.subarray(at, at + MAX_STRING);
      parts.push(Uint8Array.of(part.length), part);
    }
  }
  return concat(parts);
}

/** The octets a word stands for, or what is wrong with it. */
export function decodeWord(word: Word | undefined, what: string): Uint8Array | string {
  const { text, quoted } = word ?? { text: "", quoted: false };
  if (!quoted && text.replace(/\\[\s\S]/g, "").includes('"')) {
    return `${what} has a quote in its middle: put all of it in quotes, or write \\" for the quote`;
  }
  return (
    decodeCharacters(text) ??
    `${what} holds a broken escape: \\DDD takes three digits, 000 to 255; a backslash is \\\\`
  );
}

function endOfString(octets: Uint8Array, at: number): number {
  return at + 1 + (octets[at] ?? 0);
}
