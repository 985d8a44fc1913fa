/**
 * Who answers the messages that the image cannot answer: the first desk that takes one. What nobody takes
 * is answered NOTAUTH, as by other servers that have no part in the zone it is about.
 */
import type { ControlDesk, ControlRequest } from "./server/control-desk.ts";
import { RCODE_NOTAUTH } from "./wire/message.ts";
import { writeRefusal } from "./wire/write-refusal.ts";

/** Answers the messages that are for it to answer; undefined for all others. */
export type PartialDesk = (
  request: ControlRequest,
) => Iterable<Uint8Array> | AsyncIterable<Uint8Array> | undefined;

export class ControlMessages {
  readonly #desks: PartialDesk[] = [];

  /** Answers from now on what the desks before leave. */
  add(desk: PartialDesk): void {
    this.#desks.push(desk);
  }

  /** All of them as one. */
  readonly desk: ControlDesk = (request) => {
    for (const desk of this.#desks) {
      const messages = desk(request);
      if (messages !== undefined) return messages;
    }
    const refusal = writeRefusal(request.octets, RCODE_NOTAUTH);
    return refusal === undefined ? [] : [refusal];
  };
}
