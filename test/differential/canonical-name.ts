import { readMessage } from "../support/message.ts";
import { query } from "../support/packet.ts";

/** A name as outcomes have it: absolute, in lower case, nothing escaped that need not be. */
export function canonicalName(name: string): string {
  return readMessage(query({ name })).question[0]!.name.toLowerCase();
}
