import { type CST, isScalar, Lexer, Parser } from "yaml";
import { NestingCheck } from "./check-nesting.ts";
import { DocumentConverter } from "./convert-document.ts";
import { explainYamlProblem } from "./explain-yaml-problem.ts";
import type { IssueList, Place } from "./issue-list.ts";
import type { Tree } from "./tree.ts";
import { DEFAULT_YAML_LIMITS, type YamlLimits } from "./yaml-limits.ts";
import { YamlPieces } from "./yaml-pieces.ts";

/** Often enough that what waits is small. */
const LEXEMES_BETWEEN_PIECES = 16_384;
const BEFORE_DOCUMENT = new Set(["byte-order-mark", "space", "comment", "newline"]);

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
  const findings: Finding[] = [];
  const converter = new DocumentConverter(
    {
      error: (place, message) => findings.push({ place, message }),
      lineOf: (offset) => issues.lineOf(offset),
    },
    limits,
  );
  // Parser and Composer instead of parseDocument(): the composer is recursive, so depth is checked in between.
  const nesting = new NestingCheck(limits, issues);
  const pieces = new YamlPieces(converter, nesting);
  const tokens = readTokens(text, pieces, nesting);
  if (tokens === undefined) return undefined;
  const [document, second] = pieces.compose(tokens, text.length);
  if (pieces.isRefused) {
    if (converter.isOverfull) report(findings, issues);
    return undefined;
  }
  if (document === undefined) {
    issues.error(start, "the file is empty");
    return undefined;
  }
  const errors = issues.errors;
  const lines = new Set<number>();
  for (const problem of pieces.problems.toSorted((a, b) => a.pos[0] - b.pos[0])) {
    // What else is wrong in a line that could not be read follows from the first.
    const line = issues.lineOf(problem.pos[0]);
    if (lines.has(line)) continue;
    lines.add(line);
    issues.error({ start: problem.pos[0], end: problem.pos[1] }, explainYamlProblem(problem, text));
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
  const tree = converter.convertDocument(document.contents);
  report(findings, issues);
  return tree;
}

/** What is wrong with the content; of no interest as long as the text cannot be read. */
interface Finding {
  readonly place: Place;
  readonly message: string | (() => string);
}

function report(findings: readonly Finding[], issues: IssueList): void {
  for (const { place, message } of findings) issues.error(place, message);
}

/** Undefined if there are too many, or too deep ones; that has been reported. */
function readTokens(
  text: string,
  pieces: YamlPieces,
  nesting: NestingCheck,
): CST.Token[] | undefined {
  const parser = new Parser();
  const tokens: CST.Token[] = [];
  let left = LEXEMES_BETWEEN_PIECES;
  for (const lexeme of new Lexer().lex(text)) {
    for (const token of parser.next(lexeme)) tokens.push(token);
    if (!nesting.allowsMore(lexeme, parser)) return undefined;
    if (--left > 0) continue;
    left = LEXEMES_BETWEEN_PIECES;
    // Directives give tags a meaning, and of a second document nothing is read.
    if (tokens.every(({ type }) => BEFORE_DOCUMENT.has(type))) pieces.take(parser.stack);
    if (pieces.isRefused) return tokens;
  }
  for (const token of parser.end()) tokens.push(token);
  return tokens;
}
