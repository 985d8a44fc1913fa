import { text } from "../config/decode.ts";
import type { IssueList } from "../config/issue-list.ts";
import type { Tree } from "../config/tree.ts";
import { formatType } from "../wire/rr-types.ts";
import { decodeCharacters } from "./presentation.ts";
import { writeStrings } from "./text-codecs.ts";
import { splitWords } from "./word.ts";

/** Octets of rdata: its length is a 16-bit field. */
const MAX_RDATA = 65_535;

/**
 * Reads the value of a TXT or SPF record. As in octoDNS, text without quotes is one string, spaces included, in which
 * `\;` stands for `;`; text in quotes is in presentation format and may hold several strings. Strings above 255 octets
 * are split.
 */
export function readTxt(type: number, tree: Tree, issues: IssueList): Uint8Array | undefined {
  const what = `a value of ${formatType(type)}`;
  const written = text(tree, what, issues);
  if (written === undefined) return undefined;
  const strings = written.startsWith('"') ? readQuoted(written) : [readPlain(written)];
  if (strings === undefined) {
    issues.error(
      tree.place,
      `${what} that starts with a quote must be like "one" "two", with \\DDD from 000 to 255`,
    );
    return undefined;
  }
  const octets = writeStrings(strings);
  if (octets.length <= MAX_RDATA) return octets;
  issues.error(
    tree.place,
    `${what} takes ${octets.length} octets: at most ${MAX_RDATA} fit into a record`,
  );
  return undefined;
}

function readPlain(written: string): Uint8Array {
  return new TextEncoder().encode(written.replaceAll("\\;", ";"));
}

function readQuoted(written: string): Uint8Array[] | undefined {
  const words = splitWords(written);
  if (words?.every(({ quoted }) => quoted) !== true) return undefined;
  const strings = words.map((word) => decodeCharacters(word.text));
  return strings.every((string) => string !== undefined) ? strings : undefined;
}
