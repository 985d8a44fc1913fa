import { CST, type Parser } from "yaml";
import type { IssueList } from "./issue-list.ts";
import type { YamlLimits } from "./yaml-limits.ts";

/** Lexemes that begin a part. */
const BEGINNINGS: ReadonlySet<string> = new Set([CST.SCALAR, "[", "{"]);

/**
 * Sees to it that what is composed, which takes a call per level, is shallow and small enough; what is not is reported.
 * For one file, which may come in pieces.
 */
export class NestingCheck {
  readonly #limits: YamlLimits;
  readonly #issues: IssueList;
  #nodes = 0;
  #begun = 0;

  constructor(limits: YamlLimits, issues: IssueList) {
    this.#limits = limits;
    this.#issues = issues;
  }

  /** The same while it is read: a file that is refused for its size must not fill the memory first. */
  allowsMore(lexeme: string, { stack, offset }: Pick<Parser, "stack" | "offset">): boolean {
    const { depth, nodes } = this.#limits;
    // The first is the document.
    const tooDeep = stack[depth + 2];
    if (tooDeep !== undefined)
      return this.#refuse(tooDeep, `is nested more than ${depth} levels deep`);
    if (BEGINNINGS.has(lexeme)) this.#begun += 1;
    if (this.#begun <= nodes) return true;
    return this.#refuse({ offset }, `has more than ${nodes} parts: make several zones of it`);
  }

  /** @param depth of these tokens in the file */
  allows(tokens: readonly CST.Token[], depth: number): boolean {
    const limits = this.#limits;
    // In the order of the text: the place that is told of is where the limit was reached.
    const open = tokens.map((token) => ({ token, depth })).reverse();
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const { token, depth } = next;
      this.#nodes += 1;
      if (this.#nodes > limits.nodes) {
        return this.#refuse(token, `has more than ${limits.nodes} parts: make several zones of it`);
      }
      if (depth > limits.depth) {
        return this.#refuse(token, `is nested more than ${limits.depth} levels deep`);
      }
      if (token.type === "document" && token.value !== undefined) {
        open.push({ token: token.value, depth });
      }
      if (!("items" in token)) continue;
      for (const inside of listInside(token.items).reverse()) {
        open.push({ token: inside, depth: depth + 1 });
      }
    }
    return true;
  }

  #refuse({ offset }: { readonly offset: number }, problem: string): false {
    this.#issues.error({ start: offset, end: offset + 1 }, `the file ${problem}`);
    return false;
  }
}

/** The keys and values of a collection. */
export function listInside(items: readonly CST.CollectionItem[]): CST.Token[] {
  return items.flatMap(({ key, value }) => [key ?? [], value ?? []].flat());
}
