import type { CST } from "yaml";
import type { IssueList } from "./issue-list.ts";
import type { YamlLimits } from "./yaml-limits.ts";

/** Whether a parsed file is shallow and small enough to be composed, which takes a call per level; if not, says so. */
export function checkNesting(
  tokens: readonly CST.Token[],
  limits: YamlLimits,
  issues: IssueList,
): boolean {
  const open: { token: CST.Token; depth: number }[] = tokens.map((token) => ({ token, depth: 0 }));
  let nodes = 0;
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { token, depth } = next;
    const place = { start: token.offset, end: token.offset + 1 };
    nodes += 1;
    if (nodes > limits.nodes) {
      issues.error(place, `the file has more than ${limits.nodes} parts: make several zones of it`);
      return false;
    }
    if (depth > limits.depth) {
      issues.error(place, `the file is nested more than ${limits.depth} levels deep`);
      return false;
    }
    if (token.type === "document" && token.value !== undefined) {
      open.push({ token: token.value, depth });
    }
    if (!("items" in token)) continue;
    for (const item of token.items) {
      if (item.key) open.push({ token: item.key, depth: depth + 1 });
      if (item.value) open.push({ token: item.value, depth: depth + 1 });
    }
  }
  return true;
}
