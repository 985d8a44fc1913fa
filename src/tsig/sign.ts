import { CLASS_ANY, TYPE_TSIG } from "../wire/rr-types.ts";
import { computeMac } from "./digest.ts";
import type { TsigKey } from "./keyring.ts";

/** Seconds that clocks may differ (RFC 8945 §10). */
export const FUDGE = 300;
/** Type, class, TTL, rdata length; time, fudge, MAC size; original ID, error, other length. */
export const FIXED_OCTETS: number = 10 + 10 + 6;
/** Octets of the time that a BADTIME error carries. */
export const OTHER_OCTETS = 6;

const NOTHING = new Uint8Array(0);

/** How a message is signed beside with which key. */
export interface SigningOptions {
  /** Seconds since 1970. */
  readonly time: number;
  /** Of the request, for its response; of the message before, within a stream; undefined for a request. */
  readonly previousMac?: Uint8Array;
  readonly timersOnly?: boolean;
  readonly error?: number;
  readonly other?: Uint8Array;
}

/** A message with its signature. */
export interface Signed {
  /** Octets of the message, TSIG record included. */
  readonly length: number;
  readonly mac: Uint8Array;
}

/** Octets of a TSIG record of this key, errors with a time included. */
export function signatureOctets({ name, algorithm }: TsigKey): number {
  return name.length + FIXED_OCTETS + algorithm.name.length + algorithm.octets + OTHER_OCTETS;
}

/**
 * Signs a message: appends the TSIG record and counts it.
 *
 * @param octets has room for `signatureOctets()` more
 * @param length octets of the message so far
 */
export function signMessage(
  octets: Uint8Array,
  length: number,
  key: TsigKey,
  { time, previousMac, timersOnly = false, error = 0, other = NOTHING }: SigningOptions,
): Signed {
  const view = new DataView(octets.buffer, octets.byteOffset, octets.length);
  const mac = computeMac(octets, length, view.getUint16(10), {
    key,
    previousMac,
    timersOnly,
    time,
    fudge: FUDGE,
    originalId: view.getUint16(0),
    error,
    other,
  });
  const { name, algorithm } = key;
  const end = writeSignature(octets, length, {
    keyName: name,
    algorithm: algorithm.name,
    time,
    mac,
    error,
    other,
  });
  return { length: end, mac };
}

/** What a TSIG record holds that is not the same in all we write. */
export interface SignatureFields {
  readonly keyName: Uint8Array;
  readonly algorithm: Uint8Array;
  readonly time: number;
  readonly mac: Uint8Array;
  readonly error: number;
  readonly other: Uint8Array;
}

/** Appends a TSIG record as it is, and counts it. @returns octets of the message */
export function writeSignature(
  octets: Uint8Array,
  length: number,
  { keyName, algorithm, time, mac, error, other }: SignatureFields,
): number {
  const view = new DataView(octets.buffer, octets.byteOffset, octets.length);
  octets.set(keyName, length);
  let to = length + keyName.length;
  view.setUint16(to, TYPE_TSIG);
  view.setUint16(to + 2, CLASS_ANY);
  view.setUint32(to + 4, 0);
  const rdata = to + 10;
  octets.set(algorithm, rdata);
  to = rdata + algorithm.length;
  view.setUint16(to, Math.floor(time / 2 ** 32));
  view.setUint32(to + 2, time % 2 ** 32);
  view.setUint16(to + 6, FUDGE);
  view.setUint16(to + 8, mac.length);
  octets.set(mac, to + 10);
  to += 10 + mac.length;
  view.setUint16(to, view.getUint16(0));
  view.setUint16(to + 2, error);
  view.setUint16(to + 4, other.length);
  octets.set(other, to + 6);
  to += 6 + other.length;
  view.setUint16(rdata - 2, to - rdata);
  view.setUint16(10, view.getUint16(10) + 1);
  return to;
}
