import { text } from "../config/decode.ts";
import type { IssueList } from "../config/issue-list.ts";
import type { Tree } from "../config/tree.ts";
import { decodeCharacters, splitFields } from "./presentation.ts";

/** Octets of one character-string (RFC 1035 §3.3). */
const MAX_STRING = 255;
/** Octets of rdata: its length is a 16-bit field. */
const MAX_RDATA = 65_535;

/**
 * Reads the value of a TXT record. As in octoDNS, text without quotes is one string, spaces included, in which `\;`
 * stands for `;`; text in quotes is in presentation format and may hold several strings. Strings above 255 octets are
 * split.
 */
export function readTxt(tree: Tree, issues: IssueList): Uint8Array | undefined {
  const written = text(tree, "a value of TXT", issues);
  if (written === undefined) return undefined;
  const strings = written.startsWith('"') ? readQuoted(written) : [readPlain(written)];
  if (strings === undefined || strings.includes(undefined)) {
    issues.error(
      tree.place,
      'a value of TXT that starts with a quote must be like "one" "two", with \\DDD from 000 to 255',
    );
    return undefined;
  }
  const octets: number[] = [];
  for (const string of strings) {
    const whole = string ?? new Uint8Array();
    // An empty string is a string too: one length octet of zero.
    for (let at = 0; at === 0 || at < whole.length; at += MAX_STRING) {
      const part = whole.subarray(at, at + MAX_STRING);
      octets.push(part.length);
      for (const octet of part) octets.push(octet);
    }
  }
  if (octets.length <= MAX_RDATA) return Uint8Array.from(octets);
  issues.error(
    tree.place,
    `a value of TXT takes ${octets.length} octets: at most ${MAX_RDATA} fit into a record`,
  );
  return undefined;
}

function readPlain(written: string): Uint8Array {
  return new TextEncoder().encode(written.replaceAll("\\;", ";"));
}

function readQuoted(written: string): (Uint8Array | undefined)[] | undefined {
  const fields = splitFields(written);
  if (fields?.every(({ isQuoted }) => isQuoted) !== true) return undefined;
  return fields.map((field) => decodeCharacters(field.text));
}
