import { findNearest } from "../../config/suggest.ts";
import { quote } from "../../config/tree.ts";
import { formatName, isSubdomain } from "../../wire/name.ts";
import { formatType, isDataType, listTypes, parseType, TYPE_SOA } from "../../wire/rr-types.ts";
import { explainBadTtl, explainMisplaced, warnOfForeign } from "./expect.ts";
import { KeywordTable } from "./keyword-table.ts";
import {
  type Frame,
  type MasterState,
  NO_TTL,
  OWNER,
  placeOf,
  tokenPlace,
  tokenText,
} from "./master-state.ts";
import { explainNameProblem } from "./name-reader.ts";
import { MAX_TTL, readSeconds } from "./read-number.ts";
import { readRecordRdata } from "./read-record-rdata.ts";
import { TABLE_LIMITS } from "./record-table.ts";
import { TOKEN } from "./scanner.ts";

const ZERO = 0x30;
const NONE = -1;

const TYPES = new KeywordTable(listTypes().map((text) => [text, parseType(text)!] as const));
const CLASSES = new KeywordTable([
  ["IN", 1],
  ["CLASS1", 1],
  ["CS", 2],
  ["CH", 3],
  ["HS", 4],
]);

/** Reads the record whose first token was read last, up to the end of its line if nothing is wrong with it. */
export function readRecord(frame: Frame, state: MasterState, startsBlank: boolean): void {
  const { scanner } = frame;
  const { start } = scanner;
  if (startsBlank) {
    if (frame.owner === OWNER.none) {
      state.issues.error(
        tokenPlace(frame),
        "no owner: the line begins with white space, and no record comes before it",
      );
      frame.owner = OWNER.bad;
    }
  } else {
    frame.owner = readOwner(frame, state);
    scanner.next();
  }
  if (!readHead(frame, state)) return;
  const { type } = state.head;
  if (!readRecordRdata(frame, state, type)) {
    state.table.dropRdata();
    return;
  }
  const ttl = chooseTtl(frame, state, start);
  if (frame.owner < 0 || ttl === NO_TTL || isFull(frame, state)) {
    state.table.dropRdata();
    return;
  }
  const place = frame.fixed?.start ?? frame.base + start;
  state.table.add(frame.owner, type, ttl, place);
}

/** Reads TTL and class, in either order, and the type; false if something is wrong, which is then reported. */
function readHead(frame: Frame, state: MasterState): boolean {
  const { scanner } = frame;
  const { head } = state;
  const { octets } = scanner;
  let hasClass = false;
  head.ttl = NO_TTL;
  for (;;) {
    const { start, stop } = scanner;
    if (scanner.token !== TOKEN.word) {
      state.issues.error(
        tokenPlace(frame),
        explainMisplaced(scanner.token, "a type, like A or MX"),
      );
      return false;
    }
    head.type = TYPES.find(octets, start, stop);
    if (head.type !== NONE) break;
    const digit = octets[start]! - ZERO;
    if (head.ttl === NO_TTL && digit >= 0 && digit <= 9) {
      if (!readTtl(frame, state)) return false;
    } else if (!hasClass && isClassWord(frame)) {
      hasClass = true;
      if (!checkClass(frame, state)) return false;
    } else {
      const type = parseType(tokenText(frame));
      if (type === undefined) return refuse(frame, state, explainUnknownType);
      head.type = type;
      break;
    }
    scanner.next();
  }
  if (isDataType(head.type)) return true;
  state.issues.error(tokenPlace(frame), `${formatType(head.type)} is no type of a record`);
  return false;
}

function readTtl(frame: Frame, state: MasterState): boolean {
  const { octets, start, stop } = frame.scanner;
  const { head } = state;
  head.ttl = readSeconds(octets, start, stop);
  if (head.ttl >= 0 && head.ttl <= MAX_TTL) {
    state.lastTtl = head.ttl;
    return true;
  }
  return refuse(frame, state, explainBadTtl);
}

function isClassWord(frame: Frame): boolean {
  const { octets, start, stop } = frame.scanner;
  if (CLASSES.find(octets, start, stop) !== NONE) return true;
  return stop - start > 5 && /^CLASS\d{1,5}$/i.test(tokenText(frame));
}

