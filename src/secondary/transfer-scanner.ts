import { formatRcode } from "../wire/format-rcode.ts";
import {
  HEADER_OCTETS,
  OPCODE_MASK,
  QR_BIT,
  RCODE_FORMERR,
  RCODE_NOERROR,
  TC_BIT,
} from "../wire/message.ts";
import { equalNames } from "../wire/name.ts";
import { RecordCursor, read16, read32, readName, skipName } from "../wire/record-cursor.ts";
import { CLASS_IN, TYPE_AXFR, TYPE_IXFR, TYPE_SOA } from "../wire/rr-types.ts";
import { isNewerSerial } from "../wire/serial.ts";
import { readExpireOption } from "./read-expire-option.ts";
import { TransferSequence } from "./transfer-sequence.ts";

/** The transfer that was asked for. */
export interface TransferQuestion {
  /** Lower case. */
  readonly apex: Uint8Array;
  readonly id: number;
  /** The serial of what we have, to be told the changes since; undefined: the whole zone is wanted. */
  readonly ownSerial: number | undefined;
}

/** Where a transfer stands. */
export type Scan =
  | { readonly kind: "more" }
  | {
      readonly kind: "complete";
      readonly serial: number;
      readonly isIncremental: boolean;
      readonly records: number;
      /** See `Version`; as the first message says. */
      readonly expire: number | undefined;
    }
  /** There is nothing newer than what we have. */
  | { readonly kind: "current"; readonly serial: number; readonly expire: number | undefined }
  | {
      readonly kind: "refused";
      readonly reason: string;
      /** Whether asking for the whole zone may help. */
      readonly isWholeWanted: boolean;
      /** Whether that is because the question cannot be read there. */
      readonly isFormatError: boolean;
    };

/** Records of one transfer. */
const MAX_RECORDS = 20_000_000;
/** Octets of an SOA's rdata behind its two names. */
const SOA_NUMBERS = 20;

/**
 * Looks through the messages of a transfer as they come, to know when it is over and to give up early on what is none
 * (RFC 5936 §2.2, RFC 1995 §4). What the records say is for somebody else to check.
 */
export class TransferScanner {
  readonly #question: TransferQuestion;
  readonly #sequence: TransferSequence;
  #isFirst = true;
  #records = 0;
  #expire: number | undefined;
  #isFormatError = false;

  constructor(question: TransferQuestion) {
    this.#question = question;
    this.#sequence = new TransferSequence(question.ownSerial);
  }

  /** Whether changes were asked for and all there is is the SOA: who ends there has only the whole zone to give. */
  get hasOnlySoa(): boolean {
    return this.#question.ownSerial !== undefined && this.#records === 1;
  }

  /** @param length octets of the message without its TSIG record */
  take(octets: Uint8Array, length: number): Scan {
    const problem = this.#checkHeader(octets, length);
    if (problem !== undefined) return this.#refuse(problem);
    const records = this.#findAnswer(octets, length);
    if (typeof records === "string") return this.#refuse(records);
    if (this.#isFirst) this.#expire = readExpireOption(octets, length);
    this.#isFirst = false;
    const sequence = this.#sequence;
    while (records.next()) {
      this.#records++;
      if (this.#records > MAX_RECORDS)
        return this.#refuse(`it has more than ${MAX_RECORDS} records`);
      const serial = records.type === TYPE_SOA ? this.#readSerial(records) : undefined;
      if (serial === "malformed") return this.#refuse("an SOA record is malformed");
      if (sequence.take(serial) === "wrong") return this.#refuse(sequence.problem!);
    }
    if (records.isMalformed) return this.#refuse("a record is malformed");
    return this.#conclude();
  }

  #conclude(): Scan {
    const { isComplete, serial, isIncremental } = this.#sequence;
    const { ownSerial } = this.#question;
    if (isComplete) {
      return {
        kind: "complete",
        serial: serial!,
        isIncremental: isIncremental === true,
        records: this.#records,
        expire: this.#expire,
      };
    }
    const isNothingNew =
      ownSerial !== undefined && this.#records === 1 && !isNewerSerial(serial!, ownSerial);
    return isNothingNew
      ? { kind: "current", serial: serial!, expire: this.#expire }
      : { kind: "more" };
  }

  #checkHeader(octets: Uint8Array, length: number): string | undefined {
    if (length < HEADER_OCTETS) return "a message is too short";
    if (read16(octets, 0) !== this.#question.id)
      return "a message has another ID than the question";
    if ((octets[2]! & QR_BIT) === 0) return "a message is no response";
    if ((octets[2]! & OPCODE_MASK) !== 0) return "a message has another opcode than the question";
    const rcode = octets[3]! & 0x0f;
    this.#isFormatError = rcode === RCODE_FORMERR;
    if (rcode !== RCODE_NOERROR) return `the answer is ${formatRcode(rcode)}`;
    if ((octets[2]! & TC_BIT) !== 0) return "a message is truncated";
    return undefined;
  }

  /** The answer section; a string says what is wrong before it. */
  #findAnswer(octets: Uint8Array, length: number): RecordCursor | string {
    const questions = read16(octets, 4);
    const answers = read16(octets, 6);
    if (answers === 0) return "a message has no records";
    // Later messages may repeat it (RFC 5936 §2.2.1).
    if (questions > 1 || (this.#isFirst && questions === 0))
      return "it does not repeat the question";
    let at = HEADER_OCTETS;
    if (questions === 1) {
      const name = readName(octets, at, length);
      if (name === undefined || name.end + 4 > length) return "a question is malformed";
      const { apex, ownSerial } = this.#question;
      const type = ownSerial === undefined ? TYPE_AXFR : TYPE_IXFR;
      const isOurs =
        equalNames(name.name, apex) &&
        read16(octets, name.end) === type &&
        read16(octets, name.end + 2) === CLASS_IN;
      if (!isOurs) return "it answers another question";
      at = name.end + 4;
    }
    return new RecordCursor(octets, length, at, answers);
  }

  /** The serial of the zone's SOA; undefined for an SOA of any other name. */
  #readSerial(records: RecordCursor): number | undefined | "malformed" {
    const { octets, length, ownerAt, rdataAt, rdataEnd } = records;
    const owner = readName(octets, ownerAt, length);
    if (owner === undefined) return "malformed";
    if (!equalNames(owner.name, this.#question.apex)) return undefined;
    const mname = skipName(octets, rdataAt, rdataEnd);
    const rname = mname < 0 ? -1 : skipName(octets, mname, rdataEnd);
    return rname >= 0 && rname + SOA_NUMBERS === rdataEnd ? read32(octets, rname) : "malformed";
  }

  #refuse(reason: string): Scan {
    const isWholeWanted = this.#question.ownSerial !== undefined;
    return { kind: "refused", reason, isWholeWanted, isFormatError: this.#isFormatError };
  }
}
