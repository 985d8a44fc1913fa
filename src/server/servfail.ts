import { HEADER_OCTETS, OPCODE_MASK, QR_BIT, RCODE_SERVFAIL, RD_BIT } from "../wire/message.ts";

/**
 * Writes the bare header of a SERVFAIL response, for faults of our own; nothing but the header of the query is trusted.
 *
 * @returns octets written to `out`, 0 if `query` is none
 */
export function writeServfail(query: Uint8Array, length: number, out: Uint8Array): number {
  const flags = query[2] ?? 0;
  if (length < HEADER_OCTETS || (flags & QR_BIT) !== 0) return 0;
  // Both may be the same octets.
  out[0] = query[0] ?? 0;
  out[1] = query[1] ?? 0;
  out[2] = QR_BIT | (flags & (OPCODE_MASK | RD_BIT));
  out[3] = RCODE_SERVFAIL;
  out.fill(0, 4, HEADER_OCTETS);
  return HEADER_OCTETS;
}
