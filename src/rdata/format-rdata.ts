import { formatAddress } from "../address/parse.ts";
import { formatName } from "../wire/name.ts";
import {
  TYPE_A,
  TYPE_AAAA,
  TYPE_CAA,
  TYPE_CNAME,
  TYPE_HTTPS,
  TYPE_MX,
  TYPE_NS,
  TYPE_PTR,
  TYPE_SOA,
  TYPE_SRV,
  TYPE_SVCB,
  TYPE_TXT,
} from "../wire/rr-types.ts";
import {
  formatSvcKey,
  KEY_ALPN,
  KEY_ECH,
  KEY_IPV4HINT,
  KEY_IPV6HINT,
  KEY_MANDATORY,
  KEY_PORT,
  type SvcParam,
  splitSvcParams,
} from "./svc-params.ts";

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
    case TYPE_HTTPS:
    case TYPE_SVCB:
      return formatService(rdata, view);
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

/** `1 . alpn="h2,h3" port=8443` (RFC 9460 §2.1). */
function formatService(rdata: Uint8Array, view: DataView): string {
  const start = endOfName(rdata, 2);
  const params = (splitSvcParams(rdata.subarray(start)) ?? []).map((param) => {
    const value = formatSvcValue(param);
    const key = formatSvcKey(param.key);
    return value === "" ? key : `${key}=${value}`;
  });
  return [view.getUint16(0), formatName(rdata.subarray(2)), ...params].join(" ");
}

function formatSvcValue({ key, value }: SvcParam): string {
  const view = new DataView(value.buffer, value.byteOffset, value.length);
  switch (key) {
    case KEY_MANDATORY: {
      const keys: string[] = [];
      for (let at = 0; at < value.length; at += 2) keys.push(formatSvcKey(view.getUint16(at)));
      return keys.join(",");
    }
    case KEY_ALPN: {
      const list: number[] = [];
      for (let at = 0; at < value.length; at += 1 + value[at]!) {
        if (at > 0) list.push(0x2c);
        // A comma or backslash within a protocol is escaped once for the list (RFC 9460 appendix A.1), once for the text.
        for (const octet of value.subarray(at + 1, at + 1 + value[at]!)) {
          if (octet === 0x2c || octet === 0x5c) list.push(0x5c);
          list.push(octet);
        }
      }
      return quote(Uint8Array.from(list));
    }
    case KEY_PORT:
      return String(view.getUint16(0));
    case KEY_IPV4HINT:
    case KEY_IPV6HINT: {
      const family = key === KEY_IPV4HINT ? 4 : 6;
      const size = family === 4 ? 4 : 16;
      const hints: string[] = [];
      for (let at = 0; at < value.length; at += size) {
        hints.push(formatAddress({ family, octets: value.subarray(at, at + size) }));
      }
      return hints.join(",");
    }
    case KEY_ECH:
      return Buffer.from(value).toString("base64");
    default:
      return value.length === 0 ? "" : quote(value);
  }
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
