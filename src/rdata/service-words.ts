import type { IssueList, Place } from "../config/issue-list.ts";
import { describeTree, type Tree, type TreeEntry } from "../config/tree.ts";
import { decodeCharacters, quoteOctets } from "./presentation.ts";
import type { Word } from "./word.ts";
import { isNumberedKey, isSvcList, parseSvcKey } from "./write-svc-param.ts";

const COMMA = 0x2c;
const BACKSLASH = 0x5c;

/**
 * The words that a mapping of parameters stands for: a value as text, a list of them, or nothing for a key alone. What is
 * wrong with an entry's shape is reported, and the entry left out.
 */
export function writeServiceWords(
  tree: Tree & { kind: "mapping" },
  issues: IssueList,
): { readonly word: Word; readonly place: Place }[] {
  return tree.entries.flatMap((entry) => {
    const text = writeWord(entry, issues);
    return text === undefined ? [] : [{ word: { text, quoted: false }, place: entry.value.place }];
  });
}

function writeWord(
  { key: name, keyPlace, value }: TreeEntry,
  issues: IssueList,
): string | undefined {
  const key = parseSvcKey(name);
  if (typeof key === "string") {
    issues.error(keyPlace, key);
    return undefined;
  }
  if (value.kind === "scalar" && (value.value === null || value.value === true)) return name;
  if (value.kind !== "list") {
    const octets = readScalar(value, name, issues);
    return octets && `${name}=${quoteOctets(octets)}`;
  }
  if (!isSvcList(key) || isNumberedKey(name)) {
    issues.error(value.place, `${name} takes one value: found a list`);
    return undefined;
  }
  const list: number[] = [];
  for (const [i, item] of value.items.entries()) {
    const octets = readScalar(item, name, issues);
    if (octets === undefined) return undefined;
    if (i > 0) list.push(COMMA);
    // Within an item of a list these are escaped (RFC 9460 appendix A.1).
    for (const octet of octets) {
      if (octet === COMMA || octet === BACKSLASH) list.push(BACKSLASH);
      list.push(octet);
    }
  }
  return `${name}=${quoteOctets(Uint8Array.from(list))}`;
}

function readScalar(tree: Tree, name: string, issues: IssueList): Uint8Array | undefined {
  if (tree.kind === "scalar" && tree.value !== null && typeof tree.value !== "boolean") {
    const octets = decodeCharacters(typeof tree.value === "string" ? tree.value : tree.source);
    if (octets !== undefined) return octets;
  }
  issues.error(
    tree.place,
    `${name} must be text, a number, or a list of them: ${describeTree(tree)}`,
  );
  return undefined;
}
