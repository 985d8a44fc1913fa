import { formatHex } from "./binary-codecs.ts";
import { explainBadRdata } from "./check-rdata.ts";
import { RDATA_LAYOUTS } from "./rdata-layouts.ts";

/**
 * Presentation form of uncompressed rdata; the generic one of RFC 3597 §5 where the type's layout is not known or the
 * octets do not fit it.
 */
export function formatRdata(type: number, rdata: Uint8Array): string {
  const layout = RDATA_LAYOUTS.get(type);
  if (layout === undefined || explainBadRdata(type, rdata) !== undefined) {
    return formatGenericRdata(rdata);
  }
  const words: string[] = [];
  let at = 0;
  for (const { codec } of layout.fields) {
    const end = codec.end(rdata, at) ?? rdata.length;
    const text = codec.format(rdata, at, end);
    if (text !== "") words.push(text);
    at = end;
  }
  return words.join(" ");
}

/** `\# 4 0A000001` (RFC 3597 §5). */
function formatGenericRdata(rdata: Uint8Array): string {
  return `\\# ${rdata.length} ${formatHex(rdata)}`.trimEnd();
}
