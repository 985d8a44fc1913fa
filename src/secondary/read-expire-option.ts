import { findOption } from "../wire/find-option.ts";
import { HEADER_OCTETS, OPTION_EXPIRE, OPTION_HEAD_OCTETS } from "../wire/message.ts";
import { RecordCursor, read16, read32, skipName } from "../wire/record-cursor.ts";
import { TYPE_OPT } from "../wire/rr-types.ts";

/**
 * For how many seconds more a primary will have the zone, as it says itself in the EXPIRE option (RFC 7314 §3).
 *
 * @param octets a response of which the question has been read
 * @param length octets of it, without its TSIG record
 * @returns undefined if it does not say
 */
export function readExpireOption(octets: Uint8Array, length: number): number | undefined {
  const hasQuestion = read16(octets, 4) > 0;
  const start = hasQuestion ? skipName(octets, HEADER_OCTETS, length) + 4 : HEADER_OCTETS;
  const count = read16(octets, 6) + read16(octets, 8) + read16(octets, 10);
  const records = new RecordCursor(octets, length, start, count);
  while (records.next()) {
    if (records.type !== TYPE_OPT) continue;
    const { rdataAt, rdataEnd } = records;
    const at = findOption(octets, rdataAt, rdataEnd, OPTION_EXPIRE);
    if (at < 0 || read16(octets, at + 2) !== 4) return undefined;
    return read32(octets, at + OPTION_HEAD_OCTETS);
  }
  return undefined;
}
