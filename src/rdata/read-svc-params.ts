import { type Decoder, mapOf } from "../config/decode.ts";
import type { IssueList, Place } from "../config/issue-list.ts";
import { describeTree, type Tree } from "../config/tree.ts";
import { decodeCharacters } from "./presentation.ts";
import type { SvcParam } from "./svc-params.ts";
import { toOctets } from "./to-octets.ts";
import { isSvcList, parseSvcKey, splitSvcList, writeSvcParam } from "./write-svc-param.ts";

/**
 * Splits rdata in presentation format into words; what stands in quotes is part of a word (RFC 9460 §2.1). Undefined if a
 * quote is left open.
 */
export function splitWords(written: string): string[] | undefined {
  const word = /(?:[^\s"\\]|\\[\s\S]|"(?:[^"\\]|\\[\s\S])*")+/g;
  return written.replace(word, "").trim() === "" ? (written.match(word) ?? []) : undefined;
}

/** The parameters `alpn`, `alpn=h2`, `alpn="h2,h3"` in wire form; undefined if one is wrong, which is then reported. */
export function readSvcWords(
  words: readonly string[],
  place: Place,
  issues: IssueList,
): Uint8Array | undefined {
  return writeAll(words.map((word) => take(readWord(word), place, issues)));
}

/** The parameters of a mapping: a value as text, a list of them, or nothing for a key alone. */
export function readSvcMapping(
  tree: Tree,
  name: string,
  issues: IssueList,
): Uint8Array | undefined {
  const entries = mapOf("parameters by name", parts)(tree, name, issues);
  if (entries === undefined) return undefined;
  return writeAll(
    entries.map(({ key: written, keyPlace, value, place }) => {
      if (value === undefined) return undefined;
      const key = parseSvcKey(written);
      if (typeof key === "string") return take(key, keyPlace, issues);
      return take(writeSvcParam(key, splitParts(key, value)), place, issues);
    }),
  );
}

function readWord(word: string): SvcParam | string {
  const equals = word.indexOf("=");
  const name = equals < 0 ? word : word.slice(0, equals);
  const key = parseSvcKey(name);
  if (typeof key === "string") return key;
  const value = equals < 0 ? "" : word.slice(equals + 1);
  const bare = /^"([\s\S]*)"$/.exec(value)?.[1] ?? value;
  const octets = bare.replace(/\\[\s\S]/g, "").includes('"') ? undefined : decodeCharacters(bare);
  if (octets === undefined) {
    return `the value of ${name} must be like ${name}=one or ${name}="two", with \\DDD from 000 to 255`;
  }
  return writeSvcParam(key, splitParts(key, octets));
}

/** What a list was not written as already, its commas separate. */
function splitParts(key: number, value: Uint8Array | readonly Uint8Array[]): readonly Uint8Array[] {
  if (!(value instanceof Uint8Array)) return value;
  if (value.length === 0) return [];
  return isSvcList(key) ? splitSvcList(value) : [value];
}

/** A value of the file: `h2`, `[h2, h3]`, `8443`, or nothing. */
const parts: Decoder<Uint8Array | readonly Uint8Array[]> = (tree, name, issues) => {
  if (tree.kind === "list") {
    const items = tree.items.map((item) => readScalar(item, name, issues));
    return items.every((item) => item !== undefined) ? items : undefined;
  }
  return readScalar(tree, name, issues);
};

function readScalar(tree: Tree, name: string, issues: IssueList): Uint8Array | undefined {
  if (tree.kind === "scalar") {
    const { value, source } = tree;
    if (value === null || value === true) return new Uint8Array();
    const octets = decodeCharacters(typeof value === "string" ? value : source);
    if (value !== false && octets !== undefined) return octets;
  }
  issues.error(
    tree.place,
    `${name} must be text, a number, or a list of them: ${describeTree(tree)}`,
  );
  return undefined;
}

function take(param: SvcParam | string, place: Place, issues: IssueList): SvcParam | undefined {
  if (typeof param !== "string") return param;
  issues.error(place, param);
  return undefined;
}

/** Ascending, whatever the order they were written in (RFC 9460 §2.2). */
function writeAll(params: readonly (SvcParam | undefined)[]): Uint8Array | undefined {
  if (!params.every((param) => param !== undefined)) return undefined;
  const sorted = params.toSorted((a, b) => a.key - b.key);
  return Uint8Array.from(
    sorted.flatMap(({ key, value }) => [
      ...toOctets(key, 2),
      ...toOctets(value.length, 2),
      ...value,
    ]),
  );
}
