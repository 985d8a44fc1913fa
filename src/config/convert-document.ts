import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Node,
  type ParsedNode,
  type Scalar,
  type YAMLMap,
  type YAMLSeq,
} from "yaml";
import type { IssueList, Place } from "./issue-list.ts";
import { quote, type Tree, type TreeEntry } from "./tree.ts";
import type { YamlLimits } from "./yaml-limits.ts";

/** A mapping or list whose first items have been converted before the rest of it was read. */
export interface Begun {
  /** Where it begins. */
  readonly start: number;
  /** Of a mapping. */
  readonly entries: TreeEntry[];
  readonly seen: Map<string, Place>;
  /** Of a list. */
  readonly items: Tree[];
}

/**
 * Turns the library's nodes into a `Tree`; what has no place there is reported and left out. Nodes come in the order of
 * the text: an alias means the anchor before it.
 */
export class DocumentConverter {
  readonly #issues: Pick<IssueList, "error" | "lineOf">;
  readonly #limits: YamlLimits;
  /** The latest node of each anchor: an alias means the one before it. */
  readonly #anchors = new Map<string, Node>();
  /** Nodes being converted, to notice one that holds itself. */
  readonly #open = new Set<Node>();
  /** By the offset at which the rest of each begins. */
  readonly #begunMappings = new Map<number, Begun>();
  readonly #begunLists = new Map<number, Begun>();
  #nodes = 0;
  #aliases = 0;
  #isOverfull = false;

  constructor(issues: Pick<IssueList, "error" | "lineOf">, limits: YamlLimits) {
    this.#issues = issues;
    this.#limits = limits;
  }

  /** True once the file has turned out to be larger than is allowed; that has been reported. */
  get isOverfull(): boolean {
    return this.#isOverfull;
  }

  /** Undefined if the document is too large. */
  convertDocument(contents: ParsedNode): Tree | undefined {
    const tree = this.#convert(contents);
    return this.#isOverfull ? undefined : tree;
  }

  /** Converts some more items of a mapping or list. */
  convertSome(items: ParsedNode, begun: Begun): void {
    this.#nodes -= 1;
    this.#convertCollection(items as YAMLMap | YAMLSeq, placeOf(items), begun);
  }

  /** Announces that the rest of a mapping or list begins at that offset. */
  resume(kind: "mapping" | "list", offset: number, begun: Begun): void {
    (kind === "mapping" ? this.#begunMappings : this.#begunLists).set(offset, begun);
  }

  #convert(node: Node | null): Tree {
    const place = placeOf(node);
    if (node === null || this.#isOverfull) return nothingAt(place);
    this.#nodes += 1;
    if (this.#nodes > this.#limits.nodes) {
      return this.#stop(place, `the file has more than ${this.#limits.nodes} parts`);
    }
    if (isAlias(node)) return this.#convertAlias(node.source, place);
    if ((isScalar(node) || isMap(node) || isSeq(node)) && node.anchor !== undefined) {
      this.#anchors.set(node.anchor, node);
    }
    if (isScalar(node)) return this.#convertScalar(node, place);
    if (!isMap(node) && !isSeq(node)) return nothingAt(place);
    if (this.#open.has(node)) {
      return this.#stop(place, "an alias inside of what it stands for: it would never end");
    }
    // The text itself is no deeper; aliases within aliases can be.
    if (this.#open.size > this.#limits.depth) {
      return this.#stop(place, `nested more than ${this.#limits.depth} levels deep`);
    }
    const begun = (isMap(node) ? this.#begunMappings : this.#begunLists).get(place.start);
    this.#open.add(node);
    const tree = this.#convertCollection(node, place, begun);
    this.#open.delete(node);
    return tree;
  }

  #convertCollection(node: YAMLMap | YAMLSeq, { start, end }: Place, begun?: Begun): Tree {
    const place = { start: begun?.start ?? start, end };
    if (isMap(node)) {
      const entries = begun?.entries ?? [];
      this.#convertEntries(node.items as Pairs, entries, begun?.seen ?? new Map());
      return { kind: "mapping", entries, place };
    }
    const items = begun?.items ?? [];
    for (const item of node.items) items.push(this.#convert(item as Node | null));
    return { kind: "list", items, place };
  }

  #convertEntries(pairs: Pairs, entries: TreeEntry[], seen: Map<string, Place>): void {
    const issues = this.#issues;
    for (const pair of pairs) {
      if (this.#isOverfull) break;
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
      if (pair.key.anchor !== undefined) this.#anchors.set(pair.key.anchor, pair.key);
      const value = pair.value === null ? nothingAt(keyPlace) : this.#convert(pair.value);
      // A missing value has no extent of its own: its key is what a caret can point at.
      const isMissing = value.kind === "scalar" && value.value === null && value.source === "";
      entries.push({ key, keyPlace, value: isMissing ? nothingAt(keyPlace) : value });
    }
  }

  #convertScalar(node: Scalar, place: Place): Tree {
    const { value } = node;
    if (
      value === null ||
      typeof value === "string" ||
      typeof value === "number" ||
      typeof value === "boolean"
    ) {
      return { kind: "scalar", value, source: node.source ?? "", place };
    }
    this.#issues.error(place, "a value of this kind is not read: write text or a number");
    return nothingAt(place);
  }

  #convertAlias(name: string, place: Place): Tree {
    this.#aliases += 1;
    if (this.#aliases > this.#limits.aliases) {
      return this.#stop(place, `more than ${this.#limits.aliases} aliases are followed`);
    }
    const target = this.#anchors.get(name);
    if (target === undefined) {
      this.#issues.error(place, `no anchor ${quote(`&${name}`)} stands before this alias`);
      return nothingAt(place);
    }
    return this.#convert(target);
  }

  #stop(place: Place, message: string): Tree {
    this.#isOverfull = true;
    this.#issues.error(place, message);
    return nothingAt(place);
  }
}

type Pairs = readonly { readonly key: Node; readonly value: Node | null }[];

/** Something where nothing usable stands, so that the rest can be read on. */
function nothingAt(place: Place): Tree {
  return { kind: "scalar", value: null, source: "", place };
}

/** A key as written: `010` and `1.10` are names here, never numbers. */
function readKey(key: Scalar): string {
  return typeof key.value === "string" ? key.value : (key.source ?? "");
}

function placeOf(node: Node | null): Place {
  const range = node?.range;
  if (!range) return { start: 0, end: 1 };
  return { start: range[0], end: Math.max(range[0] + 1, range[1]) };
}
