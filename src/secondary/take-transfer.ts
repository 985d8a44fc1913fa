import { readSoa } from "../rdata/soa.ts";
import { HEADER_OCTETS } from "../wire/message.ts";
import { RecordCursor, read16, skipName } from "../wire/record-cursor.ts";
import { TYPE_SOA } from "../wire/rr-types.ts";
import type { Name } from "../zone/model.ts";
import { RecordReader } from "./record-reader.ts";
import { TransferSequence } from "./transfer-sequence.ts";
import type { ZoneContent } from "./zone-content.ts";

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
  const reader = new RecordReader(apex);
  let opening: { readonly ttl: number; readonly rdata: Uint8Array } | undefined;
  for (const message of messages) {
    const records = findAnswer(message);
    while (records.next()) {
      const problem = reader.read(records, content.table);
      if (problem !== undefined) return problem;
      const written = reader.type === TYPE_SOA ? content.table.pending() : undefined;
      const step = sequence.take(written && readSoa(written).serial);
      if (step === "opening") {
        opening = { ttl: reader.ttl, rdata: written!.slice() };
      } else if (opening !== undefined && sequence.isIncremental === false) {
        // It was asked for changes and brings the whole zone: the SOA was the first record of that.
        content.clear();
        content.table.append(opening.rdata);
        content.append(content.table.owners.addName(apex), TYPE_SOA, opening.ttl);
        opening = undefined;
        reader.read(records, content.table);
      }
      const misfit = apply(step, reader, content) ?? sequence.problem;
      if (misfit !== undefined) return misfit;
    }
    if (records.isMalformed) return "a record is malformed";
  }
  return sequence.isComplete ? undefined : "it has no end";
}

/** Does with the record that was read last what the transfer says. */
function apply(
  step: ReturnType<TransferSequence["take"]>,
  reader: RecordReader,
  content: ZoneContent,
): string | undefined {
  const { owner, type, ttl } = reader;
  switch (step) {
    case "content":
      content.append(owner, type, ttl);
      return undefined;
    case "add":
      return content.add(owner, type, ttl)
        ? undefined
        : `it adds ${reader.describe(content.table)}, which is there already`;
    case "delete":
      return content.remove(owner, type)
        ? undefined
        : `it deletes ${reader.describe(content.table)}, which is not there`;
    case "opening":
    case "end":
    case "wrong":
      content.table.dropRdata();
      return undefined;
  }
}

function findAnswer(message: Uint8Array): RecordCursor {
  const { length } = message;
  const answers = length < HEADER_OCTETS ? 0 : read16(message, 6);
  const isAsked = length >= HEADER_OCTETS && read16(message, 4) === 1;
  const at = isAsked ? skipName(message, HEADER_OCTETS, length) + 4 : HEADER_OCTETS;
  return new RecordCursor(message, length, at, answers);
}
