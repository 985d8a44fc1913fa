import { Composer, type CST, type Document, type YAMLError } from "yaml";
import { listInside, type NestingCheck } from "./check-nesting.ts";
import type { Begun, DocumentConverter } from "./convert-document.ts";

type Collection = CST.BlockMap | CST.BlockSequence;

interface Taken extends Begun {
  /** Items that are still in the token but have been taken. */
  inToken: number;
  /** Where the last item that was taken ends. */
  end: number;
}

/** Items that are worth a piece of their own. */
const MIN_PIECE = 512;
/** The parser looks back at the item before the last one. */
const LOOK_BACK = 2;

/** What may stand before a value without giving it a name or another meaning. */
const PLAIN_PROPERTIES = new Set<CST.SourceToken["type"]>([
  "space",
  "comment",
  "newline",
  "doc-start",
  "map-value-ind",
  "seq-item-ind",
]);

/**
 * Converts the items of large mappings and lists as soon as they are complete, while the parser still reads those behind:
 * tokens and nodes of a whole file take ten times what the tree of it does. The result is the same as if the
 * document had been composed at once, for its items do not depend on each other.
 */
export class YamlPieces {
  readonly problems: YAMLError[] = [];
  readonly #converter: DocumentConverter;
  readonly #nesting: NestingCheck;
  readonly #taken = new Map<Collection, Taken>();
  #isRefused = false;

  constructor(converter: DocumentConverter, nesting: NestingCheck) {
    this.#converter = converter;
    this.#nesting = nesting;
  }

  /** True once the file has turned out to be too deep or too large; that has been reported. */
  get isRefused(): boolean {
    return this.#isRefused;
  }

  /**
   * Takes what is complete out of the tokens.
   *
   * @param stack what the parser is building: a document without directives, and in it the open collections
   */
  take(stack: readonly CST.Token[]): void {
    const path = listOpen(stack);
    // What comes first in the text is converted first: a long list is taken with all that stands before it.
    const last = path.findLastIndex((token) => this.#countComplete(token) >= MIN_PIECE);
    if (last < 0) return;
    this.#finish(stack);
    for (let depth = 0; depth <= last && !this.#isRefused; depth++) {
      this.#takeItems(path[depth]!, depth);
    }
  }

  /** Composes the document with what has not been taken. @returns no more than two: the second is an error already */
  compose(tokens: readonly CST.Token[], length: number): readonly Document.Parsed[] {
    this.#finish([]);
    if (!this.#nesting.allows(tokens, 0)) this.#isRefused = true;
    if (this.#isRefused) return [];
    const [first, second] = createComposer().compose(tokens, true, length);
    const documents = [first, second].filter((document) => document !== undefined);
    if (first !== undefined) this.problems.push(...first.errors, ...first.warnings);
    return documents as Document.Parsed[];
  }

  #countComplete(token: Collection): number {
    return token.items.length - 1 - (this.#taken.get(token)?.inToken ?? 0);
  }

  #takeItems(token: Collection, depth: number): void {
    if (this.#countComplete(token) <= 0) return;
    let taken = this.#taken.get(token);
    if (taken === undefined) {
      const { offset } = token;
      taken = { start: offset, end: offset, inToken: 0, entries: [], seen: new Map(), items: [] };
      this.#taken.set(token, taken);
    }
    const items = token.items.slice(taken.inToken, -1);
    const piece = { ...token, offset: taken.end, items } as Collection;
    if (!this.#nesting.allows(listInside(items), depth + 1)) {
      this.#isRefused = true;
      return;
    }
    const start: CST.SourceToken[] = [];
    const [document] = createComposer().compose([
      { type: "document", offset: taken.end, start, value: piece },
    ]) as Iterable<Document.Parsed>;
    const { contents, errors, warnings } = document!;
    this.problems.push(...errors, ...warnings);
    if (this.problems.length === 0) this.#converter.convertSome(contents!, taken);
    if (this.#converter.isOverfull) this.#isRefused = true;
    taken.end = contents!.range[1];
    taken.inToken += items.length;
    this.#remove(token, taken, token.items.length - LOOK_BACK);
  }

  /** Leaves in collections that are complete only what has not been taken. */
  #finish(stack: readonly CST.Token[]): void {
    for (const [token, taken] of this.#taken) {
      if (stack.includes(token)) continue;
      this.#remove(token, taken, token.items.length);
      token.offset = taken.end;
      this.#converter.resume(token.type === "block-map" ? "mapping" : "list", taken.end, taken);
      this.#taken.delete(token);
    }
  }

  #remove(token: Collection, taken: Taken, most: number): void {
    const count = Math.max(0, Math.min(taken.inToken, most));
    token.items.splice(0, count);
    taken.inToken -= count;
  }
}

/** The collections that are being read, each the value of the last item of the one before; none below an anchor or a tag. */
function listOpen(stack: readonly CST.Token[]): Collection[] {
  const path: Collection[] = [];
  const [document] = stack;
  if (document?.type !== "document") return path;
  let properties: readonly CST.SourceToken[] | undefined = document.start;
  for (let at = 1; at < stack.length; at++) {
    const token = stack[at]!;
    if (token.type !== "block-map" && token.type !== "block-seq") break;
    if (!properties?.every(({ type }) => PLAIN_PROPERTIES.has(type))) break;
    path.push(token);
    const item: CST.CollectionItem | undefined = token.items.at(-1);
    const isValue = token.type === "block-seq" || item?.sep?.some(isValueIndicator);
    if (!isValue || item?.value) break;
    properties = token.type === "block-seq" ? item?.start : item?.sep;
  }
  return path;
}

function isValueIndicator({ type }: CST.SourceToken): boolean {
  return type === "map-value-ind";
}

function createComposer(): Composer {
  return new Composer({
    version: "1.2",
    schema: "core",
    // The library's check compares every key with every other one; convert-document.ts has a linear one.
    uniqueKeys: false,
    prettyErrors: false,
    logLevel: "silent",
  });
}
