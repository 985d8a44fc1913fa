import { explainBadAddress, formatAddress, parseAddress } from "../address/parse.ts";
import type { IssueList, Place } from "../config/issue-list.ts";
import { describeTree, quote, type Scalar, type Tree } from "../config/tree.ts";
import { formatType, TYPE_A, TYPE_AAAA, TYPE_SPF, TYPE_TXT } from "../wire/rr-types.ts";
import { RDATA_LAYOUTS } from "./rdata-layouts.ts";
import { absoluteNames } from "./read-name.ts";
import { type RdataProblem, readRecord } from "./read-rdata-words.ts";
import { readStructure } from "./read-structure.ts";
import { readTxt } from "./read-txt.ts";
import { warnAboutRdata } from "./warn-about-rdata.ts";
import { splitWords } from "./word.ts";

/**
 * Reads the rdata of one record of a YAML file, structured as octoDNS spells it or in presentation format, RFC 3597's
 * included.
 *
 * @param apex wire form; names must be absolute, it serves to suggest what was meant
 * @returns wire rdata, names uncompressed; undefined if something is wrong, which is then reported
 */
export function readRdata(
  type: number,
  tree: Tree,
  apex: Uint8Array,
  issues: IssueList,
): Uint8Array | undefined {
  const octets = readTree(type, tree, apex, issues);
  const warning = octets && warnAboutRdata(type, octets);
  if (warning !== undefined) issues.warn(tree.place, `a value of ${formatType(type)}: ${warning}`);
  return octets;
}

function readTree(
  type: number,
  tree: Tree,
  apex: Uint8Array,
  issues: IssueList,
): Uint8Array | undefined {
  const text = tree.kind === "scalar" ? textOf(tree) : undefined;
  const isGeneric = text !== undefined && /^\s*\\#(\s|$)/.test(text);
  if (!isGeneric && (type === TYPE_A || type === TYPE_AAAA)) return readAddress(type, tree, issues);
  if (!isGeneric && (type === TYPE_TXT || type === TYPE_SPF)) return readTxt(type, tree, issues);
  const names = absoluteNames(apex);
  if (tree.kind === "mapping") {
    const structure = readStructure(type, tree, issues);
    if (structure === undefined) return undefined;
    const { words, places } = structure;
    return report(readRecord(type, words, names), (word) => places[word] ?? tree.place, issues);
  }
  if (text === undefined) {
    issues.error(tree.place, explainShape(type, tree));
    return undefined;
  }
  const words = splitWords(text);
  if (words !== undefined) return report(readRecord(type, words, names), () => tree.place, issues);
  issues.error(
    tree.place,
    `a value of ${formatType(type)} must be like ${quote(exampleOf(type))}: a quote is left open in ${quote(text)}`,
  );
  return undefined;
}

/** Text, or a number as it is written: of some types the whole value is digits. */
function textOf({ value, source }: Scalar): string | undefined {
  if (typeof value === "string") return value;
  return typeof value === "number" ? source : undefined;
}

function explainShape(type: number, tree: Tree): string {
  const keys = RDATA_LAYOUTS.get(type)?.keys ?? [];
  const structure =
    keys.length > 1 ? ` or a mapping with ${keys.map((key) => key.keys[0]).join(", ")}` : "";
  return `a value of ${formatType(type)} must be text like ${quote(exampleOf(type))}${structure}: ${describeTree(tree)}`;
}

function exampleOf(type: number): string {
  return RDATA_LAYOUTS.get(type)?.example ?? "\\# 4 0A000001";
}

function report(
  read: Uint8Array | readonly RdataProblem[],
  placeOf: (word: number) => Place,
  issues: IssueList,
): Uint8Array | undefined {
  if (read instanceof Uint8Array) return read;
  for (const { error, word } of read) issues.error(placeOf(word), error);
  return undefined;
}

function readAddress(type: number, tree: Tree, issues: IssueList): Uint8Array | undefined {
  const family = type === TYPE_A ? 4 : 6;
  if (tree.kind !== "scalar" || typeof tree.value !== "string") {
    issues.error(
      tree.place,
      `a value of ${formatType(type)} must be an IPv${family} address: ${describeTree(tree)}`,
    );
    return undefined;
  }
  const address = parseAddress(tree.value);
  if (address === undefined) {
    issues.error(tree.place, explainBadAddress(tree.value));
    return undefined;
  }
  if (address.family === family) return address.octets;
  issues.error(
    tree.place,
    `${formatAddress(address)} is an IPv${address.family} address: ${formatType(type)} records hold IPv${family}; for both, write type: [A, AAAA]`,
  );
  return undefined;
}
