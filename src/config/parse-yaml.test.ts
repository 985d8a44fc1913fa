import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { renderIssues } from "./issue.ts";
import { IssueList } from "./issue-list.ts";
import { parseYaml } from "./parse-yaml.ts";
import type { Tree } from "./tree.ts";

const LIMITS = { bytes: 100_000, depth: 20, nodes: 10_000, aliases: 100 };

function parse(text: string, limits = LIMITS): { tree: Tree | undefined; messages: string[] } {
  const issues = new IssueList("a.yaml", text);
  const tree = parseYaml(text, issues, limits);
  return {
    tree,
    messages: issues.list().map((issue) => `${issue.line}:${issue.column} ${issue.message}`),
  };
}

/** A tree as plain data, keys and numbers as written. */
function plain(tree: Tree | undefined): unknown {
  switch (tree?.kind) {
    case undefined:
      return undefined;
    case "scalar":
      return typeof tree.value === "number" ? `number ${tree.source}` : tree.value;
    case "list":
      return tree.items.map(plain);
    case "mapping":
      return tree.entries.map(({ key, value }) => [key, plain(value)]);
  }
}

describe("parseYaml()", () => {
  it("keeps keys and numbers as they are written", () => {
    const { tree, messages } = parse('010: 010\n1.10: no\n"": {}\n__proto__: [~]\n');
    expect(messages).toEqual([]);
    expect(plain(tree)).toEqual([
      ["010", "number 010"],
      ["1.10", "no"],
      ["", []],
      ["__proto__", [null]],
    ]);
    expect(Object.hasOwn(Object.prototype, "polluted")).toBe(false);
  });

  it("follows aliases to the latest anchor of the name", () => {
    const { tree } = parse("a: &x 1\nb: *x\nc: &x 2\nd: *x\n");
    expect(plain(tree)).toEqual([
      ["a", "number 1"],
      ["b", "number 1"],
      ["c", "number 2"],
      ["d", "number 2"],
    ]);
  });

  it("points at the second of two equal keys and names the line of the first", () => {
    expect(parse("a: 1\nb: 2\na: 3\n").messages).toEqual([
      '3:1 the key "a" is written twice: first in line 1',
    ]);
  });

  const refused: readonly [title: string, text: string, message: string][] = [
    ["an empty file", "", "1:1 the file is empty"],
    ["a file of comments", "# nothing\n", "1:1 the file is empty"],
    ["a null", "~\n", "1:1 the file is empty"],
    ["two documents", "a: 1\n---\nb: 2\n", "2:1 a second YAML document: a file holds one"],
    [
      "YAML 1.1",
      "%YAML 1.1\n---\na: no\n",
      "1:1 YAML 1.1 is asked for: files are read as YAML 1.2",
    ],
    ["merge keys", "a: {<<: {b: 1}}\n", '1:5 merge keys ("<<") are not read: YAML 1.2 has none'],
    ["a key that is a list", "[1]: a\n", "1:1 a key must be plain text"],
    ["an unknown alias", "a: *b\n", '1:4 no anchor "&b" stands before this alias'],
    ["a tag", "a: !x b\n", "1:4 Unresolved tag: !x"],
    [
      "an alias to itself",
      "a: &a [*a]\n",
      "1:7 an alias inside of what it stands for: it would never end",
    ],
    [
      "too many octets",
      `a: ${"x".repeat(100_000)}`,
      "1:1 the file has 100003 bytes: at most 100000 are read",
    ],
    ["too deep a file", "[".repeat(10_000), "1:22 the file is nested more than 20 levels deep"],
    [
      "too many parts",
      "- 1\n".repeat(20_000),
      "10001:3 the file has more than 10000 parts: make several zones of it",
    ],
  ];
  it.each(refused)("refuses %s", (_, text, message) => {
    expect(parse(text).messages[0]).toBe(message);
  });

  it("refuses aliases that multiply", () => {
    const levels = [
      "a: &a [x, x]",
      ..."bcdefghij".split("").map((name, i) => {
        const alias = `*${"abcdefghi"[i]}`;
        return `${name}: &${name} [${alias}, ${alias}, ${alias}]`;
      }),
    ];
    expect(parse(levels.join("\n")).messages[0]).toContain("more than 100 aliases are followed");
    const wide = { ...LIMITS, aliases: 1_000_000 };
    expect(parse(levels.join("\n"), wide).messages[0]).toContain("more than 10000 parts");
  });

  it("refuses aliases that nest deeper than the text", () => {
    const chain = Array.from({ length: 50 }, (_, i) => `k${i + 1}: &k${i + 1} [*k${i}]`);
    const text = ["k0: &k0 [x]", ...chain].join("\n");
    const { messages } = parse(text, { ...LIMITS, aliases: 1_000_000 });
    expect(messages[0]).toContain("nested more than 20 levels deep");
  });

  it("says what to do about names and addresses that YAML takes for something else", () => {
    expect(parse("records:\n  *: { type: A }\n").messages).toEqual([
      expect.stringContaining('a name with "*" needs quotes'),
    ]);
    expect(parse("records:\n  @: { type: A }\n").messages).toEqual([
      expect.stringContaining('the name "@" needs quotes'),
    ]);
    expect(parse("value: 2001:db8::\n").messages).toEqual([
      expect.stringContaining("an IPv6 address that ends with a colon needs quotes"),
    ]);
  });

  it("needs no more than a comparison per key", () => {
    const keys = Array.from({ length: 20_000 }, (_, i) => `k${i}: 1`);
    const limits = { ...LIMITS, bytes: 1_000_000, nodes: 100_000 };
    const { tree, messages } = parse([...keys, "k0: 2"].join("\n"), limits);
    expect(messages).toEqual(['20001:1 the key "k0" is written twice: first in line 1']);
    expect(tree?.kind === "mapping" && tree.entries.length).toBe(20_000);
  });

  it("never throws, and a text without a tree has an issue", () => {
    const piece = fc.constantFrom(
      "a",
      ":",
      " ",
      "\n",
      "- ",
      "[",
      "]",
      "{",
      "}",
      ",",
      "&a ",
      "*a",
      '"',
      "'",
      "|\n",
      ">\n",
      "?",
      "#",
      "%",
      "!",
      "\t",
      "---\n",
      "~",
      "<<",
      "1",
      "\u0000",
      "\ud800",
      "\\",
      "\r",
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
        const text = pieces.join("");
        const issues = new IssueList("a.yaml", text);
        const tree = parseYaml(text, issues, LIMITS);
        expect(tree !== undefined || issues.errors > 0).toBe(true);
        renderIssues(issues.list());
      }),
      { numRuns: 500 },
    );
  });
});
