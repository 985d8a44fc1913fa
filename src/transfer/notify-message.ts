import type { TsigKey } from "../tsig/keyring.ts";
import { signatureOctets, signMessage } from "../tsig/sign.ts";
import { VerifyingStream } from "../tsig/verifying-stream.ts";
import { AA_BIT, HEADER_OCTETS, OPCODE_MASK, QR_BIT } from "../wire/message.ts";
import { lowerName } from "../wire/name.ts";
import { CLASS_IN, TYPE_SOA } from "../wire/rr-types.ts";
import type { Name } from "../zone/model.ts";

/** The opcode where the header has it (RFC 1996 §3). */
const OPCODE_NOTIFY = 4 << 3;
const RECORD_FIELDS = 10;

/** A NOTIFY on its way. */
export interface NotifyMessage {
  readonly octets: Uint8Array;
  readonly id: number;
  /** What the response must be signed by; undefined: it is not signed. */
  readonly signed: { readonly key: TsigKey; readonly mac: Uint8Array } | undefined;
}

/**
 * Says that a zone has changed, and to which version (RFC 1996 §3.7).
 *
 * @param soa rdata of the zone's SOA
 * @param ttl its TTL
 * @param nowSeconds seconds since 1970
 */
export function writeNotify(
  id: number,
  apex: Name,
  soa: Uint8Array,
  ttl: number,
  key: TsigKey | undefined,
  nowSeconds: number,
): NotifyMessage {
  const answer = HEADER_OCTETS + apex.length + 4;
  const length = answer + 2 + RECORD_FIELDS + soa.length;
  const octets = new Uint8Array(length + (key === undefined ? 0 : signatureOctets(key)));
  const view = new DataView(octets.buffer);
  view.setUint16(0, id);
  view.setUint8(2, OPCODE_NOTIFY | AA_BIT);
  view.setUint16(4, 1);
  view.setUint16(6, 1);
  octets.set(apex, HEADER_OCTETS);
  view.setUint16(answer - 4, TYPE_SOA);
  view.setUint16(answer - 2, CLASS_IN);
  // The owner is the name of the question.
  view.setUint16(answer, 0xc000 | HEADER_OCTETS);
  view.setUint16(answer + 2, TYPE_SOA);
  view.setUint16(answer + 4, CLASS_IN);
  view.setUint32(answer + 6, ttl);
  view.setUint16(answer + 10, soa.length);
  octets.set(soa, answer + 12);
  if (key === undefined) return { octets, id, signed: undefined };
  const { length: end, mac } = signMessage(octets, length, key, { time: nowSeconds });
  return { octets: octets.subarray(0, end), id, signed: { key, mac } };
}

/** What somebody says to a NOTIFY. */
export type NotifyReply =
  | { readonly kind: "answered"; readonly rcode: number }
  /** It proves nothing: it is no response, to something else, or not signed as it should be. */
  | { readonly kind: "ignored" };

/** Reads the response to a NOTIFY. @param nowSeconds seconds since 1970 */
export function readNotifyReply(
  { octets: sent, signed }: NotifyMessage,
  octets: Uint8Array,
  nowSeconds: number,
): NotifyReply {
  const isResponse =
    octets.length >= HEADER_OCTETS &&
    octets[0] === sent[0] &&
    octets[1] === sent[1] &&
    (octets[2]! & (QR_BIT | OPCODE_MASK)) === (QR_BIT | OPCODE_NOTIFY);
  if (!isResponse || !repeatsQuestion(sent, octets)) return { kind: "ignored" };
  const rcode = octets[3]! & 0x0f;
  if (signed === undefined) return { kind: "answered", rcode };
  const stream = new VerifyingStream(signed.key, signed.mac);
  const verdict = stream.verify(octets, octets.length, nowSeconds);
  // Whoever does not know our key cannot sign that.
  if (verdict.kind === "refused" && verdict.isReported) {
    return { kind: "answered", rcode: verdict.rcode };
  }
  return verdict.kind === "verified" ? { kind: "answered", rcode } : { kind: "ignored" };
}

/** Whether a response has the question that was asked, or none. */
function repeatsQuestion(sent: Uint8Array, octets: Uint8Array): boolean {
  if (octets[4] === 0 && octets[5] === 0) return true;
  let end = HEADER_OCTETS;
  while (sent[end] !== 0) end += sent[end]! + 1;
  end += 5;
  const question = octets.subarray(HEADER_OCTETS, end);
  return Buffer.from(lowerName(question)).equals(sent.subarray(HEADER_OCTETS, end));
}
