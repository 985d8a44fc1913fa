import { formatType, TYPE_A, TYPE_AAAA, TYPE_TXT } from "../wire/rr-types.ts";
import { RDATA_FIELDS, type RdataFieldKind } from "./rdata-fields.ts";
import { explainBadSvcParams, splitSvcParams } from "./svc-params.ts";

/** What is wrong with octets that are said to be rdata of a type we know (RFC 3597 §5); undefined if nothing is. */
export function checkGenericRdata(type: number, octets: Uint8Array): string | undefined {
  const mnemonic = formatType(type);
  const wrong = `the octets are no ${mnemonic} rdata`;
  if (type === TYPE_A || type === TYPE_AAAA) {
    const size = type === TYPE_A ? 4 : 16;
    return octets.length === size
      ? undefined
      : `${mnemonic} has ${size} octets, not ${octets.length}`;
  }
  let at = 0;
  if (type === TYPE_TXT) {
    while (at < octets.length) at += 1 + (octets[at] ?? 0);
    return at === octets.length && at > 0 ? undefined : wrong;
  }
  for (const { kind } of RDATA_FIELDS.get(type) ?? []) {
    const end = skipField(kind, octets, at);
    if (end === undefined || end > octets.length) return wrong;
    if (kind === "params") return explainBadService(octets, at);
    at = end;
  }
  return at === octets.length ? undefined : wrong;
}

/** What is wrong with rdata of SVCB or HTTPS whose parameters begin at `at`. */
export function explainBadService(octets: Uint8Array, at: number): string | undefined {
  const params = splitSvcParams(octets.subarray(at));
  if (params === undefined) return "the octets are no parameters of a service";
  return explainBadSvcParams((octets[0] ?? 0) * 256 + (octets[1] ?? 0), params);
}

/** Where the field that begins at `at` ends; undefined if it is none. */
function skipField(kind: RdataFieldKind, octets: Uint8Array, at: number): number | undefined {
  switch (kind) {
    case "u8":
      return at + 1;
    case "u16":
      return at + 2;
    case "u32":
    case "time":
      return at + 4;
    case "tag":
      return octets[at] ? at + 1 + octets[at] : undefined;
    case "text":
    case "params":
      return octets.length;
    case "name":
    case "mailbox":
      return skipName(octets, at);
  }
}

/** Where an uncompressed name ends. */
function skipName(octets: Uint8Array, start: number): number | undefined {
  let at = start;
  for (let length = octets[at]; length !== undefined; length = octets[at]) {
    if (length > 63) return undefined;
    at += 1 + length;
    if (length === 0) return at - start <= 255 ? at : undefined;
  }
  return undefined;
}
