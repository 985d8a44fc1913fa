import type { CST } from "yaml";
import type { IssueList } from "./issue-list.ts";
import type { YamlLimits } from "./yaml-limits.ts";

/**
 * Sees to it that what is composed, which takes a call per level, is shallow and small enough; what is not is reported.
 * For one file, which may come in pieces.
 */
export class NestingCheck {
  readonly #limits: YamlLimits;
  readonly #issues: IssueList;
  #nodes = 0;

  constructor(limits: YamlLimits, issues: IssueList) {
    this.#limits = limits;
    this.#issues = issues;
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

  #refuse({ offset }: CST.Token, problem: string): false {
    this.#issues.error({ start: offset, end: offset + 1 }, `the file ${problem}`);
    return false;
  }
}

/** The keys and values of a collection. */
export function listInside(items: readonly CST.CollectionItem[]): CST.Token[] {
  return items.flatMap(({ key, value }) => [key ?? [], value ?? []].flat());
}
