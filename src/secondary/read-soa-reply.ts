import { formatRcode } from "../wire/format-rcode.ts";
import {
  AA_BIT,
  HEADER_OCTETS,
  OPCODE_MASK,
  QR_BIT,
  RCODE_FORMERR,
  RCODE_NOERROR,
  RCODE_NOTIMP,
  TC_BIT,
} from "../wire/message.ts";
import { equalNames } from "../wire/name.ts";
import { RecordCursor, read16, read32, readName, skipName } from "../wire/record-cursor.ts";
import { CLASS_IN, TYPE_SOA } from "../wire/rr-types.ts";
import { readExpireOption } from "./read-expire-option.ts";

/** What a primary says of a zone's serial. */
export type SoaReply =
  | {
      readonly kind: "serial";
      readonly serial: number;
      /** See `SerialAnswer`. */
      readonly expire: number | undefined;
    }
  /** It did not fit: ask over TCP. */
  | { readonly kind: "truncated" }
  | { readonly kind: "failed"; readonly reason: string; readonly isFormatError?: true };

const SOA_NUMBERS = 20;

/** Whether a message can be the answer to our question for the SOA of a zone; anybody may send us anything else. */
export function isSoaReply(
  octets: Uint8Array,
  length: number,
  id: number,
  apex: Uint8Array,
): boolean {
  if (length < HEADER_OCTETS || read16(octets, 0) !== id) return false;
  if ((octets[2]! & QR_BIT) === 0 || (octets[2]! & OPCODE_MASK) !== 0) return false;
  // A server that cannot read the question may leave it out of its error.
  if (read16(octets, 4) === 0) return (octets[3]! & 0x0f) !== RCODE_NOERROR;
  const name = readName(octets, HEADER_OCTETS, length);
  return (
    name !== undefined &&
    read16(octets, 4) === 1 &&
    name.end + 4 <= length &&
    equalNames(name.name, apex) &&
    read16(octets, name.end) === TYPE_SOA &&
    read16(octets, name.end + 2) === CLASS_IN
  );
}

/**
 * Reads the answer to our question for the SOA of a zone.
 *
 * @param octets a message that `isSoaReply()` holds for
 */
export function readSoaReply(octets: Uint8Array, length: number, apex: Uint8Array): SoaReply {
  const rcode = octets[3]! & 0x0f;
  if (rcode !== RCODE_NOERROR) {
    const isFormatError = rcode === RCODE_FORMERR || rcode === RCODE_NOTIMP;
    return {
      ...fail(`the answer is ${formatRcode(rcode)}`),
      ...(isFormatError && { isFormatError }),
    };
  }
  if ((octets[2]! & TC_BIT) !== 0) return { kind: "truncated" };
  if ((octets[2]! & AA_BIT) === 0) return fail("the answer is not authoritative");
  const questionEnd = skipName(octets, HEADER_OCTETS, length) + 4;
  const records = new RecordCursor(octets, length, questionEnd, read16(octets, 6));
  while (records.next()) {
    if (records.type !== TYPE_SOA || records.class !== CLASS_IN) continue;
    const owner = readName(octets, records.ownerAt, length);
    if (owner === undefined || !equalNames(owner.name, apex)) continue;
    const mname = skipName(octets, records.rdataAt, records.rdataEnd);
    const rname = mname < 0 ? -1 : skipName(octets, mname, records.rdataEnd);
    if (rname < 0 || rname + SOA_NUMBERS !== records.rdataEnd) break;
    const expire = readExpireOption(octets, length);
    return { kind: "serial", serial: read32(octets, rname), expire };
  }
  return fail("the answer has no SOA of the zone");
}

function fail(reason: string): Extract<SoaReply, { readonly kind: "failed" }> {
  return { kind: "failed", reason };
}
