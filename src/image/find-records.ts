import { formatName } from "../wire/name.ts";
import { TYPE_CNAME } from "../wire/rr-types.ts";
import type { Name } from "../zone/model.ts";
import { RECORD_HEAD_OCTETS, RRSET } from "./layout.ts";
import { listRRsets } from "./list-rrsets.ts";

/** A record that everybody gets. */
export interface FoundRecord {
  /** Presentation form, absolute. */
  readonly owner: string;
  readonly type: number;
  /** Seconds. */
  readonly ttl: number;
  readonly rdata: Uint8Array;
}

/**
 * Finds the static records of a zone with the data of one of `wanted`. A zone may have millions of records: those of
 * fixed length, as addresses are, are compared where they lie.
 *
 * @param wanted keys of `keyOfRecord()`, by type
 */
export function findRecords(
  segment: SharedArrayBuffer,
  apex: Name,
  wanted: ReadonlyMap<number, ReadonlySet<string>>,
): FoundRecord[] {
  const octets = Buffer.from(segment);
  const mayHold = (words: Uint32Array, reference: number): boolean => {
    const at = reference >> 2;
    const type = words[at + RRSET.type]!;
    const keys = wanted.get(type);
    const stride = words[at + RRSET.stride]!;
    if (keys === undefined || stride === 0 || type === TYPE_CNAME) return keys !== undefined;
    const first = reference + RRSET.words * 4;
    for (let i = 0; i < words[at + RRSET.count]!; i++) {
      const start = first + i * stride;
      if (keys.has(octets.toString("latin1", start + RECORD_HEAD_OCTETS, start + stride)))
        return true;
    }
    return false;
  };
  return listRRsets(segment, apex, mayHold).flatMap(({ owner, type, ttl, rdata }) =>
    rdata
      .filter((data) => wanted.get(type)!.has(keyOfRecord(type, data)))
      .map((data) => ({ owner: formatName(owner), type, ttl, rdata: data })),
  );
}

/** Equal for equal data of a type; the case of a CNAME's target makes no difference (RFC 4343). */
export function keyOfRecord(type: number, rdata: Uint8Array): string {
  const key = Buffer.from(rdata).toString("latin1");
  return type === TYPE_CNAME ? key.toLowerCase() : key;
}
