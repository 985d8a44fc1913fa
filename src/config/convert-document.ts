import { isAlias, isMap, isScalar, isSeq, type Node, type ParsedNode, type Scalar } from "yaml";
import type { IssueList, Place } from "./issue-list.ts";
import { quote, type Tree, type TreeEntry } from "./tree.ts";
import type { YamlLimits } from "./yaml-limits.ts";

/** Turns the library's document into a `Tree`; what has no place there is reported and left out. Undefined if it is too large. */
export function convertDocument(
  contents: ParsedNode,
  issues: IssueList,
  limits: YamlLimits,
): Tree | undefined {
  const converter: Converter = {
    issues,
    limits,
    anchors: new Map(),
    open: new Set(),
    nodes: 0,
    aliases: 0,
    overflow: false,
  };
  const tree = convert(contents, converter);
  return converter.overflow ? undefined : tree;
}

interface Converter {
  readonly issues: IssueList;
  readonly limits: YamlLimits;
  /** The latest node of each anchor: an alias means the one before it. */
  readonly anchors: Map<string, Node>;
  /** Nodes being converted, to notice one that holds itself. */
  readonly open: Set<Node>;
  nodes: number;
  aliases: number;
  overflow: boolean;
}

/** Something where nothing usable stands, so that the rest can be read on. */
function nothingAt(place: Place): Tree {
  return { kind: "scalar", value: null, source: "", place };
}

function convert(node: Node | null, converter: Converter): Tree {
  const place = placeOf(node);
  if (node === null || converter.overflow) return nothingAt(place);
  converter.nodes += 1;
  if (converter.nodes > converter.limits.nodes) {
    return stop(place, `the file has more than ${converter.limits.nodes} parts`, converter);
  }
  if (isAlias(node)) return convertAlias(node.source, place, converter);
  if ((isScalar(node) || isMap(node) || isSeq(node)) && node.anchor !== undefined) {
    converter.anchors.set(node.anchor, node);
  }
  if (isScalar(node)) return convertScalar(node, place, converter);
  if (!isMap(node) && !isSeq(node)) return nothingAt(place);
  if (converter.open.has(node)) {
    return stop(place, "an alias inside of what it stands for: it would never end", converter);
  }
  // The text itself is no deeper; aliases within aliases can be.
  if (converter.open.size > converter.limits.depth) {
    return stop(place, `nested more than ${converter.limits.depth} levels deep`, converter);
  }
  converter.open.add(node);
  const tree: Tree = isMap(node)
    ? { kind: "mapping", entries: convertEntries(node.items as Pairs, converter), place }
    : {
        kind: "list",
        items: node.items.map((item) => convert(item as Node | null, converter)),
        place,
      };
  converter.open.delete(node);
  return tree;
}

type Pairs = readonly { readonly key: Node; readonly value: Node | null }[];

function convertEntries(pairs: Pairs, converter: Converter): TreeEntry[] {
  const { issues } = converter;
  const entries: TreeEntry[] = [];
  const seen = new Map<string, Place>();
  for (const pair of pairs) {
    if (converter.overflow) break;
    const keyPlace = placeOf(pair.key);
    if (!isScalar(pair.key)) {
      issues.error(keyPlace, "a key must be plain text");
      continue;
    }
    const key = readKey(pair.key);
    const first = seen.get(key);
    if (first !== undefined) {
      const line = issues.lineOf(first.start);
      issues.error(keyPlace, `the key ${quote(key)} is written twice: first in line ${line}`);
      continue;
    }
    if (key === "<<" && pair.key.type === "PLAIN") {
      issues.error(keyPlace, 'merge keys ("<<") are not read: YAML 1.2 has none');
      continue;
    }
    seen.set(key, keyPlace);
    if (pair.key.anchor !== undefined) converter.anchors.set(pair.key.anchor, pair.key);
    const value = pair.value === null ? nothingAt(keyPlace) : convert(pair.value, converter);
    // A missing value has no extent of its own: its key is what a caret can point at.
    const isMissing = value.kind === "scalar" && value.value === null && value.source === "";
    entries.push({ key, keyPlace, value: isMissing ? nothingAt(keyPlace) : value });
  }
  return entries;
}

/** A key as written: `010` and `1.10` are names here, never numbers. */
function readKey(key: Scalar): string {
  return typeof key.value === "string" ? key.value : (key.source ?? "");
}

function convertScalar(node: Scalar, place: Place, converter: Converter): Tree {
  const { value } = node;
  if (
    value === null ||
    typeof value === "string" ||
    typeof value === "number" ||
    typeof value === "boolean"
  ) {
    return { kind: "scalar", value, source: node.source ?? "", place };
  }
  converter.issues.error(place, "a value of this kind is not read: write text or a number");
  return nothingAt(place);
}

function convertAlias(name: string, place: Place, converter: Converter): Tree {
  converter.aliases += 1;
  if (converter.aliases > converter.limits.aliases) {
    return stop(place, `more than ${converter.limits.aliases} aliases are followed`, converter);
  }
  const target = converter.anchors.get(name);
  if (target === undefined) {
    converter.issues.error(place, `no anchor ${quote(`&${name}`)} stands before this alias`);
    return nothingAt(place);
  }
  return convert(target, converter);
}

function stop(place: Place, message: string, converter: Converter): Tree {
  converter.overflow = true;
  converter.issues.error(place, message);
  return nothingAt(place);
}

function placeOf(node: Node | null): Place {
  const range = node?.range;
  if (!range) return { start: 0, end: 1 };
  return { start: range[0], end: Math.max(range[0] + 1, range[1]) };
}
