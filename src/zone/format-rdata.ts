import { formatAddress } from "../address/parse.ts";
import { formatName } from "../wire/name.ts";
import {
  TYPE_A,
  TYPE_AAAA,
  TYPE_CAA,
  TYPE_CNAME,
  TYPE_MX,
  TYPE_NS,
  TYPE_PTR,
  TYPE_SOA,
  TYPE_SRV,
  TYPE_TXT,
} from "../wire/rr-types.ts";

/**
 * Presentation form of uncompressed rdata; of types without a known layout the generic one of RFC 3597 §5.
 *
 * @param rdata well-formed, as zones hold it
 */
export function formatRdata(type: number, rdata: Uint8Array): string {
  const view = new DataView(rdata.buffer, rdata.byteOffset, rdata.length);
  switch (type) {
    case TYPE_A:
      return formatAddress({ family: 4, octets: rdata });
    case TYPE_AAAA:
      return formatAddress({ family: 6, octets: rdata });
    case TYPE_CNAME:
    case TYPE_NS:
    case TYPE_PTR:
      return formatName(rdata);
    case TYPE_MX:
      return `${view.getUint16(0)} ${formatName(rdata.subarray(2))}`;
    case TYPE_SRV: {
      const numbers = [0, 2, 4].map((at) => view.getUint16(at)).join(" ");
      return `${numbers} ${formatName(rdata.subarray(6))}`;
    }
    case TYPE_SOA:
      return formatSoa(rdata, view);
    case TYPE_TXT:
      return formatStrings(rdata);
    case TYPE_CAA: {
      const end = 2 + rdata[1]!;
      const tag = Buffer.from(rdata.subarray(2, end)).toString("latin1");
      return `${rdata[0]} ${tag} ${quote(rdata.subarray(end))}`;
    }
    default:
      return `\\# ${rdata.length} ${Buffer.from(rdata).toString("hex").toUpperCase()}`.trimEnd();
  }
}

function formatSoa(rdata: Uint8Array, view: DataView): string {
  const rname = endOfName(rdata, 0);
  const numbers = endOfName(rdata, rname);
  const values = [0, 4, 8, 12, 16].map((at) => view.getUint32(numbers + at)).join(" ");
  return `${formatName(rdata)} ${formatName(rdata.subarray(rname))} ${values}`;
}

function endOfName(octets: Uint8Array, start: number): number {
  let at = start;
  while (octets[at] !== 0) at += 1 + octets[at]!;
  return at + 1;
}

function formatStrings(rdata: Uint8Array): string {
  const strings: string[] = [];
  for (let at = 0; at < rdata.length; at += 1 + rdata[at]!) {
    strings.push(quote(rdata.subarray(at + 1, at + 1 + rdata[at]!)));
  }
  return strings.join(" ");
}

/** A character-string in quotes (RFC 1035 §5.1). */
function quote(octets: Uint8Array): string {
  let text = "";
  for (const octet of octets) {
    if (octet === 0x22 || octet === 0x5c) text += `\\${String.fromCharCode(octet)}`;
    else if (octet < 0x20 || octet > 0x7e) text += `\\${String(octet).padStart(3, "0")}`;
    else text += String.fromCharCode(octet);
  }
  return `"${text}"`;
}
