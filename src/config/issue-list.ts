import type { Issue } from "./issue.ts";

/** Offsets into the text of a file, in UTF-16 units; `end` is the first one behind. */
export interface Place {
  readonly start: number;
  readonly end: number;
}

/** A file with a thousand mistakes has one mistake; more would only fill the terminal and the log. Of each severity. */
const MAX_ISSUES = 1000;
/** Units of a source line shown; longer lines are cut to a window around the place. */
const MAX_SOURCE = 160;

/** Collects what is wrong with one file. */
export class IssueList {
  readonly #file: string;
  readonly #text: string;
  readonly #found: { severity: Issue["severity"]; place: Place; message: string }[] = [];
  readonly #seen = new Set<string>();
  readonly #hidden: Place[] = [];
  #errors = 0;
  readonly #kept = { error: 0, warning: 0 };
  readonly #dropped = { error: 0, warning: 0 };
  #lineStarts: number[] | undefined;

  constructor(file: string, text: string) {
    this.#file = file;
    this.#text = text;
  }

  get errors(): number {
    return this.#errors;
  }

  /** The text may be a function where it takes work to write: what is reported twice is written once. */
  error(place: Place, message: string | (() => string)): void {
    this.#add("error", place, message);
  }

  warn(place: Place, message: string): void {
    this.#add("warning", place, message);
  }

  /** Shows what stands there to nobody: a secret, on whose line something may be wrong. */
  hide(place: Place): void {
    this.#hidden.push(place);
  }

  /** The line of an offset, from 1. */
  lineOf(offset: number): number {
    const starts = this.#findLineStarts();
    let low = 0;
    let high = starts.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** All issues by place. */
  list(): Issue[] {
    const sorted = this.#found.toSorted((a, b) => a.place.start - b.place.start);
    const issues = sorted.map((found) => this.#locate(found));
    const last = issues.at(-1);
    for (const severity of ["error", "warning"] as const) {
      const count = this.#dropped[severity];
      if (count === 0 || last === undefined) continue;
      issues.push({ ...last, severity, message: `${count} more ${severity}s are not shown` });
    }
    return issues;
  }

  #add(severity: Issue["severity"], place: Place, text: string | (() => string)): void {
    if (severity === "error") this.#errors += 1;
    if (this.#kept[severity] >= MAX_ISSUES) {
      this.#dropped[severity] += 1;
      return;
    }
    const message = typeof text === "string" ? text : text();
    // Several records may lead to the same finding about one pool.
    const key = `${place.start} ${severity} ${message}`;
    if (this.#seen.has(key)) return;
    this.#seen.add(key);
    this.#kept[severity] += 1;
    this.#found.push({ severity, place, message });
  }

  #locate(found: { severity: Issue["severity"]; place: Place; message: string }): Issue {
    const start = Math.min(found.place.start, this.#text.length);
    const line = this.lineOf(start);
    const lineStart = this.#findLineStarts()[line - 1] ?? 0;
    let lineEnd = this.#text.indexOf("\n", lineStart);
    if (lineEnd < 0) lineEnd = this.#text.length;
    const from =
      lineEnd - lineStart <= MAX_SOURCE ? lineStart : Math.max(lineStart, start - MAX_SOURCE / 2);
    const to = Math.min(lineEnd, from + MAX_SOURCE);
    return {
      file: this.#file,
      line,
      column: start - lineStart + 1,
      length: Math.max(1, Math.min(found.place.end, lineEnd) - start),
      severity: found.severity,
      message: replaceControls(found.message),
      source: replaceControls(this.#showSource(from, to).trimEnd()),
      sourceColumn: from - lineStart + 1,
    };
  }

  #showSource(from: number, to: number): string {
    let text = this.#text.slice(from, to);
    for (const { start, end } of this.#hidden) {
      const [first, last] = [Math.max(start, from) - from, Math.min(end, to) - from];
      if (first >= last) continue;
      text = text.slice(0, first) + "*".repeat(last - first) + text.slice(last);
    }
    return text;
  }

  #findLineStarts(): number[] {
    if (this.#lineStarts === undefined) {
      this.#lineStarts = [0];
      for (let at = this.#text.indexOf("\n"); at >= 0; at = this.#text.indexOf("\n", at + 1)) {
        this.#lineStarts.push(at + 1);
      }
    }
    return this.#lineStarts;
  }
}

/** What a terminal would act upon, or a log reader take for a new line, becomes U+FFFD. */
function replaceControls(text: string): string {
  return text.replace(/[^\P{C}\t]/gu, "\ufffd");
}
