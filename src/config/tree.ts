import type { Place } from "./issue-list.ts";

/** What a YAML file says, with places: aliases resolved, keys as written, no two alike in a mapping. */
export type Tree = Scalar | List | Mapping;

export interface Scalar {
  readonly kind: "scalar";
  readonly value: string | number | boolean | null;
  /** As written, for plain scalars: `010`, `1.10`, `0x1f`. */
  readonly source: string;
  readonly place: Place;
}

export interface List {
  readonly kind: "list";
  readonly items: readonly Tree[];
  readonly place: Place;
}

export interface Mapping {
  readonly kind: "mapping";
  readonly entries: readonly TreeEntry[];
  readonly place: Place;
}

export interface TreeEntry {
  readonly key: string;
  readonly keyPlace: Place;
  readonly value: Tree;
}

/** "found …" for a message: `found the text "abc"`, `found the number 010`, `found a list`. */
export function describeTree(tree: Tree): string {
  switch (tree.kind) {
    case "list":
      return "found a list";
    case "mapping":
      return "found a mapping";
    case "scalar":
      if (tree.value === null) return "found nothing";
      if (typeof tree.value === "string") return `found ${quote(tree.value)}`;
      return `found the ${typeof tree.value} ${tree.source}`;
  }
}

/** Text of a file as it may stand in a message: quoted and of bounded length. */
export function quote(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
}
