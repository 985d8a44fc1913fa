import { createHmac } from "node:crypto";
import { HEADER_OCTETS } from "../wire/message.ts";
import { CLASS_ANY } from "../wire/rr-types.ts";
import type { TsigKey } from "./keyring.ts";

/** What a MAC is made of, beside the message (RFC 8945 §4.3). */
export interface DigestInput {
  readonly key: TsigKey;
  /** Of the request, for its response; of the message before, within a stream; undefined for a request. */
  readonly previousMac: Uint8Array | undefined;
  /** Messages since `previousMac` that carry no signature of their own (RFC 8945 §5.3.1). */
  readonly unsigned?: readonly Uint8Array[];
  /** Of the key's variables, time and fudge alone: every message of a stream but the first. */
  readonly timersOnly: boolean;
  /** Seconds since 1970. */
  readonly time: number;
  /** Seconds. */
  readonly fudge: number;
  readonly originalId: number;
  readonly error: number;
  readonly other: Uint8Array;
}

/**
 * The MAC of a message.
 *
 * @param length octets of the message without its TSIG record
 * @param records additional records it has without the TSIG record
 */
export function computeMac(
  octets: Uint8Array,
  length: number,
  records: number,
  input: DigestInput,
): Uint8Array {
  const { key, previousMac } = input;
  const hmac = createHmac(key.algorithm.hash, key.secret);
  if (previousMac !== undefined) {
    hmac.update(Uint8Array.of(previousMac.length >> 8, previousMac.length & 0xff));
    hmac.update(previousMac);
  }
  for (const message of input.unsigned ?? []) hmac.update(message);
  // Not slice(): a Buffer's is no copy.
  const header = Uint8Array.from(octets.subarray(0, HEADER_OCTETS));
  const view = new DataView(header.buffer);
  view.setUint16(0, input.originalId);
  view.setUint16(10, records);
  hmac.update(header);
  hmac.update(octets.subarray(HEADER_OCTETS, length));
  hmac.update(input.timersOnly ? writeTimers(input) : writeVariables(input));
  return Uint8Array.from(hmac.digest());
}

/** Key name, class, TTL, algorithm, time signed, fudge, error, other length, other data. */
function writeVariables(input: DigestInput): Uint8Array {
  const { key, error, other } = input;
  const fields = new DataView(new ArrayBuffer(6));
  fields.setUint16(0, CLASS_ANY);
  const ends = new DataView(new ArrayBuffer(4));
  ends.setUint16(0, error);
  ends.setUint16(2, other.length);
  return Buffer.concat([
    key.name,
    new Uint8Array(fields.buffer),
    key.algorithm.name,
    writeTimers(input),
    new Uint8Array(ends.buffer),
    other,
  ]);
}

function writeTimers({ time, fudge }: DigestInput): Uint8Array {
  const timers = new DataView(new ArrayBuffer(8));
  timers.setUint16(0, Math.floor(time / 2 ** 32));
  timers.setUint32(2, time % 2 ** 32);
  timers.setUint16(6, fudge);
  return new Uint8Array(timers.buffer);
}
