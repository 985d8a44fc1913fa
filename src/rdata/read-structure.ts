import { startOf } from "../config/decode.ts";
import type { IssueList, Place } from "../config/issue-list.ts";
import { suggest } from "../config/suggest.ts";
import { describeTree, quote, type Tree, type TreeEntry } from "../config/tree.ts";
import { formatType } from "../wire/rr-types.ts";
import type { FieldCodec } from "./field-codec.ts";
import type { RdataKey, RdataLayout } from "./rdata-layout.ts";
import { RDATA_LAYOUTS } from "./rdata-layouts.ts";
import { PARAMS } from "./service-codec.ts";
import { writeServiceWords } from "./service-words.ts";
import { splitWords, type Word } from "./word.ts";

/** The words of presentation format that a mapping stands for, and where each of them is written. */
export interface Structure {
  readonly words: readonly Word[];
  readonly places: readonly Place[];
}

/** Takes the words of a record out of a mapping; undefined if its keys are not the type's, which is then reported. */
export function readStructure(
  type: number,
  tree: Tree & { kind: "mapping" },
  issues: IssueList,
): Structure | undefined {
  const errors = issues.errors;
  const layout = RDATA_LAYOUTS.get(type);
  const fields = layout?.fields ?? [];
  const keys = layout === undefined ? [] : findKeys(type, tree, layout, issues);
  refuseUnknownKeys(type, tree, keys, issues);
  const found: Found[] = [];
  for (const [i, key] of keys.entries()) {
    const entry = tree.entries.find((candidate) => key.keys.includes(candidate.key));
    if (entry !== undefined) {
      const codec = i === keys.length - 1 ? fields.at(-1)?.codec : undefined;
      found.push(...readEntry(entry, codec, issues));
    } else if (key.absent === undefined) {
      issues.error(
        startOf(tree),
        `a value of ${formatType(type)} needs the key ${quote(key.keys[0])}`,
      );
    } else if (key.absent !== "") {
      found.push({ word: { text: key.absent, quoted: false }, place: startOf(tree) });
    }
  }
  if (issues.errors > errors) return undefined;
  return { words: found.map(({ word }) => word), places: found.map(({ place }) => place) };
}

/** The keys that a mapping is written with: those of today, or older ones if it has one that is none today. */
function findKeys(
  type: number,
  tree: Tree & { kind: "mapping" },
  { keys, olderKeys = [] }: RdataLayout,
  issues: IssueList,
): readonly RdataKey[] {
  const known = keys.flatMap((key) => key.keys);
  const isOlder = tree.entries.some(({ key }) => olderKeys.includes(key) && !known.includes(key));
  const isNewer = tree.entries.some(({ key }) => known.includes(key) && !olderKeys.includes(key));
  if (!isOlder || isNewer) return keys;
  const names = keys.map((key) => key.keys[0]).join(", ");
  issues.warn(
    startOf(tree),
    `${olderKeys.join(", ")} is how octoDNS once wrote ${formatType(type)}: write ${names}, in this order`,
  );
  return olderKeys.map((key) => ({ keys: [key] }));
}

interface Found {
  readonly word: Word;
  readonly place: Place;
}

/** @param last how the words behind the last key are read; only these may be any number */
function readEntry(
  { key, value }: TreeEntry,
  last: FieldCodec | undefined,
  issues: IssueList,
): Found[] {
  const { place } = value;
  if (last === PARAMS && value.kind === "mapping") return writeServiceWords(value, issues);
  if (last === PARAMS && value.kind === "list") {
    issues.error(place, `${key} must be parameters by name, a mapping: found a list`);
    return [];
  }
  const isOpen = last !== undefined && last.words === undefined;
  const items = isOpen && value.kind === "list" ? value.items : [value];
  return items.flatMap((item) => {
    if (item.kind === "scalar" && typeof item.value === "number") {
      return [{ word: { text: item.source, quoted: false }, place }];
    }
    if (item.kind === "scalar" && typeof item.value === "string") {
      const word = { text: item.value, quoted: true };
      const words = isOpen ? splitWords(item.value) : [word];
      if (words !== undefined) return words.map((each) => ({ word: each, place: item.place }));
    }
    if (isOpen && item.kind === "scalar" && item.value === null) return [];
    issues.error(item.place, `${key} must be text or a number: ${describeTree(item)}`);
    return [];
  });
}

function refuseUnknownKeys(
  type: number,
  tree: Tree & { kind: "mapping" },
  keys: readonly RdataKey[],
  issues: IssueList,
): void {
  const known = keys.flatMap((key) => key.keys);
  const allowed = keys.map((key) => key.keys[0]).join(", ");
  for (const { key, keyPlace } of tree.entries) {
    if (known.includes(key)) continue;
    const hint = suggest(key, known);
    issues.error(
      keyPlace,
      `unknown key ${quote(key)} in a value of ${formatType(type)}${hint === "" ? `; allowed: ${allowed}` : hint}`,
    );
  }
}
