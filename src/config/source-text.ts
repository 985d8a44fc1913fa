import type { Issue } from "./issue.ts";
import type { Place } from "./issue-list.ts";
import { replaceControls } from "./replace-controls.ts";

/** Units of a source line shown; longer lines are cut to a window around the place. */
const MAX_SOURCE = 160;
/** Octets of a line that are decoded to count its columns; behind them, an octet counts as one. */
const MAX_DECODED = 4096;

const LF = 0x0a;

/** The text of a file, and which line a place is in. A large one is kept as octets: only lines that are shown become text. */
export class SourceText {
  readonly file: string;
  /** Place of its first unit. */
  readonly base: number;
  readonly #text: string | Uint8Array;
  /** Where lines start, as far as anybody has asked. */
  readonly #lineStarts: number[] = [0];
  #isListed = false;

  constructor(file: string, text: string | Uint8Array, base: number) {
    this.file = file;
    this.base = base;
    this.#text = text;
  }

  /** The place behind its last unit. */
  get end(): number {
    return this.base + this.#text.length;
  }

  /** The line of a place, from 1. */
  lineOf(offset: number): number {
    const at = offset - this.base;
    const starts = this.#listLineStarts(at);
    let low = 0;
    let high = starts.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((starts[middle] ?? 0) <= at) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /**
   * Everything about an issue that follows from its place.
   *
   * @param hidden places in it that are shown as asterisks, if it is a string
   */
  locate(place: Place, hidden: readonly Place[]): Omit<Issue, "severity" | "message"> {
    const at = Math.min(Math.max(place.start - this.base, 0), this.#text.length);
    const line = this.lineOf(this.base + at);
    const starts = this.#listLineStarts(at);
    const lineStart = starts[line - 1] ?? 0;
    const lineEnd = line < starts.length ? starts[line]! - 1 : this.#text.length;
    const wanted = place.end > place.start ? place.end - this.base : this.#wordEnd(at, lineEnd);
    const stop = Math.max(at, Math.min(wanted, lineEnd));
    const { text, start, end, cut } = this.#decodeLine(lineStart, lineEnd, at, stop, hidden);
    const from = text.length <= MAX_SOURCE ? 0 : Math.max(0, start - MAX_SOURCE / 2);
    return {
      file: this.file,
      line,
      column: cut + start + 1,
      length: Math.max(1, end - start),
      source: replaceControls(text.slice(from, from + MAX_SOURCE).trimEnd()),
      sourceColumn: cut + from + 1,
    };
  }

  /** A line, or a part of a very long one, with the place in it counted in UTF-16 units; `cut`: what is left out in front. */
  #decodeLine(
    lineStart: number,
    lineEnd: number,
    at: number,
    stop: number,
    hidden: readonly Place[],
  ): { text: string; start: number; end: number; cut: number } {
    const source = this.#text;
    if (typeof source === "string") {
      const text = this.#hide(source.slice(lineStart, lineEnd), lineStart, hidden);
      return { text, start: at - lineStart, end: stop - lineStart, cut: 0 };
    }
    const from =
      lineEnd - lineStart <= MAX_DECODED ? lineStart : Math.max(lineStart, at - MAX_SOURCE);
    const decode = (start: number, end: number): string =>
      DECODER.decode(source.subarray(start, end));
    const text = decode(from, Math.min(lineEnd, from + MAX_DECODED));
    const start = decode(from, at).length;
    return {
      text,
      start,
      end: start + decode(at, Math.min(stop, at + MAX_SOURCE)).length,
      cut: from - lineStart,
    };
  }

  #hide(line: string, lineStart: number, hidden: readonly Place[]): string {
    let text = line;
    for (const { start, end } of hidden) {
      const first = Math.max(start - this.base - lineStart, 0);
      const last = Math.min(end - this.base - lineStart, line.length);
      if (first >= last) continue;
      text = text.slice(0, first) + "*".repeat(last - first) + text.slice(last);
    }
    return text;
  }

  #wordEnd(at: number, lineEnd: number): number {
    let end = at;
    while (end < lineEnd && !this.#isBlank(end)) end += 1;
    return end;
  }

  #isBlank(at: number): boolean {
    const source = this.#text;
    const unit = typeof source === "string" ? source.charCodeAt(at) : source[at]!;
    return unit <= 0x20;
  }

  /** The starts of all lines up to the one behind a place; most issues are near the top of a large file. */
  #listLineStarts(at: number): readonly number[] {
    const starts = this.#lineStarts;
    while (!this.#isListed && starts.at(-1)! <= at) {
      const source = this.#text;
      const from = starts.at(-1)!;
      const end =
        typeof source === "string" ? source.indexOf("\n", from) : source.indexOf(LF, from);
      if (end < 0) this.#isListed = true;
      else starts.push(end + 1);
    }
    return starts;
  }
}

// A byte order mark counts as the character that it is.
const DECODER = new TextDecoder("utf-8", { ignoreBOM: true });
