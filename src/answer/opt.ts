import { OPTION_CLIENT_SUBNET } from "../wire/message.ts";
import type { Query } from "../wire/query.ts";
import { TYPE_OPT } from "../wire/rr-types.ts";
import { type Response, write16 } from "./response.ts";

const OPT_OCTETS = 11;
/** Option code and length, family, source and scope prefix length. */
const SUBNET_OCTETS = 8;

/** @returns octets to keep free for the OPT record of the response; 0 if there will be none */
export function optOctets(query: Query): number {
  if (!query.hasEdns) return 0;
  return OPT_OCTETS + (query.hasSubnet ? SUBNET_OCTETS + query.subnetOctets : 0);
}

/**
 * Writes the OPT record (RFC 6891 §6.1): our payload size, the upper bits of the RCODE, DO as it came, and the client
 * subnet with the scope the answer is good for (RFC 7871 §7.2.1).
 */
export function writeOpt(
  response: Response,
  query: Query,
  octets: Uint8Array,
  rcode: number,
  payload: number,
  scope: number,
): void {
  const out = response.octets;
  let to = response.at;
  out[to] = 0;
  write16(out, to + 1, TYPE_OPT);
  write16(out, to + 3, payload);
  out[to + 5] = rcode >> 4;
  out[to + 6] = 0;
  write16(out, to + 7, query.dnssecOk ? 0x8000 : 0);
  write16(out, to + 9, query.hasSubnet ? SUBNET_OCTETS + query.subnetOctets : 0);
  to += OPT_OCTETS;
  if (query.hasSubnet) {
    write16(out, to, OPTION_CLIENT_SUBNET);
    write16(out, to + 2, 4 + query.subnetOctets);
    write16(out, to + 4, query.subnetFamily);
    out[to + 6] = query.subnetSource;
    out[to + 7] = scope;
    for (let i = 0; i < query.subnetOctets; i++) out[to + 8 + i] = octets[query.subnetAt + i]!;
    to += SUBNET_OCTETS + query.subnetOctets;
  }
  response.at = to;
  response.additionals++;
}
