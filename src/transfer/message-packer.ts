import { isCompressible, namesIn } from "../rdata/names-in.ts";
import {
  HEADER_OCTETS,
  MAX_MESSAGE_OCTETS,
  OPTION_EXPIRE,
  OPTION_EXTENDED_ERROR,
  OPTION_HEAD_OCTETS,
  SAFE_UDP_OCTETS,
} from "../wire/message.ts";
import { CLASS_IN, TYPE_OPT } from "../wire/rr-types.ts";
import { NameCompressor } from "./name-compressor.ts";

const RECORD_FIELDS = 10;
/** Owner, type, class, TTL and length of an OPT record. */
const OPT_OCTETS = 11;
const DO_BIT = 0x8000;

/** What the OPT record of a message says. */
export interface OptFields {
  readonly dnssecOk: boolean;
  /** 12 bits, of which the upper eight go here (RFC 6891 §6.1.3). */
  readonly rcode?: number;
  /** INFO-CODE (RFC 8914). */
  readonly extendedError?: number | undefined;
  /** Seconds that the zone may be kept (RFC 7314). */
  readonly expire?: number | undefined;
}

/** Octets of an OPT record with these fields. */
export function optOctets({ extendedError, expire }: Omit<OptFields, "dnssecOk">): number {
  const error = extendedError === undefined ? 0 : OPTION_HEAD_OCTETS + 2;
  return OPT_OCTETS + error + (expire === undefined ? 0 : OPTION_HEAD_OCTETS + 4);
}

/** A record on its way into a message. */
export interface TransferRecord {
  /** Wire form. */
  readonly owner: Uint8Array;
  readonly type: number;
  /** Seconds. */
  readonly ttl: number;
  /** Uncompressed. */
  readonly rdata: Uint8Array;
}

/** Writes messages of many records, one after the other into the same memory. */
export class MessagePacker {
  /** The message; behind it is room for a record too many. */
  readonly octets: Uint8Array = new Uint8Array(2 * MAX_MESSAGE_OCTETS + 1024);
  readonly #view = new DataView(this.octets.buffer);
  readonly #names = new NameCompressor(this.octets);
  #at = 0;
  #limit = 0;
  #answers = 0;
  #additionals = 0;

  /** Answer records in the message. */
  get answers(): number {
    return this.#answers;
  }

  /**
   * Starts a message.
   *
   * @param flags the second 16 bits of the header
   * @param question octets of a question, or undefined for a message without one
   * @param limit octets it may have
   */
  begin(id: number, flags: number, question: Uint8Array | undefined, limit: number): void {
    this.#names.reset();
    this.octets.fill(0, 0, HEADER_OCTETS);
    this.#view.setUint16(0, id);
    this.#view.setUint16(2, flags);
    this.#at = HEADER_OCTETS;
    this.#limit = limit;
    this.#answers = 0;
    this.#additionals = 0;
    if (question === undefined) return;
    // As any other name, so that owners can point to it; nothing stands before it, so it is written out.
    const nameEnd = this.#names.write(question, 0, this.#at);
    this.octets.set(question.subarray(-4), nameEnd);
    this.#view.setUint16(4, 1);
    this.#at = nameEnd + 4;
  }

  /**
   * Adds a record to the answer section.
   *
   * @param limit octets the message may have, if that is not what it began with
   * @returns false if it does not fit: then the message can only be finished
   */
  add({ owner, type, ttl, rdata }: TransferRecord, limit: number = this.#limit): boolean {
    const { octets } = this;
    const view = this.#view;
    let to = this.#names.write(owner, 0, this.#at);
    view.setUint16(to, type);
    view.setUint16(to + 2, CLASS_IN);
    view.setUint32(to + 4, ttl);
    const start = to + RECORD_FIELDS;
    to = start;
    let from = 0;
    if (isCompressible(type)) {
      for (const name of namesIn(type, rdata)) {
        octets.set(rdata.subarray(from, name.start), to);
        to = this.#names.write(rdata, name.start, to + name.start - from);
        from = name.end;
      }
    }
    octets.set(from === 0 ? rdata : rdata.subarray(from), to);
    to += rdata.length - from;
    if (to > limit) return false;
    view.setUint16(start - 2, to - start);
    this.#at = to;
    this.#answers++;
    return true;
  }

  /** Adds an OPT record. */
  addOpt(fields: OptFields): void {
    const { dnssecOk, rcode = 0, extendedError, expire } = fields;
    const view = this.#view;
    const at = this.#at;
    const size = optOctets(fields);
    this.octets.fill(0, at, at + size);
    view.setUint16(at + 1, TYPE_OPT);
    view.setUint16(at + 3, SAFE_UDP_OCTETS);
    view.setUint8(at + 5, rcode >> 4);
    view.setUint16(at + 7, dnssecOk ? DO_BIT : 0);
    view.setUint16(at + 9, size - OPT_OCTETS);
    let option = at + OPT_OCTETS;
    if (extendedError !== undefined) {
      view.setUint16(option, OPTION_EXTENDED_ERROR);
      view.setUint16(option + 2, 2);
      view.setUint16(option + OPTION_HEAD_OCTETS, extendedError);
      option += OPTION_HEAD_OCTETS + 2;
    }
    if (expire !== undefined) {
      view.setUint16(option, OPTION_EXPIRE);
      view.setUint16(option + 2, 4);
      view.setUint32(option + OPTION_HEAD_OCTETS, expire);
    }
    this.#at = at + size;
    this.#additionals++;
  }

  /** Writes the counts. @returns octets of the message */
  finish(): number {
    this.#view.setUint16(6, this.#answers);
    this.#view.setUint16(10, this.#additionals);
    return this.#at;
  }
}
