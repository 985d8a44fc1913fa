/** One thing that is wrong with a file, or likely to be, and where. Plain data that survives structured cloning. */
export interface Issue {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1, in UTF-16 units. */
  readonly column: number;
  /** Units the caret line underlines. */
  readonly length: number;
  readonly severity: "error" | "warning";
  /** What is wrong, the value found, what is allowed; one line. */
  readonly message: string;
  /** The text of the line, or the part of a long one around the column. */
  readonly source: string;
  /** Column of the first unit of `source`, from 1. */
  readonly sourceColumn: number;
}

/**
 * `file:line:column: error: message`, the source line, and a line with carets under the place; the message alone where
 * there is no source line to show. No newline at the end.
 */
export function renderIssue(issue: Issue): string {
  const { file, line, column, severity, message, source } = issue;
  const head = `${file}:${line}:${column}: ${severity}: ${message}`;
  // A caret under nothing points at nothing.
  if (source === "") return head;
  const offset = column - issue.sourceColumn;
  // Tabs stay tabs so that the caret stands below its place whatever their width.
  const padding = source.slice(0, offset).replace(/[^\t]/g, " ").padEnd(offset);
  const carets = "^".repeat(Math.max(1, Math.min(issue.length, source.length - offset)));
  return `${head}\n${source}\n${padding}${carets}`;
}

/** All issues, each followed by a newline. */
export function renderIssues(issues: readonly Issue[]): string {
  return issues.map((issue) => `${renderIssue(issue)}\n`).join("");
}

/** An issue that concerns a file as a whole: its first line, without a source text. */
export function createFileIssue(file: string, severity: Issue["severity"], message: string): Issue {
  return { file, line: 1, column: 1, length: 1, severity, message, source: "", sourceColumn: 1 };
}

export function hasErrors(issues: readonly Issue[]): boolean {
  return issues.some((issue) => issue.severity === "error");
}
