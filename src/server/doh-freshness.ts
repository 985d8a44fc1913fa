import { HEADER_OCTETS, RCODE_NOERROR, RCODE_NXDOMAIN } from "../wire/message.ts";
import { skipName } from "../wire/record-cursor.ts";
import { TYPE_SOA } from "../wire/rr-types.ts";

/** Behind the owner: type, class, TTL and length of the rdata. */
const RECORD_HEAD_OCTETS = 10;

/**
 * For how many seconds a response is good over HTTP (RFC 8484 §5.1): the smallest TTL of its answers; without any the time that
 * a negative answer may be kept (RFC 2308 §5); 0 for everything else.
 */
export function findFreshness(response: Uint8Array): number {
  const rcode = response[3]! & 0x0f;
  if (rcode !== RCODE_NOERROR && rcode !== RCODE_NXDOMAIN) return 0;
  const view = new DataView(response.buffer, response.byteOffset, response.length);
  const answers = view.getUint16(6);
  const authorities = view.getUint16(8);
  let at = HEADER_OCTETS;
  for (let i = view.getUint16(4); i > 0; i--) at = skipName(response, at, response.length) + 4;
  let smallest = Number.POSITIVE_INFINITY;
  for (let i = 0; i < answers + authorities; i++) {
    const head = skipName(response, at, response.length);
    const ttl = view.getUint32(head + 4);
    at = head + RECORD_HEAD_OCTETS + view.getUint16(head + 8);
    if (i < answers) {
      smallest = Math.min(smallest, ttl);
    } else {
      if (answers > 0) break;
      // MINIMUM is the last field of an SOA (RFC 1035 §3.3.13).
      if (view.getUint16(head) === TYPE_SOA) smallest = Math.min(ttl, view.getUint32(at - 4));
    }
  }
  return Number.isFinite(smallest) ? smallest : 0;
}