function checkClass(frame: Frame, state: MasterState): boolean {
  const { octets, start, stop } = frame.scanner;
  if (CLASSES.find(octets, start, stop) === 1) return true;
  return refuse(frame, state, (text) => `records must be of class IN: found ${quote(text)}`);
}

/** Reports the last token. Apart from what reads records: a function that is made in there is made for each of them. */
function refuse(frame: Frame, state: MasterState, explain: (text: string) => string): false {
  state.issues.error(tokenPlace(frame), () => explain(tokenText(frame)));
  return false;
}

function explainUnknownType(text: string): string {
  const near = findNearest(text, listTypes());
  const hint = near === undefined ? "" : `; did you mean ${quote(near)}?`;
  return `${quote(text)} is no record type${hint}`;
}

/** The number of the owner that the last token names, or one of OWNER. */
function readOwner(frame: Frame, state: MasterState): number {
  const { scanner } = frame;
  const { names, apex, table } = state;
  const { octets, start, stop } = scanner;
  const length = names.readOwner(octets, start, stop, frame.origin);
  if (length < 0) return refuseOwner(frame, state, length);
  if (names.isForeign) warnOfForeign(frame, state, start, stop);
  if (names.isAbsolute || !frame.isInside) {
    const name = names.name.subarray(0, length);
    if (!isSubdomain(name, apex)) return leaveOut(frame, state, name);
  }
  return table.owners.add(names.name, 0, length, names.hash(frame.originHash));
}

function refuseOwner(frame: Frame, state: MasterState, problem: number): number {
  const why = explainNameProblem(problem);
  refuse(frame, state, (text) => `the owner ${quote(text)} is no name: ${why}`);
  return OWNER.bad;
}

function leaveOut(frame: Frame, { issues, apex }: MasterState, name: Uint8Array): number {
  const shown = formatName(name);
  issues.warn(
    tokenPlace(frame),
    () => `${quote(shown)} is out of the zone ${quote(formatName(apex))}: its records are left out`,
  );
  return OWNER.outside;
}

/** The TTL of the record whose rdata was written last, in seconds; NO_TTL if there is none, which is then reported. */
function chooseTtl(frame: Frame, state: MasterState, start: number): number {
  const { head } = state;
  if (head.ttl !== NO_TTL) return head.ttl;
  if (state.defaultTtl !== NO_TTL) return state.defaultTtl;
  if (state.lastTtl !== NO_TTL) {
    warnOfTtl(frame, state, start, `the TTL ${state.lastTtl} of the record before is taken`);
    return state.lastTtl;
  }
  if (head.type === TYPE_SOA) {
    state.defaultTtl = readMinimum(state);
    warnOfTtl(frame, state, start, `the SOA's minimum, ${state.defaultTtl}, is taken`);
    return state.defaultTtl;
  }
  if (state.fallbackTtl !== NO_TTL) return state.fallbackTtl;
  state.issues.error(
    placeOf(frame, start, start),
    "no TTL: write $TTL 3600 at the top of the file, or a TTL in front of the type",
  );
  // One report is enough.
  state.defaultTtl = 0;
  return NO_TTL;
}

function warnOfTtl(frame: Frame, state: MasterState, start: number, what: string): void {
  if (state.hasWarnedOfTtl || state.fallbackTtl !== NO_TTL) return;
  state.hasWarnedOfTtl = true;
  state.issues.warn(
    placeOf(frame, start, start),
    `neither a TTL here nor a $TTL above: ${what}, where other servers may take another`,
  );
}

/** The last of the SOA's numbers (RFC 1035 §3.3.13). */
function readMinimum({ table }: MasterState): number {
  const { octets, rdataEnd } = table;
  const view = new DataView(octets.buffer, octets.byteOffset + rdataEnd - 4, 4);
  return Math.min(view.getUint32(0), MAX_TTL);
}

function isFull(frame: Frame, { table, issues }: MasterState): boolean {
  if (!table.isFull) return false;
  issues.error(tokenPlace(frame), `the zone is too large: at most ${TABLE_LIMITS} are allowed`);
  return true;
}
