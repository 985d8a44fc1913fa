import { compileSegment } from "../image/compile-segment.ts";
import { SEGMENT } from "../image/layout.ts";
import { TYPE_SOA } from "../wire/rr-types.ts";
import type { Zone } from "../zone/model.ts";
import type { PreparedZone } from "./prepare-zone.ts";

/** Empty names and zeros: what a segment must have, and nobody ever sees. */
const NO_SOA = new Uint8Array(2 + 5 * 4);

/** Compiles a zone in which nothing is steered: it depends on no geo data. */
export function prepareStatic(zone: Zone): PreparedZone {
  const compiled = compileSegment(zone, () => ({ classes: [] }));
  return { zone: { ...zone, rrsets: [], table: undefined }, compiled, maps: [] };
}

/** A zone without data at the moment: whatever is asked of it, the answer is SERVFAIL. */
export function prepareUnavailable(zone: Zone): PreparedZone {
  const soa = { owner: zone.apex, type: TYPE_SOA, ttl: 0, rdata: [NO_SOA], answers: undefined };
  const prepared = prepareStatic({ ...zone, rrsets: [soa] });
  new Uint32Array(prepared.compiled.segment)[SEGMENT.unavailable] = 1;
  const compiled = { ...prepared.compiled, names: 0, records: 0 };
  return { ...prepared, zone: { ...prepared.zone, isUnavailable: true }, compiled };
}

/** True for what `prepareUnavailable()` makes. */
export function isUnavailable({ zone }: PreparedZone): boolean {
  return zone.isUnavailable === true;
}
