/**
 * Small readers of `Tree`s, and how larger ones are made of them. A decoder gives the value, or reports what is wrong
 * and gives undefined; it goes on after a mistake, so that all of a file's are reported together.
 */
import { describe, type JsonSchema, schemaOf, textSchema } from "./describe.ts";
import type { IssueList, Place } from "./issue-list.ts";
import { suggest } from "./suggest.ts";
import { describeTree, quote, type Scalar, type Tree } from "./tree.ts";

/** `name` is the key the tree stands under, for messages. */
export type Decoder<T> = (tree: Tree, name: string, issues: IssueList) => T | undefined;

/** A value and where it is written. */
export interface Located<T> {
  readonly value: T;
  readonly place: Place;
}

/** A key that the file chose, and its value; undefined if that was refused. */
export interface Entry<T> {
  readonly key: string;
  readonly keyPlace: Place;
  readonly value: T | undefined;
  readonly place: Place;
}

/** One key of an object: how its value is read. */
export interface Field<T> {
  readonly decode: Decoder<T>;
  readonly required: boolean;
}

/** The fields of an interface whose members are all `Located<…>`, or `Located<…> | undefined` if they may be missing. */
export type Fields<T> = {
  readonly [K in keyof T]-?: Field<NonNullable<T[K]> extends Located<infer V> ? V : never>;
};

export function required<T>(decode: Decoder<T>): Field<T> {
  return { decode, required: true };
}

export function optional<T>(decode: Decoder<T>): Field<T> {
  return { decode, required: false };
}

/**
 * A mapping with fixed keys.
 *
 * @param what for messages: `a pool`
 */
export function object<T>(what: string, fields: Fields<T>): Decoder<T> {
  // A Map, not the object itself: `constructor` and `__proto__` are unknown keys like any other.
  const table = new Map<string, Field<unknown>>(Object.entries(fields));
  const decode: Decoder<T> = (tree, name, issues) => {
    if (tree.kind !== "mapping") {
      issues.error(tree.place, `${name} must be ${what}, a mapping: ${describeTree(tree)}`);
      return undefined;
    }
    const result: Record<string, Located<unknown> | undefined> = {};
    for (const key of table.keys()) result[key] = undefined;
    const present = new Set<string>();
    for (const { key, keyPlace, value } of tree.entries) {
      const field = table.get(key);
      present.add(key);
      if (field === undefined) {
        issues.error(keyPlace, explainUnknownKey(key, what, [...table.keys()]));
        continue;
      }
      const decoded = field.decode(value, key, issues);
      if (decoded !== undefined) result[key] = { value: decoded, place: value.place };
    }
    let complete = true;
    for (const [key, field] of table) {
      if (!field.required) continue;
      if (!present.has(key)) issues.error(startOf(tree), `${what} needs the key ${quote(key)}`);
      if (result[key] === undefined) complete = false;
    }
    return complete ? (result as T) : undefined;
  };
  return describe(decode, () => ({
    title: what,
    type: "object",
    properties: Object.fromEntries([...table].map(([key, field]) => [key, schemaOf(field.decode)])),
    required: [...table].filter(([, field]) => field.required).map(([key]) => key),
    additionalProperties: false,
  }));
}

/** A mapping whose keys the file chooses. Refused values are kept as undefined: their names are still known. */
export function mapOf<T>(what: string, decode: Decoder<T>): Decoder<readonly Entry<T>[]> {
  const map: Decoder<readonly Entry<T>[]> = (tree, name, issues) => {
    if (tree.kind !== "mapping") {
      issues.error(tree.place, `${name} must be ${what}, a mapping: ${describeTree(tree)}`);
      return undefined;
    }
    return tree.entries.map(({ key, keyPlace, value }) => ({
      key,
      keyPlace,
      value: decode(value, key, issues),
      place: value.place,
    }));
  };
  return describe(map, () => ({
    title: what,
    type: "object",
    additionalProperties: schemaOf(decode),
  }));
}

/** A list, or one element that stands for a list of one. Refused elements are left out. */
export function listOf<T>(decode: Decoder<T>): Decoder<readonly Located<T>[]> {
  const list: Decoder<readonly Located<T>[]> = (tree, name, issues) => {
    const items = tree.kind === "list" ? tree.items : [tree];
    const decoded: Located<T>[] = [];
    for (const item of items) {
      const value = decode(item, name, issues);
      if (value !== undefined) decoded.push({ value, place: item.place });
    }
    return decoded;
  };
  return describe(list, () => listSchema(decode, 0));
}

/** A list with at least one element. Refused elements are left out. */
export function fullListOf<T>(decode: Decoder<T>): Decoder<readonly Located<T>[]> {
  const list = listOf(decode);
  const full: Decoder<readonly Located<T>[]> = (tree, name, issues) => {
    if (tree.kind === "list" && tree.items.length === 0) {
      issues.error(tree.place, `${name} is an empty list: at least one is needed`);
      return undefined;
    }
    return list(tree, name, issues);
  };
  return describe(full, () => listSchema(decode, 1));
}

