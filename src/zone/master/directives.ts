import { findNearest } from "../../config/suggest.ts";
import { quote } from "../../config/tree.ts";
import { decodeCharacters } from "../../rdata/presentation.ts";
import { isSubdomain } from "../../wire/name.ts";
import { expectLineEnd, explainBadTtl, explainMisplaced } from "./expect.ts";
import { generateRecords } from "./generate-records.ts";
import {
  type Frame,
  type MasterState,
  placeOf,
  textOf,
  tokenPlace,
  tokenText,
} from "./master-state.ts";
import { explainNameProblem } from "./name-reader.ts";
import { hashName } from "./name-table.ts";
import { MAX_TTL, readSeconds } from "./read-number.ts";
import { Scanner, TOKEN } from "./scanner.ts";

/** Files within files. */
const MAX_INCLUDES = 10;

const DIRECTIVES = ["$ORIGIN", "$TTL", "$INCLUDE", "$GENERATE"];

/** Does what the line says whose first token, with a dollar in front, was read last. */
export function readDirective(frame: Frame, state: MasterState): void {
  const name = tokenText(frame);
  switch (name.toUpperCase()) {
    case "$ORIGIN":
      readOrigin(frame, state);
      return;
    case "$TTL":
      readDefaultTtl(frame, state);
      return;
    case "$INCLUDE":
      readInclude(frame, state);
      return;
    case "$GENERATE":
      generateRecords(frame, state);
      return;
    default: {
      const near = findNearest(name, DIRECTIVES);
      const hint =
        near === undefined ? `; there are ${DIRECTIVES.join(", ")}` : `; did you mean ${near}?`;
      const problem = `${quote(name)} is no directive${hint}`;
      state.issues.error(tokenPlace(frame), problem);
    }
  }
}

function readOrigin(frame: Frame, state: MasterState): void {
  frame.scanner.next();
  const origin = readOriginName(frame, state);
  if (origin === undefined || !expectLineEnd(frame, state, "$ORIGIN")) return;
  setOrigin(frame, state, origin);
}

/** The name in the last token, relative to the origin that there is; undefined if it is none, which is then reported. */
function readOriginName(frame: Frame, state: MasterState): Uint8Array | undefined {
  const { octets, start, stop, token } = frame.scanner;
  if (token !== TOKEN.word) {
    state.issues.error(tokenPlace(frame), explainMisplaced(token, "a name, like example.com."));
    return undefined;
  }
  const length = state.names.readOwner(octets, start, stop, frame.origin);
  if (length >= 0) return state.names.name.slice(0, length);
  const problem = explainNameProblem(length);
  state.issues.error(tokenPlace(frame), () => `${quote(tokenText(frame))} is no name: ${problem}`);
  return undefined;
}

function setOrigin(frame: Frame, state: MasterState, origin: Uint8Array): void {
  frame.origin = origin;
  frame.originHash = hashName(origin, 0);
  frame.isInside = isSubdomain(origin, state.apex);
}

function readDefaultTtl(frame: Frame, state: MasterState): void {
  const { scanner } = frame;
  const isWord = scanner.next() === TOKEN.word;
  const seconds = isWord ? readSeconds(scanner.octets, scanner.start, scanner.stop) : -1;
  if (seconds < 0 || seconds > MAX_TTL) {
    state.issues.error(tokenPlace(frame), explainBadTtl(tokenText(frame)));
    // Records that count on it are not to blame.
    state.defaultTtl = 0;
  } else if (expectLineEnd(frame, state, "$TTL")) state.defaultTtl = seconds;
}

/** RFC 1035 §5.1: the origin of this file stays as it is, whatever the included one does. */
function readInclude(frame: Frame, state: MasterState): void {
  const { scanner } = frame;
  const token = scanner.next();
  const place = tokenPlace(frame);
  if (token !== TOKEN.word && token !== TOKEN.quoted) {
    state.issues.error(place, explainMisplaced(token, "the name of a file"));
    return;
  }
  const { start, stop } = scanner;
  const written = scanner.octets.subarray(start, stop);
  const name = decodeCharacters(new TextDecoder().decode(written));
  if (name === undefined) {
    state.issues.error(place, "the name of the file holds a broken escape");
    return;
  }
  let { origin } = frame;
  if (scanner.next() === TOKEN.word) {
    const written = readOriginName(frame, state);
    if (written === undefined || !expectLineEnd(frame, state, "$INCLUDE")) return;
    origin = written;
  } else if (scanner.token !== TOKEN.lineEnd && scanner.token !== TOKEN.fileEnd) {
    const problem = explainMisplaced(scanner.token, "a name as origin, or the end of the line");
    state.issues.error(tokenPlace(frame), problem);
    return;
  }
  const problem = includeFile(frame, state, new TextDecoder().decode(name), origin);
  if (problem !== undefined) {
    const where = placeOf(frame, start, Math.max(stop, start + 1));
    state.issues.error(
      where,
      `${quote(textOf(frame, start, stop))} cannot be included: ${problem}`,
    );
  }
}

/** Reads a file in place of a line; what keeps it from being read, if anything does. */
function includeFile(
  frame: Frame,
  state: MasterState,
  name: string,
  origin: Uint8Array,
): string | undefined {
  if (frame.trail.length > MAX_INCLUDES) {
    return `it would be within ${MAX_INCLUDES} others: ${frame.trail.join(" → ")}`;
  }
  if (state.parts === undefined) return "files are not at hand here";
  const part = state.parts.read(name, frame.file);
  if (typeof part === "string") return part;
  const trail = [...frame.trail, part.file];
  if (frame.trail.includes(part.file)) return `it includes itself: ${trail.join(" → ")}`;
  state.budget -= part.octets.length;
  if (state.budget < 0) return "the files of the zone are too large together";
  const included: Frame = {
    scanner: new Scanner(part.octets),
    file: part.file,
    base: state.issues.addSource(part.file, part.octets),
    fixed: undefined,
    trail,
    origin: frame.origin,
    originHash: frame.originHash,
    isInside: frame.isInside,
    owner: frame.owner,
  };
  setOrigin(included, state, origin);
  state.readLines(included, state);
  return undefined;
}
