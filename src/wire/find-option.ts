import { OPTION_HEAD_OCTETS } from "./message.ts";
import { read16 } from "./record-cursor.ts";

/**
 * Looks for an option in the rdata of an OPT record (RFC 6891 §6.1.2).
 *
 * @param end where the rdata ends
 * @returns where the first one with that code starts, all of it before `end`; -1: there is none
 */
export function findOption(octets: Uint8Array, start: number, end: number, code: number): number {
  let at = start;
  while (at + OPTION_HEAD_OCTETS <= end) {
    const next = at + OPTION_HEAD_OCTETS + read16(octets, at + 2);
    if (next > end) return -1;
    if (read16(octets, at) === code) return at;
    at = next;
  }
  return -1;
}
