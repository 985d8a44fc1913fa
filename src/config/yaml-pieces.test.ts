import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Composer, type Document, Parser } from "yaml";
import { DocumentConverter } from "./convert-document.ts";
import type { Issue } from "./issue.ts";
import { IssueList } from "./issue-list.ts";
import { parseYaml } from "./parse-yaml.ts";
import type { Tree } from "./tree.ts";
import { DEFAULT_YAML_LIMITS } from "./yaml-limits.ts";

interface Result {
  readonly tree: Tree | undefined;
  readonly issues: readonly Issue[];
  /** Where the text itself is wrong. */
  readonly broken: readonly Issue[];
}

function parse(text: string): Omit<Result, "broken"> {
  const issues = new IssueList("a.yaml", text);
  return { tree: parseYaml(text, issues), issues: issues.list() };
}

/** The same through the library alone, all at once. */
function parseWhole(text: string): Result {
  const issues = new IssueList("a.yaml", text);
  const composer = new Composer({ version: "1.2", schema: "core", uniqueKeys: false });
  const documents = composer.compose(new Parser().parse(text), true, text.length);
  const [document] = documents as Iterable<Document.Parsed>;
  const { contents, errors, warnings } = document!;
  if (errors.length + warnings.length > 0) {
    const lines = new Set<number>();
    for (const { pos } of [...errors, ...warnings].toSorted((a, b) => a.pos[0] - b.pos[0])) {
      const line = issues.lineOf(pos[0]);
      if (!lines.has(line)) issues.error({ start: pos[0], end: pos[1] }, "");
      lines.add(line);
    }
    return { tree: undefined, issues: [], broken: issues.list() };
  }
  const tree = new DocumentConverter(issues, DEFAULT_YAML_LIMITS).convertDocument(contents!);
  return { tree, issues: issues.list(), broken: [] };
}

const ITEMS = 3000;

/** Items of a mapping or list: many plain ones, and some that are anything but. */
function writeItems(seed: number, indent: string, kind: "mapping" | "list", odd: string[]): string {
  let random = seed;
  const lines: string[] = [];
  for (let i = 0; i < ITEMS; i++) {
    random = (Math.imul(random, 1_103_515_245) + 12_345) >>> 0;
    const start = kind === "mapping" ? `k${i}: ` : "- ";
    const choice = (random >>> 16) % 400;
    const content = choice < odd.length ? odd[choice]! : `{ type: A, value: 10.0.0.${i & 255} }`;
    lines.push(`${indent}${start}${content.replaceAll("\n", `\n${indent}`)}`);
  }
  return `${lines.join("\n")}\n`;
}

const ODD = [
  "&a [1, 2]",
  "*a",
  "&b { x: *a }",
  "*b",
  "",
  "# a comment",
  "text # a comment\n# and another",
  "\n  - 1\n  - 2\n\n",
  '"quoted\n  over lines"',
  "|\n  block\n   text\n",
  ">-\n  folded\n  text",
  "\n  inner: 1\n  other: [a, b]\n  # far in\n",
  "[a,\n  b]",
  "'it''s'",
  "010",
  "1\nsame: 2",
];

const WRONG = [
  "*nobody",
  "!x tagged",
  "{ a: 1",
  "a: b: c",
  "1\n  2: 3\n 4: 5",
  '"open',
  "\n\t- tab",
  "@at",
  "]",
];

describe("parseYaml() in pieces", () => {
  it("reads what the library reads at once, place by place", { timeout: 60_000 }, () => {
    const document = fc.record({
      seed: fc.nat(),
      kind: fc.constantFrom("mapping" as const, "list" as const),
      head: fc.constantFrom("", "--- # begin\n", "top: &a 1\nrecords:\n", "- - x\n- \n", "a: &r\n"),
      wrong: fc.constantFrom("", ...WRONG),
      tail: fc.constantFrom("", "...\n", "last: *a\n", "# the end", "- 1\n", "k5: again\n"),
    });
    fc.assert(
      fc.property(document, ({ seed, kind, head, wrong, tail }) => {
        const indent = head === "" || head.startsWith("---") ? "" : "  ";
        const odd =
          wrong === ""
            ? ODD.filter((one) => !one.includes("*") && !one.includes("same"))
            : [...ODD, wrong];
        const text = `${head}${writeItems(seed, indent, kind, odd)}${tail}`;
        const whole = parseWhole(text);
        const { tree, issues } = parse(text);
        if (whole.broken.length > 0) {
          expect(tree).toBeUndefined();
          const places = (list: readonly Issue[]): string[] =>
            list.slice(0, 1000).map(({ line, column, length }) => `${line}:${column} ${length}`);
          expect(places(issues)).toEqual(places(whole.broken));
        } else {
          expect(tree).toEqual(whole.tree);
          expect(issues).toEqual(whole.issues);
        }
      }),
      { numRuns: 20 },
    );
  });

  it("finds a key again that was written thousands of lines before", () => {
    const items = writeItems(1, "  ", "mapping", []);
    expect(parse(`records:\n${items}  k7: again\n`).issues).toMatchObject([
      { line: ITEMS + 2, column: 3, message: expect.stringMatching(/"k7".* first in line 9$/) },
    ]);
  });

  it("lets an alias mean what stands before it, however far", () => {
    const items = writeItems(1, "  ", "mapping", []);
    const { tree } = parse(`a: &a 1\nrecords:\n${items}b: *a\n`);
    expect(tree).toMatchObject({ entries: [{}, { key: "records" }, { value: { value: 1 } }] });
  });

  it("counts the parts and the levels of all pieces", () => {
    const text = `records:\n${writeItems(1, "  ", "mapping", [])}`;
    const refuse = (limits: Partial<typeof DEFAULT_YAML_LIMITS>): string[] => {
      const issues = new IssueList("a.yaml", text);
      expect(parseYaml(text, issues, { ...DEFAULT_YAML_LIMITS, ...limits })).toBeUndefined();
      return issues.list().map(({ message }) => message);
    };
    expect(refuse({ nodes: 6 * ITEMS })).toEqual([
      `the file has more than ${6 * ITEMS} parts: make several zones of it`,
    ]);
    expect(refuse({ depth: 2 })).toEqual(["the file is nested more than 2 levels deep"]);
  });
});
