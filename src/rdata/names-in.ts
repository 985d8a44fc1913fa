import { parseType } from "../wire/rr-types.ts";
import { RDATA_LAYOUTS } from "./rdata-layouts.ts";

/** A domain name within rdata: from its first length octet to behind its root. */
export interface RdataName {
  readonly start: number;
  readonly end: number;
}

/**
 * The names that are fields of well-formed, uncompressed rdata, in order. Those in the gateway of IPSECKEY, the relay of
 * AMTRELAY and the servers of HIP are left out: nothing is ever done to them.
 */
export function namesIn(type: number, rdata: Uint8Array): RdataName[] {
  const names: RdataName[] = [];
  let at = 0;
  for (const { codec } of RDATA_LAYOUTS.get(type)?.fields ?? []) {
    const end = codec.end(rdata, at) ?? rdata.length;
    if (codec.isName) names.push({ start: at, end });
    at = end;
  }
  return names;
}

/** Whether names in rdata of this type may be compressed on the wire: the types of RFC 1035 only (RFC 3597 §4). */
export function isCompressible(type: number): boolean {
  return COMPRESSIBLE.has(type);
}

/** Whether names in rdata of this type may arrive compressed: also types whose RFCs once allowed it (RFC 3597 §4). */
export function isExpandable(type: number): boolean {
  return EXPANDABLE.has(type);
}

/** Whether names in rdata of this type are lower case in canonical form (RFC 4034 §6.2, RFC 6840 §5.1). */
export function isLowered(type: number): boolean {
  return LOWERED.has(type);
}

const COMPRESSIBLE = typesOf("NS MD MF CNAME SOA MB MG MR PTR MINFO MX");
const EXPANDABLE = typesOf(
  "NS MD MF CNAME SOA MB MG MR PTR MINFO MX RP AFSDB RT SIG PX NXT SRV NAPTR",
);
const LOWERED = typesOf(
  "NS MD MF CNAME SOA MB MG MR PTR MINFO MX RP AFSDB RT SIG PX NXT SRV NAPTR KX DNAME RRSIG",
);

function typesOf(mnemonics: string): ReadonlySet<number> {
  return new Set(mnemonics.split(" ").map((mnemonic) => parseType(mnemonic) ?? 0));
}
