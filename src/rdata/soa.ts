import { endOfName } from "./name-codecs.ts";

/** What an SOA record says (RFC 1035 §3.3.13). */
export interface Soa extends SoaNumbers {
  /** In wire form, as the next. */
  readonly mname: Uint8Array;
  readonly rname: Uint8Array;
}

export interface SoaNumbers {
  readonly serial: number;
  /** Seconds, as all below. */
  readonly refresh: number;
  readonly retry: number;
  readonly expire: number;
  readonly minimum: number;
}

const NUMBERS_OCTETS = 20;

/** @param rdata uncompressed and well-formed; the names are views into it */
export function readSoa(rdata: Uint8Array): Soa {
  const middle = endOfName(rdata, 0) ?? 1;
  const end = rdata.length - NUMBERS_OCTETS;
  const numbers = new DataView(rdata.buffer, rdata.byteOffset + end, NUMBERS_OCTETS);
  return {
    mname: rdata.subarray(0, middle),
    rname: rdata.subarray(middle, end),
    serial: numbers.getUint32(0),
    refresh: numbers.getUint32(4),
    retry: numbers.getUint32(8),
    expire: numbers.getUint32(12),
    minimum: numbers.getUint32(16),
  };
}
