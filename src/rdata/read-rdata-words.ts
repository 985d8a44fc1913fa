import { quote } from "../config/tree.ts";
import { parseName } from "../wire/name.ts";
import { formatType, isDataType } from "../wire/rr-types.ts";
import { parseHex } from "./binary-codecs.ts";
import { explainBadRdata } from "./check-rdata.ts";
import { concat } from "./concat.ts";
import type { RdataLayout } from "./rdata-layout.ts";
import { RDATA_LAYOUTS } from "./rdata-layouts.ts";
import { type NameRule, type Word, WordCursor } from "./word.ts";

/** What is wrong with the words of a record. */
export interface RdataProblem {
  readonly error: string;
  /** The number of the word it is about, from 0; the last one where a word is missing. */
  readonly word: number;
}

/** Octets of rdata: its length is a 16-bit field. */
const MAX_RDATA = 65_535;

/**
 * Reads the rdata of one record in presentation format, or in the generic one that every type has: `\# 4 0A000001`
 * (RFC 3597 §5).
 *
 * @param words behind the type, comments and parentheses left out
 * @param origin wire form; completes names without a dot at the end
 * @returns wire rdata, names uncompressed
 */
export function readRdataWords(
  type: number,
  words: readonly Word[],
  origin: Uint8Array,
): Uint8Array | RdataProblem {
  const read = readRecord(type, words, relativeTo(origin));
  return read instanceof Uint8Array ? read : (read[0] ?? { error: "no rdata", word: 0 });
}

/** The same with names read by any rule, and with all that is wrong, at least one problem. */
export function readRecord(
  type: number,
  words: readonly Word[],
  names: NameRule,
): Uint8Array | readonly RdataProblem[] {
  if (!isDataType(type)) {
    return [{ error: `${formatType(type)} is no type of a record`, word: 0 }];
  }
  if (words[0]?.text === "\\#" && !words[0].quoted) return readGeneric(type, words);
  const layout = RDATA_LAYOUTS.get(type);
  if (layout === undefined) {
    const error = `${formatType(type)} has the generic form only, like \\# 4 0A000001: found ${show(words)}`;
    return [{ error, word: 0 }];
  }
  const parts = readFields(type, layout, words, names);
  if (!(parts instanceof Uint8Array)) return parts;
  const problem = layout.explainBad?.(parts) ?? explainBadSize(parts);
  if (problem === undefined) return parts;
  return [{ error: `a value of ${formatType(type)}: ${problem}`, word: 0 }];
}

function readFields(
  type: number,
  { fields, example }: RdataLayout,
  words: readonly Word[],
  names: NameRule,
): Uint8Array | readonly RdataProblem[] {
  const explainCount = (): readonly RdataProblem[] => {
    const found = `${words.length} ${words.length === 1 ? "field" : "fields"}`;
    const error = `a value of ${formatType(type)} must be like ${quote(example)}: found ${found} in ${show(words)}`;
    return [{ error, word: Math.max(0, words.length - 1) }];
  };
  const fixed = countWords(fields);
  if (fixed !== undefined && fixed !== words.length) return explainCount();
  const cursor = new WordCursor(words, names);
  const parts: Uint8Array[] = [];
  const problems: RdataProblem[] = [];
  for (const { name, codec } of fields) {
    const start = cursor.taken;
    if (cursor.left < (codec.words ?? 0)) return explainCount();
    const part = codec.read(cursor, name, parts);
    if (typeof part !== "string") {
      parts.push(part);
      continue;
    }
    problems.push({ error: part, word: Math.max(0, cursor.taken - 1) });
    // Where a field of unknown extent is wrong, nothing is known about what follows.
    if (codec.words === undefined) return problems;
    parts.push(new Uint8Array());
    cursor.moveTo(start + codec.words);
  }
  if (problems.length > 0) return problems;
  return cursor.left > 0 ? explainCount() : concat(parts);
}

/** How many words all fields take; undefined if that depends. */
function countWords(fields: RdataLayout["fields"]): number | undefined {
  let count = 0;
  for (const { codec } of fields) {
    if (codec.words === undefined) return undefined;
    count += codec.words;
  }
  return count;
}

/** `\#`, the number of octets, and their hexadecimal digits in any number of words. */
function readGeneric(type: number, words: readonly Word[]): Uint8Array | readonly RdataProblem[] {
  const fail = (problem: string, word: number): readonly RdataProblem[] => [
    {
      error: `bad rdata of ${formatType(type)}: ${problem}`,
      word: Math.min(word, words.length - 1),
    },
  ];
  const length = words[1]?.text ?? "";
  if (!/^\d{1,5}$/.test(length)) {
    return fail("\\# needs the number of octets, then their hexadecimal digits", 1);
  }
  const octets = parseHex(
    words
      .slice(2)
      .map(({ text }) => text)
      .join(""),
  );
  if (octets === undefined) return fail("\\# needs pairs of hexadecimal digits", 2);
  if (octets.length !== Number(length)) {
    return fail(`\\# says ${length} octets and has ${octets.length}`, 1);
  }
  const problem = explainBadRdata(type, octets) ?? explainBadSize(octets);
  return problem === undefined ? octets : fail(problem, 0);
}

function explainBadSize({ length }: Uint8Array): string | undefined {
  return length <= MAX_RDATA
    ? undefined
    : `it takes ${length} octets: at most ${MAX_RDATA} fit into a record`;
}

/** As master files have names: what ends without a dot is completed with the origin. */
function relativeTo(origin: Uint8Array): NameRule {
  const readName = (text: string, what: string): Uint8Array | string => {
    const parsed = parseName(text, origin);
    if (!parsed.ok) return `${what} is no name: ${parsed.error}`;
    return text === "" ? `${what} must be a name: found ""` : parsed.name;
  };
  return { readName, readMailbox: readName };
}

function show(words: readonly Word[]): string {
  return quote(words.map(({ text, quoted }) => (quoted ? `"${text}"` : text)).join(" "));
}
