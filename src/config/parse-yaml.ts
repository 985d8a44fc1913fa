import { Composer, type Document, isScalar, Parser, type YAMLError } from "yaml";
import { checkNesting } from "./check-nesting.ts";
import { convertDocument } from "./convert-document.ts";
import type { IssueList } from "./issue-list.ts";
import type { Tree } from "./tree.ts";
import { DEFAULT_YAML_LIMITS, type YamlLimits } from "./yaml-limits.ts";

/**
 * Reads one YAML 1.2 document. What is wrong goes to `issues`; undefined if that leaves nothing to go on with. Never
 * throws; its time is linear in the text.
 */
export function parseYaml(
  text: string,
  issues: IssueList,
  limits: YamlLimits = DEFAULT_YAML_LIMITS,
): Tree | undefined {
  const start = { start: 0, end: 1 };
  const bytes = Buffer.byteLength(text);
  if (bytes > limits.bytes) {
    issues.error(start, `the file has ${bytes} bytes: at most ${limits.bytes} are read`);
    return undefined;
  }
  // Parser and Composer instead of parseDocument(): the composer is recursive, so depth is checked in between.
  const tokens = [...new Parser().parse(text)];
  if (!checkNesting(tokens, limits, issues)) return undefined;
  // No more than two are composed: the second is an error already.
  const [document, second] = composeDocuments(tokens, text.length);
  if (document === undefined) {
    issues.error(start, "the file is empty");
    return undefined;
  }
  const errors = issues.errors;
  const lines = new Set<number>();
  const problems = [...document.errors, ...document.warnings];
  for (const problem of problems.toSorted((a, b) => a.pos[0] - b.pos[0])) {
    // What else is wrong in a line that could not be read follows from the first.
    const line = issues.lineOf(problem.pos[0]);
    if (lines.has(line)) continue;
    lines.add(line);
    issues.error({ start: problem.pos[0], end: problem.pos[1] }, explainProblem(problem, text));
  }
  if (second !== undefined) {
    const at = second.range?.[0] ?? 0;
    issues.error({ start: at, end: at + 1 }, "a second YAML document: a file holds one");
  }
  const version = document.directives?.yaml.version;
  if (version !== undefined && version !== "1.2") {
    // YAML 1.1 reads `no` as false and 010 as eight.
    issues.error(start, `YAML ${version} is asked for: files are read as YAML 1.2`);
  }
  if (issues.errors > errors) return undefined;
  if (
    document.contents === null ||
    (isScalar(document.contents) && document.contents.value === null)
  ) {
    issues.error(start, "the file is empty");
    return undefined;
  }
  return convertDocument(document.contents, issues, limits);
}

function composeDocuments(tokens: Parameters<Composer["compose"]>[0], length: number) {
  const composer = new Composer({
    version: "1.2",
    schema: "core",
    // The library's check compares every key with every other one; convert-document.ts has a linear one.
    uniqueKeys: false,
    prettyErrors: false,
    logLevel: "silent",
  });
  return composer.compose(tokens, true, length) as Iterable<Document.Parsed>;
}

/** The library's message, and what to do in the cases that DNS names and addresses run into. */
function explainProblem(problem: YAMLError, text: string): string {
  const message = problem.message.replace(/\s+/g, " ");
  const at = problem.pos[0];
  const lineStart = text.lastIndexOf("\n", at - 1) + 1;
  const lineEnd = text.indexOf("\n", at);
  const line = text.slice(lineStart, lineEnd < 0 ? undefined : lineEnd).slice(0, 1000);
  if (/^\s*(- )?\s*\*/.test(line)) return `${message}: a name with "*" needs quotes, "*"`;
  if (/^\s*(- )?\s*@/.test(line)) return `${message}: the name "@" needs quotes`;
  if (/[0-9a-f]*:[0-9a-f:]*:(\s|$|[,}\]])/i.test(line)) {
    return `${message}: an IPv6 address that ends with a colon needs quotes`;
  }
  return message;
}
