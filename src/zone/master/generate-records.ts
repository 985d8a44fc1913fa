import { quote } from "../../config/tree.ts";
import { explainMisplaced } from "./expect.ts";
import { type Frame, type MasterState, textOf, tokenPlace } from "./master-state.ts";
import { readRecord } from "./read-record.ts";
import { Scanner, TOKEN } from "./scanner.ts";

/** Records that the `$GENERATE` lines of a zone may make together: those of a /12 by addresses. */
export const MAX_GENERATED = 1_048_576;

const MOST = 2 ** 31 - 1;
const MAX_WIDTH = 255;

/**
 * `$GENERATE 1-254 host$ A 192.0.2.$`, as BIND has it: one record for each number of a range, which takes the place of
 * every `$`; `${offset,width,base}` writes it otherwise, `\$` and `$$` are a dollar.
 */
export function generateRecords(frame: Frame, state: MasterState): void {
  const { scanner } = frame;
  const { issues } = state;
  const { start } = scanner;
  if (scanner.next() !== TOKEN.word) {
    issues.error(tokenPlace(frame), explainMisplaced(scanner.token, "a range, like 1-100"));
    return;
  }
  const range = parseRange(textOf(frame, scanner.start, scanner.stop));
  if (range === undefined) {
    const problem = `a range must be like 1-100 or 0-100/2: found ${quote(textOf(frame, scanner.start, scanner.stop))}`;
    issues.error(tokenPlace(frame), problem);
    return;
  }
  const count = Math.floor((range.stop - range.start) / range.step) + 1;
  if (count > state.generations) {
    const problem = `$GENERATE may make ${MAX_GENERATED} records of a zone: this makes ${count}, and ${state.generations} are left`;
    issues.error(tokenPlace(frame), problem);
    return;
  }
  const words: string[] = [];
  scanner.joinsPairs = true;
  for (scanner.next(); isText(scanner); scanner.next()) words.push(writtenText(scanner));
  scanner.joinsPairs = false;
  const place = { start: frame.base + start, end: frame.base + scanner.start };
  if (scanner.token !== TOKEN.lineEnd && scanner.token !== TOKEN.fileEnd) {
    issues.error(tokenPlace(frame), explainMisplaced(scanner.token, "a record to be repeated"));
    return;
  }
  if (words.length < 3) {
    issues.error(place, "$GENERATE needs a range, a name, a type and its rdata");
    return;
  }
  state.generations -= count;
  const template = parseTemplate(unquoteLast(words).join(" "));
  if (typeof template === "string") {
    issues.error(place, template);
    return;
  }
  const { errors } = issues;
  // What is wrong with one record is wrong with all.
  for (
    let value = range.start;
    value <= range.stop && issues.errors === errors;
    value += range.step
  ) {
    const line = fillTemplate(template, value);
    const lines: Frame = {
      ...frame,
      scanner: new Scanner(Buffer.from(line, "latin1")),
      fixed: frame.fixed ?? place,
    };
    lines.scanner.next();
    readRecord(lines, state, false);
  }
}

function isText(scanner: Scanner): boolean {
  return scanner.token === TOKEN.word || scanner.token === TOKEN.quoted;
}

/** The last token as it is written, one character per octet. */
function writtenText({ octets, start, stop, token }: Scanner): string {
  const text = Buffer.from(octets.buffer, octets.byteOffset + start, stop - start).toString(
    "latin1",
  );
  return token === TOKEN.quoted ? `"${text}"` : text;
}

/** Rdata of one word may be quoted as a whole, which BIND demands of rdata with spaces. */
function unquoteLast(words: readonly string[]): readonly string[] {
  const isType = words.findIndex((word, i) => i > 0 && !/^(\d|IN$)/i.test(word));
  const last = words.at(-1) ?? "";
  if (isType !== words.length - 2 || !last.startsWith('"')) return words;
  return [...words.slice(0, -1), last.slice(1, -1)];
}

interface Range {
  readonly start: number;
  readonly stop: number;
  readonly step: number;
}

function parseRange(text: string): Range | undefined {
  const match = /^(\d{1,10})-(\d{1,10})(?:\/(\d{1,10}))?$/.exec(text);
  if (match === null) return undefined;
  const [start, stop, step] = [Number(match[1]), Number(match[2]), Number(match[3] ?? 1)];
  const isGood = start <= stop && stop <= MOST && step >= 1 && step <= MOST;
  return isGood ? { start, stop, step } : undefined;
}

/** Text that stays, and numbers between. */
type Template = readonly (string | NumberFormat)[];

interface NumberFormat {
  readonly offset: number;
  /** Characters at least, filled up with zeros. */
  readonly width: number;
  /** Decimal, octal, hexadecimal, or hexadecimal digits from the last to the first with dots between. */
  readonly base: "d" | "o" | "x" | "X" | "n" | "N";
}

const PLAIN_NUMBER: NumberFormat = { offset: 0, width: 0, base: "d" };

/** Takes a line apart; what is wrong with it, if something is. */
function parseTemplate(line: string): Template | string {
  const parts: (string | NumberFormat)[] = [];
  for (const [part] of line.matchAll(/\$\$|\$\{[^}]*\}?|\$|(?:\\[\s\S]|[^$\\])+|\\/g)) {
    if (part === "$") parts.push(PLAIN_NUMBER);
    else if (part === "$$") parts.push("\\$");
    else if (!part.startsWith("${")) parts.push(part);
    else {
      const match = /^\$\{(-?\d{1,10})(?:,(\d{1,3})(?:,([doxXnN]))?)?\}$/.exec(part);
      const width = Number(match?.[2] ?? 0);
      if (match === null || width > MAX_WIDTH) {
        return `a number must be like \${0}, \${-1,3} or \${0,2,x}: found ${quote(part)}`;
      }
      const base = (match[3] ?? "d") as NumberFormat["base"];
      parts.push({ offset: Number(match[1]), width, base });
    }
  }
  return parts;
}

function fillTemplate(template: Template, value: number): string {
  return template
    .map((part) => (typeof part === "string" ? part : formatNumber(value + part.offset, part)))
    .join("");
}

function formatNumber(value: number, { width, base }: NumberFormat): string {
  // As in C, where a negative number in another base than ten is its two's complement.
  const number = base === "d" ? value : value >>> 0;
  switch (base) {
    case "d":
      return number < 0
        ? `-${String(-number).padStart(width - 1, "0")}`
        : String(number).padStart(width, "0");
    case "o":
      return number.toString(8).padStart(width, "0");
    case "x":
      return number.toString(16).padStart(width, "0");
    case "X":
      return number.toString(16).toUpperCase().padStart(width, "0");
    case "n":
      return formatNibbles(number, width);
    case "N":
      return formatNibbles(number, width).toUpperCase();
  }
}

/** `1.0.a`: the last digit first. The width counts the dots. */
function formatNibbles(value: number, width: number): string {
  let text = "";
  let rest = value;
  do {
    text += (rest % 16).toString(16);
    rest = Math.floor(rest / 16);
    if (rest > 0 || text.length < width) text += ".";
  } while (rest > 0 || text.length < width);
  return text;
}
