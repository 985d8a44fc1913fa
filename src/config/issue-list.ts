import type { Issue } from "./issue.ts";
import { replaceControls } from "./replace-controls.ts";
import { SourceText } from "./source-text.ts";

/**
 * Offsets into the text of a file: UTF-16 units of a string, octets of a buffer. `end` is the first one behind; one that is
 * not behind `start` stands for the end of the word there.
 */
export interface Place {
  readonly start: number;
  readonly end: number;
}

/** A file with a thousand mistakes has one mistake; more would only fill the terminal and the log. Of each severity. */
const MAX_ISSUES = 1000;

/** Collects what is wrong with a file and with those that it draws in. */
export class IssueList {
  readonly #sources: SourceText[];
  readonly #bases = new Map<string, number>();
  readonly #found: { severity: Issue["severity"]; place: Place; message: string }[] = [];
  readonly #seen = new Set<string>();
  readonly #hidden: Place[] = [];
  #errors = 0;
  readonly #kept = { error: 0, warning: 0 };
  readonly #dropped = { error: 0, warning: 0 };

  constructor(file: string, text: string | Uint8Array) {
    this.#sources = [new SourceText(file, text, 0)];
  }

  get errors(): number {
    return this.#errors;
  }

  /**
   * Makes another file known, whose places follow those of the files before.
   *
   * @returns what is added to an offset in it to make a place; the same for the same file
   */
  addSource(file: string, text: string | Uint8Array): number {
    const known = this.#bases.get(file);
    if (known !== undefined) return known;
    // One between them, so that the end of a file is in it.
    const base = this.#sources.at(-1)!.end + 1;
    this.#sources.push(new SourceText(file, text, base));
    this.#bases.set(file, base);
    return base;
  }

  /** The text may be a function where it takes work to write: it is not called for what is not kept. */
  error(place: Place, message: string | (() => string)): void {
    this.#add("error", place, message);
  }

  warn(place: Place, message: string | (() => string)): void {
    this.#add("warning", place, message);
  }

  /** Shows what stands there to nobody: a secret, on whose line something may be wrong. */
  hide(place: Place): void {
    this.#hidden.push(place);
  }

  /** The line of an offset in its file, from 1. */
  lineOf(offset: number): number {
    return this.#sourceOf(offset).lineOf(offset);
  }

  /** Where an offset is, for a message about another: `line 12`, with the file if that is not the same. */
  nameLine(offset: number, about: number): string {
    const source = this.#sourceOf(offset);
    const line = `line ${source.lineOf(offset)}`;
    return source === this.#sourceOf(about) ? line : `${line} of ${source.file}`;
  }

  /** All issues, file by file and by place. */
  list(): Issue[] {
    const sorted = this.#found.toSorted((a, b) => a.place.start - b.place.start);
    const issues = sorted.map(({ severity, place, message }) => ({
      ...this.#sourceOf(place.start).locate(place, this.#hidden),
      severity,
      message: replaceControls(message),
    }));
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

  #sourceOf(offset: number): SourceText {
    return this.#sources.findLast(({ base }) => base <= offset) ?? this.#sources[0]!;
  }
}
