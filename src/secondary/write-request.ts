import type { TsigKey } from "../tsig/keyring.ts";
import { signatureOctets, signMessage } from "../tsig/sign.ts";
import { HEADER_OCTETS, OPTION_EXPIRE, SAFE_UDP_OCTETS } from "../wire/message.ts";
import { CLASS_IN, TYPE_AXFR, TYPE_IXFR, TYPE_OPT, TYPE_SOA } from "../wire/rr-types.ts";

/** A question on its way to a primary. */
export interface WrittenRequest {
  readonly octets: Uint8Array;
  /** What the answer's signature goes by; undefined: it is not signed. */
  readonly mac: Uint8Array | undefined;
}

/** What a request is signed with. */
export interface RequestSigning {
  readonly key: TsigKey;
  /** Seconds since 1970. */
  readonly time: number;
}

/** OPT record with an empty EXPIRE option, which asks for one that is not (RFC 7314 §2). */
const OPT = [0, 0, TYPE_OPT, SAFE_UDP_OCTETS >> 8, SAFE_UDP_OCTETS & 0xff, 0, 0, 0, 0, 0, 4];
const EXPIRE = [0, OPTION_EXPIRE, 0, 0];

/**
 * Asks for the SOA of a zone.
 *
 * @param hasEdns whether also for how long the zone may be kept
 */
export function writeSoaRequest(
  id: number,
  apex: Uint8Array,
  hasEdns: boolean,
  signing: RequestSigning | undefined,
): WrittenRequest {
  return writeRequest(id, apex, TYPE_SOA, [], hasEdns, signing);
}

/**
 * Asks for a zone, or for the changes since the one whose SOA we have (RFC 1995 §3).
 *
 * @param ownSoa the rdata of that SOA; undefined: the whole zone
 * @param hasEdns whether also for how long it may be kept
 */
export function writeTransferRequest(
  id: number,
  apex: Uint8Array,
  ownSoa: Uint8Array | undefined,
  hasEdns: boolean,
  signing: RequestSigning | undefined,
): WrittenRequest {
  if (ownSoa === undefined) return writeRequest(id, apex, TYPE_AXFR, [], hasEdns, signing);
  const head = [0, TYPE_SOA, 0, CLASS_IN, 0, 0, 0, 0, ownSoa.length >> 8, ownSoa.length & 0xff];
  return writeRequest(id, apex, TYPE_IXFR, [...apex, ...head, ...ownSoa], hasEdns, signing);
}

function writeRequest(
  id: number,
  apex: Uint8Array,
  type: number,
  authority: readonly number[],
  hasEdns: boolean,
  signing: RequestSigning | undefined,
): WrittenRequest {
  const additional = hasEdns ? [...OPT, ...EXPIRE] : [];
  const questionEnd = HEADER_OCTETS + apex.length + 4;
  const length = questionEnd + authority.length + additional.length;
  const octets = new Uint8Array(length + (signing ? signatureOctets(signing.key) : 0));
  const view = new DataView(octets.buffer);
  view.setUint16(0, id);
  view.setUint16(4, 1);
  view.setUint16(8, authority.length > 0 ? 1 : 0);
  view.setUint16(10, hasEdns ? 1 : 0);
  octets.set(apex, HEADER_OCTETS);
  view.setUint16(HEADER_OCTETS + apex.length, type);
  view.setUint16(HEADER_OCTETS + apex.length + 2, CLASS_IN);
  octets.set(authority, questionEnd);
  octets.set(additional, questionEnd + authority.length);
  if (signing === undefined) return { octets, mac: undefined };
  const signed = signMessage(octets, length, signing.key, { time: signing.time });
  return { octets: octets.subarray(0, signed.length), mac: signed.mac };
}