/** A list with at least one element, refused as a whole with any of them: for lists in which one tells of the others. */
export function strictListOf<T>(decode: Decoder<T>): Decoder<readonly Located<T>[]> {
  const list = fullListOf(decode);
  const strict: Decoder<readonly Located<T>[]> = (tree, name, issues) => {
    const decoded = list(tree, name, issues);
    const expected = tree.kind === "list" ? tree.items.length : 1;
    return decoded?.length === expected ? decoded : undefined;
  };
  return describe(strict, () => schemaOf(list));
}

function listSchema(decode: Decoder<unknown>, minItems: number): JsonSchema {
  const item = schemaOf(decode);
  return { anyOf: [item, { type: "array", items: item, minItems }] };
}

/** The tree as it is, for what can only be read once more is known. */
export const anything: Decoder<Tree> = describe(
  (tree) => tree,
  () => ({}),
);

export const text: Decoder<string> = describe((tree, name, issues) => {
  if (tree.kind === "scalar" && typeof tree.value === "string") return tree.value;
  const hint = isUnquoted(tree) ? `; put it in quotes: "${tree.source}"` : "";
  issues.error(tree.place, `${name} must be text: ${describeTree(tree)}${hint}`);
  return undefined;
}, textSchema);

export const boolean: Decoder<boolean> = describe(
  (tree, name, issues) => {
    if (tree.kind === "scalar" && typeof tree.value === "boolean") return tree.value;
    issues.error(tree.place, `${name} must be true or false: ${describeTree(tree)}`);
    return undefined;
  },
  () => ({ type: "boolean" }),
);

/** A whole number, written in decimal. */
export function integer(least: number, most: number): Decoder<number> {
  const decode: Decoder<number> = (tree, name, issues) => {
    const allowed = `${name} must be a whole number from ${least} to ${most}`;
    const value = readNumber(tree, allowed, issues);
    if (value === undefined) return undefined;
    if (Number.isInteger(value) && value >= least && value <= most) return value;
    issues.error(tree.place, `${allowed}: ${describeTree(tree)}`);
    return undefined;
  };
  return describe(decode, () => ({ type: "integer", minimum: least, maximum: most }));
}

/** Any number in a range. */
export function number(least: number, most: number): Decoder<number> {
  const decode: Decoder<number> = (tree, name, issues) => {
    const allowed = `${name} must be a number from ${least} to ${most}`;
    const value = readNumber(tree, allowed, issues);
    if (value === undefined) return undefined;
    if (value >= least && value <= most) return value;
    issues.error(tree.place, `${allowed}: ${describeTree(tree)}`);
    return undefined;
  };
  return describe(decode, () => ({ type: "number", minimum: least, maximum: most }));
}

/** One of some words; those of the format that are not built yet are told from mistakes. */
export function oneOf<T extends string>(
  words: readonly T[],
  later: readonly string[] = [],
): Decoder<T> {
  const decode: Decoder<T> = (tree, name, issues) => {
    const value = tree.kind === "scalar" && typeof tree.value === "string" ? tree.value : undefined;
    const word = words.find((candidate) => candidate === value);
    if (word !== undefined) return word;
    if (value !== undefined && later.includes(value)) {
      issues.error(
        tree.place,
        `${name} ${quote(value)} is not supported yet; supported: ${list(words)}`,
      );
      return undefined;
    }
    const hint = value === undefined ? "" : suggest(value, [...words, ...later]);
    issues.error(tree.place, `${name} must be ${list(words)}: ${describeTree(tree)}${hint}`);
    return undefined;
  };
  return describe(decode, () => ({ enum: words }));
}

/** `a, b or c`. */
export function list(words: readonly string[]): string {
  if (words.length < 2) return words.join("");
  return `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
}

/** Where a tree begins: a caret under the whole of a long mapping would point at nothing. */
export function startOf(tree: { readonly place: Place }): Place {
  return { start: tree.place.start, end: tree.place.start + 1 };
}

function explainUnknownKey(key: string, what: string, known: readonly string[]): string {
  const hint = suggest(key, known);
  const allowed = hint === "" ? `; allowed: ${known.join(", ")}` : hint;
  return `unknown key ${quote(key)} in ${what}${allowed}`;
}

/** A number in decimal notation: 0x1f, 1e3 and 010 mean different things to different readers. */
function readNumber(tree: Tree, allowed: string, issues: IssueList): number | undefined {
  if (tree.kind === "scalar" && typeof tree.value === "number") {
    if (/^[-+]?(0|[1-9]\d*)(\.\d+)?$/.test(tree.source)) return tree.value;
    const zeros = /^[-+]?0\d+$/.test(tree.source) ? ", which some read as octal" : "";
    issues.error(
      tree.place,
      `${allowed}, in decimal: ${describeTree(tree)}${zeros}; write ${tree.value}`,
    );
    return undefined;
  }
  const quoted =
    tree.kind === "scalar" && typeof tree.value === "string" && /^\d+$/.test(tree.value)
      ? "; remove the quotes"
      : "";
  issues.error(tree.place, `${allowed}: ${describeTree(tree)}${quoted}`);
  return undefined;
}

function isUnquoted(tree: Tree): tree is Scalar {
  return tree.kind === "scalar" && typeof tree.value !== "string" && tree.source !== "";
}
