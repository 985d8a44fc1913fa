import { skipName } from "../wire/record-cursor.ts";

/** The numbers of an SOA record (RFC 1035 §3.3.13): a serial, and seconds. */
export interface SoaNumbers {
  readonly serial: number;
  readonly refresh: number;
  readonly retry: number;
  readonly expire: number;
  readonly minimum: number;
}

/** @param rdata uncompressed and well-formed */
export function readSoa(rdata: Uint8Array): SoaNumbers {
  const at = skipName(rdata, skipName(rdata, 0, rdata.length), rdata.length);
  const view = new DataView(rdata.buffer, rdata.byteOffset + at, rdata.length - at);
  return {
    serial: view.getUint32(0),
    refresh: view.getUint32(4),
    retry: view.getUint32(8),
    expire: view.getUint32(12),
    minimum: view.getUint32(16),
  };
}
