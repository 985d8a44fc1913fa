import { quote } from "../../config/tree.ts";
import { readRdataWords } from "../../rdata/read-rdata-words.ts";
import { warnAboutRdata } from "../../rdata/warn-about-rdata.ts";
import type { Word } from "../../rdata/word.ts";
import {
  formatType,
  TYPE_A,
  TYPE_AAAA,
  TYPE_CNAME,
  TYPE_DNAME,
  TYPE_HTTPS,
  TYPE_MX,
  TYPE_NS,
  TYPE_PTR,
  TYPE_SOA,
  TYPE_SVCB,
  TYPE_TXT,
} from "../../wire/rr-types.ts";
import { explainMisplaced, reportLineGoesOn, takesLineEnd, warnOfForeign } from "./expect.ts";
import { type Frame, type MasterState, placeOf, tokenPlace, tokenText } from "./master-state.ts";
import { explainNameProblem } from "./name-reader.ts";
import { readIpv4, readIpv6 } from "./read-address.ts";
import { readCharacterString } from "./read-character-string.ts";
import { readInteger, readSeconds } from "./read-number.ts";
import { TOKEN } from "./scanner.ts";

const BACKSLASH = 0x5c;
const HASH = 0x23;
const MAX_RDATA = 65_535;
/** Words of rdata: more than 65,535 octets need. */
const MAX_WORDS = 70_000;

/**
 * Reads the rdata behind the type that was read last, and the end of the line, into the table. The types that zones have
 * by the million are read straight from the octets; all others, and RFC 3597's form of any, word by word.
 *
 * @returns whether all is well; if not, it is reported
 */
export function readRecordRdata(frame: Frame, state: MasterState, type: number): boolean {
  const { scanner } = frame;
  scanner.joinsPairs = type === TYPE_SVCB || type === TYPE_HTTPS;
  scanner.next();
  scanner.joinsPairs = false;
  if (isGeneric(frame)) return readByWords(frame, state, type);
  switch (type) {
    case TYPE_A:
    case TYPE_AAAA:
      return readAddress(frame, state, type) && expectEnd(frame, state, type);
    case TYPE_NS:
    case TYPE_CNAME:
    case TYPE_PTR:
    case TYPE_DNAME:
      return readName(frame, state, type) && expectEnd(frame, state, type);
    case TYPE_MX:
      return (
        readNumber(frame, state, "the preference", 2) &&
        readNextName(frame, state, type) &&
        expectEnd(frame, state, type)
      );
    case TYPE_TXT:
      return readStrings(frame, state);
    case TYPE_SOA:
      return readSoa(frame, state) && expectEnd(frame, state, type);
    default:
      return readByWords(frame, state, type);
  }
}

function expectEnd(frame: Frame, state: MasterState, type: number): boolean {
  if (takesLineEnd(frame)) return true;
  reportLineGoesOn(frame, state, `the ${formatType(type)} record`);
  return false;
}

/** RFC 3597 §5. */
function isGeneric({ scanner }: Frame): boolean {
  const { octets, start, stop } = scanner;
  return (
    octets[start] === BACKSLASH &&
    octets[start + 1] === HASH &&
    stop - start === 2 &&
    scanner.token === TOKEN.word
  );
}

function readAddress(frame: Frame, state: MasterState, type: number): boolean {
  const { scanner } = frame;
  const { octets, start, stop } = scanner;
  const { table } = state;
  table.reserve(16);
  const to = table.rdataEnd;
  if (scanner.token === TOKEN.word) {
    if (type === TYPE_A && readIpv4(octets, start, stop, table.octets, to)) {
      table.rdataEnd = to + 4;
      return true;
    }
    if (type === TYPE_AAAA && readIpv6(octets, start, stop, table.octets, to)) {
      table.rdataEnd = to + 16;
      return true;
    }
  }
  const family = type === TYPE_A ? "IPv4" : "IPv6";
  return refuse(frame, state, `an ${family} address`);
}

function readNextName(frame: Frame, state: MasterState, type: number): boolean {
  frame.scanner.next();
  return readName(frame, state, type);
}

function readName(frame: Frame, state: MasterState, type: number): boolean {
  const { scanner } = frame;
  const { octets, start, stop } = scanner;
  const { names, table } = state;
  if (scanner.token !== TOKEN.word) return refuse(frame, state, "a name");
  const length = names.readTarget(octets, start, stop, frame.origin);
  if (length < 0) {
    state.issues.error(
      tokenPlace(frame),
      () =>
        `${quote(tokenText(frame))}, in a value of ${formatType(type)}, is no name: ${explainNameProblem(length)}`,
    );
    return false;
  }
  if (names.isForeign) warnOfForeign(frame, state, start, stop);
  table.reserve(length);
  const pool = table.octets;
  const to = table.rdataEnd;
  for (let i = 0; i < length; i++) pool[to + i] = names.name[i]!;
  table.rdataEnd = to + length;
  return true;
}

