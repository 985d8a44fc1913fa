import { findOption } from "../wire/find-option.ts";
import {
  CLASSIC_UDP_OCTETS,
  HEADER_OCTETS,
  OPCODE_MASK,
  OPTION_EXPIRE,
  QR_BIT,
} from "../wire/message.ts";
import { lowerName } from "../wire/name.ts";
import { NameKey } from "../wire/name-key.ts";
import { skipName } from "../wire/record-cursor.ts";
import { CLASS_IN, TYPE_AXFR, TYPE_IXFR, TYPE_OPT, TYPE_SOA, TYPE_TSIG } from "../wire/rr-types.ts";

/** A request for a zone (RFC 5936 §2.1, RFC 1995 §3). */
export interface TransferRequest {
  readonly id: number;
  /** AXFR or IXFR. */
  readonly type: number;
  /** The question as it came: name, type, class. */
  readonly question: Uint8Array;
  /** The zone's apex, lower case. */
  readonly apex: Uint8Array;
  /** The version that the client of an IXFR has. */
  readonly serial: number | undefined;
  /** Octets of a UDP response it takes, 512 without EDNS. */
  readonly payload: number;
  readonly opt: RequestOpt | undefined;
  /** Where the TSIG record starts; 0: there is none. */
  readonly signatureAt: number;
}

/** What the OPT record of a request says. */
export interface RequestOpt {
  readonly version: number;
  readonly dnssecOk: boolean;
  /** Whether it asks for how long the zone may be kept (RFC 7314 §2). */
  readonly wantsExpire: boolean;
}

/** Octets of type, class, TTL and length of rdata. */
const RECORD_FIELDS = 10;
/** More records than an IXFR has: OPT, TSIG and the SOA. */
const MAX_RECORDS = 3;

const name = new NameKey();

/**
 * Reads a request for a zone.
 *
 * @returns "malformed": it is one, but cannot be read; undefined: it is none
 */
export function readTransferRequest(octets: Uint8Array): TransferRequest | "malformed" | undefined {
  if (octets.length < HEADER_OCTETS || (octets[2]! & (QR_BIT | OPCODE_MASK)) !== 0)
    return undefined;
  const view = new DataView(octets.buffer, octets.byteOffset, octets.length);
  const nameEnd = name.read(octets, HEADER_OCTETS, octets.length);
  if (view.getUint16(4) !== 1 || nameEnd < 0 || nameEnd + 4 > octets.length) return undefined;
  const type = view.getUint16(nameEnd);
  const isTransfer = type === TYPE_AXFR || type === TYPE_IXFR;
  if (!isTransfer || view.getUint16(nameEnd + 2) !== CLASS_IN) return undefined;

  const question = Uint8Array.from(octets.subarray(HEADER_OCTETS, nameEnd + 4));
  const records = readRecords(octets, view, nameEnd + 4, type);
  if (records === undefined) return "malformed";
  const apex = lowerName(question.subarray(0, -4));
  return { id: view.getUint16(0), type, question, apex, ...records };
}

type Records = Pick<TransferRequest, "serial" | "payload" | "opt" | "signatureAt">;

function readRecords(
  octets: Uint8Array,
  view: DataView,
  start: number,
  type: number,
): Records | undefined {
  const authorities = view.getUint16(8);
  const count = authorities + view.getUint16(10);
  if (view.getUint16(6) !== 0 || count > MAX_RECORDS) return undefined;
  if (authorities !== (type === TYPE_IXFR ? 1 : 0)) return undefined;
  let serial: number | undefined;
  let opt: TransferRequest["opt"];
  let payload = CLASSIC_UDP_OCTETS;
  let signatureAt = 0;
  let at = start;
  for (let i = 0; i < count; i++) {
    const owner = at;
    const fields = skipName(octets, owner, octets.length);
    if (fields < 0 || fields + RECORD_FIELDS > octets.length) return undefined;
    const end = fields + RECORD_FIELDS + view.getUint16(fields + 8);
    if (end > octets.length) return undefined;
    const recordType = view.getUint16(fields);
    if (i < authorities) {
      // Five numbers end the rdata, and two names stand before them (RFC 1035 §3.3.13).
      if (recordType !== TYPE_SOA || end - fields < RECORD_FIELDS + 22) return undefined;
      serial = view.getUint32(end - 20);
    } else if (recordType === TYPE_OPT) {
      if (opt !== undefined || octets[owner] !== 0) return undefined;
      payload = Math.max(CLASSIC_UDP_OCTETS, view.getUint16(fields + 2));
      opt = {
        version: octets[fields + 5]!,
        dnssecOk: (octets[fields + 6]! & 0x80) !== 0,
        wantsExpire: findOption(octets, fields + RECORD_FIELDS, end, OPTION_EXPIRE) >= 0,
      };
    } else if (recordType === TYPE_TSIG) {
      if (i !== count - 1) return undefined;
      signatureAt = owner;
    }
    at = end;
  }
  return { serial, opt, payload, signatureAt };
}
