import { formatType, TYPE_A, TYPE_AAAA } from "../wire/rr-types.ts";
import { RDATA_LAYOUTS } from "./rdata-layouts.ts";

/**
 * Whether octets can be rdata of a type: every part of it lies within, names are uncompressed and well-formed. Of types
 * whose layout is not known everything can.
 *
 * @returns what is wrong, or undefined
 */
export function checkRdata(type: number, octets: Uint8Array): string | undefined {
  const layout = RDATA_LAYOUTS.get(type);
  if (layout === undefined) return undefined;
  let at = 0;
  for (const { codec } of layout.fields) {
    const end = codec.end(octets, at);
    if (end === undefined || end > octets.length) return explainBadForm(type, octets);
    at = end;
  }
  return at === octets.length ? undefined : explainBadForm(type, octets);
}

/**
 * What is wrong with octets that somebody writes as rdata of a type: their form, or what only the parts together can be
 * wrong about. What comes from another server is served even if it is of no use to clients: `checkRdata()` is for that.
 */
export function explainBadRdata(type: number, octets: Uint8Array): string | undefined {
  return checkRdata(type, octets) ?? RDATA_LAYOUTS.get(type)?.explainBad?.(octets);
}

function explainBadForm(type: number, octets: Uint8Array): string {
  if (type === TYPE_A || type === TYPE_AAAA) {
    return `${formatType(type)} has ${type === TYPE_A ? 4 : 16} octets, not ${octets.length}`;
  }
  return `the octets are no ${formatType(type)} rdata`;
}
