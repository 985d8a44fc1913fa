import { expandRdata } from "../rdata/expand-rdata.ts";
import { HEADER_OCTETS } from "../wire/message.ts";
import { equalNames, formatName, isSubdomain, lowerName } from "../wire/name.ts";
import { RecordCursor, read16, readName, skipName } from "../wire/record-cursor.ts";
import { CLASS_IN, formatType, TYPE_ANY, TYPE_OPT, TYPE_SOA } from "../wire/rr-types.ts";
import type { Name } from "../zone/model.ts";
import { readSoa } from "./soa.ts";
import { TransferSequence } from "./transfer-sequence.ts";
import type { ZoneContent } from "./zone-content.ts";

/** A record out of a message. */
interface TakenRecord {
  /** Lower case. */
  readonly owner: Name;
  readonly type: number;
  readonly ttl: number;
  readonly rdata: Uint8Array;
}

/** Meta-types and question types are from here to 255 (RFC 6895 §3.1). */
const FIRST_META = 128;

/** A TTL with its highest bit set counts as 0 (RFC 2181 §8). */
const MAX_TTL = 0x7fff_ffff;

/**
 * Puts what a transfer brings into a zone's content: all records into an empty one, or changes into the one they are
 * changes to, which must fit exactly.
 *
 * @param messages the whole transfer
 * @param ownSerial of the content, if changes to it were asked for
 * @returns what is wrong with the transfer; the content is worth nothing then
 */
export function takeTransfer(
  messages: Iterable<Uint8Array>,
  apex: Name,
  ownSerial: number | undefined,
  content: ZoneContent,
): string | undefined {
  const sequence = new TransferSequence(ownSerial);
  let opening: TakenRecord | undefined;
  for (const message of messages) {
    const records = findAnswer(message);
    while (records.next()) {
      const record = readRecord(records, apex);
      if (typeof record === "string") return record;
      const isSoa = record.type === TYPE_SOA;
      const step = sequence.take(isSoa ? readSoa(record.rdata).serial : undefined);
      if (step === "opening") opening = record;
      else if (opening !== undefined && sequence.isIncremental === false) {
        // It was asked for changes and brings the whole zone: the SOA was the first record of that.
        content.clear();
        add(opening, content);
        opening = undefined;
      }
      const problem = apply(step, record, content) ?? sequence.problem;
      if (problem !== undefined) return problem;
    }
    if (records.isMalformed) return "a record is malformed";
  }
  return sequence.isComplete ? undefined : "it has no end";
}

function apply(
  step: ReturnType<TransferSequence["take"]>,
  record: TakenRecord,
  content: ZoneContent,
): string | undefined {
  const { owner, type, rdata } = record;
  switch (step) {
    case "content":
      // The same record twice is one record.
      add(record, content);
      return undefined;
    case "add":
      return add(record, content) ? undefined : `it adds ${show(record)}, which is there already`;
    case "delete":
      return content.remove(owner, type, rdata)
        ? undefined
        : `it deletes ${show(record)}, which is not there`;
    case "opening":
    case "end":
    case "wrong":
      return undefined;
  }
}

function add({ owner, type, ttl, rdata }: TakenRecord, content: ZoneContent): boolean {
  return content.add(owner, type, ttl, rdata);
}

function findAnswer(message: Uint8Array): RecordCursor {
  const { length } = message;
  const answers = length < HEADER_OCTETS ? 0 : read16(message, 6);
  const isAsked = length >= HEADER_OCTETS && read16(message, 4) === 1;
  const at = isAsked ? skipName(message, HEADER_OCTETS, length) + 4 : HEADER_OCTETS;
  return new RecordCursor(message, length, at, answers);
}

/** The record that the cursor stands on; a string says why a zone cannot have it. */
function readRecord(records: RecordCursor, apex: Name): TakenRecord | string {
  const { octets, length, ownerAt, type, ttl, rdataAt, rdataEnd } = records;
  const read = readName(octets, ownerAt, length);
  if (read === undefined) return "the owner of a record is malformed";
  const owner = lowerName(read.name);
  const label = `${formatName(owner)} ${formatType(type)}`;
  if (!isSubdomain(owner, apex)) return `${label} is not in the zone`;
  if (records.class !== CLASS_IN) return `${label} is of class ${records.class}, not IN`;
  if (isMeta(type)) return `${label} is no record of a zone`;
  if (type === TYPE_SOA && !equalNames(owner, apex)) return `${label} is not at the apex`;
  const rdata = expandRdata(type, octets.subarray(0, length), rdataAt, rdataEnd - rdataAt);
  if (rdata === undefined) return `the data of ${label} is malformed`;
  return { owner, type, ttl: ttl > MAX_TTL ? 0 : ttl, rdata };
}

/** Types that only messages have. */
function isMeta(type: number): boolean {
  return type === 0 || type === TYPE_OPT || (type >= FIRST_META && type <= TYPE_ANY);
}

function show({ owner, type }: TakenRecord): string {
  return `${formatName(owner)} ${formatType(type)}`;
}
