import { MAX_NAME } from "../wire/name.ts";
import { checkRdata } from "./check-rdata.ts";
import { concat } from "./concat.ts";
import { isExpandable } from "./names-in.ts";
import { RDATA_LAYOUTS } from "./rdata-layouts.ts";

/**
 * Rdata of a message with the compression of its names undone (RFC 1035 §4.1.4), checked to be well-formed for its type.
 * Always a copy.
 *
 * @param at where the rdata begins in the message
 * @param length its octets, as the record says
 * @returns undefined if it is malformed
 */
export function expandRdata(
  type: number,
  message: Uint8Array,
  at: number,
  length: number,
): Uint8Array | undefined {
  const end = at + length;
  if (end > message.length) return undefined;
  if (!isExpandable(type)) {
    const rdata = message.slice(at, end);
    return checkRdata(type, rdata) === undefined ? rdata : undefined;
  }
  const parts: Uint8Array[] = [];
  // What a field of another kind may look at ends with the rdata.
  const bounded = message.subarray(0, end);
  let from = at;
  for (const { codec } of RDATA_LAYOUTS.get(type)?.fields ?? []) {
    const to = codec.isName ? skipName(bounded, from) : codec.end(bounded, from);
    if (to === undefined || to > end) return undefined;
    const part = codec.isName ? expandName(message, from) : message.subarray(from, to);
    if (part === undefined) return undefined;
    parts.push(part);
    from = to;
  }
  return from === end ? concat(parts) : undefined;
}

/** The name that begins at `start` of a message, uncompressed; undefined if it is none. Pointers lead backwards only. */
export function expandName(message: Uint8Array, start: number): Uint8Array | undefined {
  const octets: number[] = [];
  let at = start;
  // Where the run of labels began that is being read: each pointer must lead in front of it, so that this ends.
  let run = start;
  for (let length = message[at]; length !== undefined; length = message[at]) {
    if (length >= 0xc0) {
      const target = (length & 0x3f) * 256 + (message[at + 1] ?? 0);
      if (at + 1 >= message.length || target >= run) return undefined;
      run = target;
      at = target;
      continue;
    }
    if (length > 63 || octets.length + 1 + length > MAX_NAME || at + 1 + length > message.length) {
      return undefined;
    }
    for (let i = 0; i <= length; i++) octets.push(message[at + i] ?? 0);
    if (length === 0) return Uint8Array.from(octets);
    at += 1 + length;
  }
  return undefined;
}

/** Where a name in a message ends, at its root or behind its first pointer. */
function skipName(octets: Uint8Array, start: number): number | undefined {
  let at = start;
  for (let length = octets[at]; length !== undefined; length = octets[at]) {
    if (length >= 0xc0) return at + 2;
    if (length > 63) return undefined;
    at += 1 + length;
    if (length === 0) return at;
  }
  return undefined;
}