/** A whole number of two or four octets. */
function readNumber(frame: Frame, state: MasterState, what: string, size: 2 | 4): boolean {
  const { octets, start, stop, token } = frame.scanner;
  const most = 2 ** (8 * size) - 1;
  const value = token === TOKEN.word ? readInteger(octets, start, stop, most) : -1;
  if (value < 0) return refuse(frame, state, `${what}, a whole number from 0 to ${most}`);
  appendNumber(state, value, size);
  return true;
}

function readTime(frame: Frame, state: MasterState, what: string): boolean {
  const { scanner } = frame;
  const isWord = scanner.next() === TOKEN.word;
  const seconds = isWord ? readSeconds(scanner.octets, scanner.start, scanner.stop) : -1;
  if (seconds < 0) return refuse(frame, state, `${what}, in seconds or like 1h30m`);
  appendNumber(state, seconds, 4);
  return true;
}

function appendNumber({ table }: MasterState, value: number, size: 2 | 4): void {
  table.reserve(size);
  let to = table.rdataEnd;
  for (let shift = 8 * (size - 1); shift >= 0; shift -= 8) table.octets[to++] = value >>> shift;
  table.rdataEnd = to;
}

function readSoa(frame: Frame, state: MasterState): boolean {
  if (!readName(frame, state, TYPE_SOA) || !readNextName(frame, state, TYPE_SOA)) return false;
  frame.scanner.next();
  return (
    readNumber(frame, state, "the serial", 4) &&
    readTime(frame, state, "refresh") &&
    readTime(frame, state, "retry") &&
    readTime(frame, state, "expire") &&
    readTime(frame, state, "minimum")
  );
}

function readStrings(frame: Frame, state: MasterState): boolean {
  const { scanner } = frame;
  const { table } = state;
  const from = table.rdataEnd;
  if (scanner.token !== TOKEN.word && scanner.token !== TOKEN.quoted) {
    return refuse(frame, state, 'text, like "v=spf1 -all"');
  }
  while (scanner.token === TOKEN.word || scanner.token === TOKEN.quoted) {
    if (!readCharacterString(frame, state)) return false;
    if (table.rdataEnd - from > MAX_RDATA) {
      const problem = `the strings of the record take more than ${MAX_RDATA} octets`;
      state.issues.error(tokenPlace(frame), problem);
      return false;
    }
    scanner.next();
  }
  if (scanner.token === TOKEN.lineEnd || scanner.token === TOKEN.fileEnd) return true;
  state.issues.error(tokenPlace(frame), explainMisplaced(scanner.token, "text"));
  return false;
}

function readByWords(frame: Frame, state: MasterState, type: number): boolean {
  const { scanner } = frame;
  const words: Word[] = [];
  const places: [start: number, stop: number][] = [];
  const end = [scanner.start, scanner.stop] as [number, number];
  scanner.joinsPairs = type === TYPE_SVCB || type === TYPE_HTTPS;
  while (scanner.token === TOKEN.word || scanner.token === TOKEN.quoted) {
    if (words.length < MAX_WORDS) {
      words.push({ text: decodeWord(frame), quoted: scanner.token === TOKEN.quoted });
      places.push([scanner.start, scanner.stop]);
    }
    scanner.next();
  }
  scanner.joinsPairs = false;
  if (scanner.token !== TOKEN.lineEnd && scanner.token !== TOKEN.fileEnd) {
    const problem = explainMisplaced(scanner.token, `the rdata of ${formatType(type)}`);
    state.issues.error(tokenPlace(frame), problem);
    return false;
  }
  const read = readRdataWords(type, words, frame.origin);
  const [start, stop] = (read instanceof Uint8Array ? places[0] : places[read.word]) ?? end;
  if (read instanceof Uint8Array) {
    const warning = warnAboutRdata(type, read);
    if (warning !== undefined) state.issues.warn(placeOf(frame, start, stop), warning);
    state.table.append(read);
    return true;
  }
  state.issues.error(placeOf(frame, start, Math.max(stop, start + 1)), read.error);
  return false;
}

/** A word as text, in which octets that are not ASCII are escapes: whatever encoding they are of, they stay the same. */
function decodeWord({ scanner }: Frame): string {
  const { octets, start, stop } = scanner;
  const text = Buffer.from(octets.buffer, octets.byteOffset + start, stop - start).toString(
    "latin1",
  );
  return text.replace(/[\u0080-\u00ff]/g, (octet) => `\\${octet.charCodeAt(0)}`);
}

/** Reports that the last token is not what the rdata needs there. */
function refuse(frame: Frame, state: MasterState, expected: string): false {
  const { token } = frame.scanner;
  const isText = token === TOKEN.word || token === TOKEN.quoted;
  state.issues.error(tokenPlace(frame), () =>
    isText
      ? `expected ${expected}: found ${quote(tokenText(frame))}`
      : explainMisplaced(token, expected),
  );
  return false;
}
