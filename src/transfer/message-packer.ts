import { isCompressible, namesIn } from "../rdata/names-in.ts";
import { HEADER_OCTETS, MAX_MESSAGE_OCTETS, OPTION_EXTENDED_ERROR } from "../wire/message.ts";
import { CLASS_IN, TYPE_OPT } from "../wire/rr-types.ts";
import { NameCompressor } from "./name-compressor.ts";

const RECORD_FIELDS = 10;
/** What our UDP side takes. */
const UDP_PAYLOAD = 1232;
/** Owner, type, class, TTL and length of an OPT record. */
const OPT_OCTETS = 11;
const DO_BIT = 0x8000;

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

  /**
   * Adds an OPT record without options, or with one extended error (RFC 8914).
   *
   * @param rcode its upper eight bits go here (RFC 6891 §6.1.3)
   * @param error INFO-CODE
   */
  addOpt(dnssecOk: boolean, rcode: number = 0, error?: number): void {
    const view = this.#view;
    const at = this.#at;
    const options = error === undefined ? 0 : 6;
    this.octets.fill(0, at, at + OPT_OCTETS + options);
    view.setUint16(at + 1, TYPE_OPT);
    view.setUint16(at + 3, UDP_PAYLOAD);
    view.setUint8(at + 5, rcode >> 4);
    view.setUint16(at + 7, dnssecOk ? DO_BIT : 0);
    view.setUint16(at + 9, options);
    if (error !== undefined) {
      view.setUint16(at + 11, OPTION_EXTENDED_ERROR);
      view.setUint16(at + 13, 2);
      view.setUint16(at + 15, error);
    }
    this.#at = at + OPT_OCTETS + options;
    this.#additionals++;
  }

  /** Writes the counts. @returns octets of the message */
  finish(): number {
    this.#view.setUint16(6, this.#answers);
    this.#view.setUint16(10, this.#additionals);
    return this.#at;
  }
}
