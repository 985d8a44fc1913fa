import { type Frame, type MasterState, tokenPlace } from "./master-state.ts";
import { readEscape } from "./name-reader.ts";

/** Octets of one character-string (RFC 1035 §3.3). */
const MAX_STRING = 255;
const BACKSLASH = 0x5c;
const ZERO = 0x30;

/** Appends the last token to the rdata as a character-string; false if it is none, which is then reported. */
export function readCharacterString(frame: Frame, state: MasterState): boolean {
  const { octets, start, stop, escaped } = frame.scanner;
  const { table } = state;
  table.reserve(stop - start + 1);
  const pool = table.octets;
  const first = table.rdataEnd + 1;
  let to = first;
  if (!escaped) {
    for (let at = start; at < stop; at++) pool[to++] = octets[at]!;
  } else {
    for (let at = start; at < stop; at++) {
      let octet = octets[at]!;
      if (octet === BACKSLASH) {
        octet = readEscape(octets, at, stop);
        if (octet < 0) {
          const problem = "the text holds a broken escape: \\DDD takes three digits, 000 to 255";
          state.issues.error(tokenPlace(frame), problem);
          return false;
        }
        const digit = octets[at + 1]! - ZERO;
        at += digit >= 0 && digit <= 9 ? 3 : 1;
      }
      pool[to++] = octet;
    }
  }
  const length = to - first;
  if (length > MAX_STRING) {
    state.issues.error(
      tokenPlace(frame),
      `a string of ${length} octets: at most ${MAX_STRING} fit into one; write it as several, "…" "…"`,
    );
    return false;
  }
  pool[first - 1] = length;
  table.rdataEnd = to;
  return true;
}
