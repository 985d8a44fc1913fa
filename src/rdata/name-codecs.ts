/** Fields that are domain names, uncompressed on the wire. */
import { formatName, MAX_NAME } from "../wire/name.ts";
import { concat } from "./concat.ts";
import type { FieldCodec } from "./field-codec.ts";

export const NAME: FieldCodec = {
  words: 1,
  isName: true,
  read: (cursor, what) => cursor.names.readName(cursor.take()?.text ?? "", what),
  end: endOfName,
  format: (octets, at, end) => formatName(octets.subarray(at, end)),
};

/** The name that stands for a mail address. */
export const MAILBOX: FieldCodec = {
  ...NAME,
  read: (cursor, what) => cursor.names.readMailbox(cursor.take()?.text ?? "", what),
};

/** As many names as there are, none included. */
export const NAMES: FieldCodec = {
  words: undefined,
  read: (cursor, what) => {
    const names: Uint8Array[] = [];
    while (cursor.left > 0) {
      const name = NAME.read(cursor, what, []);
      if (typeof name === "string") return name;
      names.push(name);
    }
    return concat(names);
  },
  end: (octets, at) => {
    let end = at;
    while (end < octets.length) {
      const next = endOfName(octets, end);
      if (next === undefined) return undefined;
      end = next;
    }
    return end;
  },
  format: (octets, at, end) => {
    const names: string[] = [];
    for (let from = at; from < end; ) {
      const to = endOfName(octets, from) ?? end;
      names.push(formatName(octets.subarray(from, to)));
      from = to;
    }
    return names.join(" ");
  },
};

/** Where an uncompressed name ends; undefined if it is none. */
export function endOfName(octets: Uint8Array, start: number): number | undefined {
  let at = start;
  for (let length = octets[at]; length !== undefined; length = octets[at]) {
    if (length > 63) return undefined;
    at += 1 + length;
    if (length === 0) return at - start <= MAX_NAME ? at : undefined;
  }
  return undefined;
}
