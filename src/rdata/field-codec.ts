import type { WordCursor } from "./word.ts";

/** How one part of rdata is read from presentation format, measured in wire form, and written. */
export interface FieldCodec {
  /** How many words it takes; undefined: as many as there are, or as its content demands. */
  readonly words: number | undefined;
  /** Whether it is one domain name. */
  readonly isName?: true;
  /**
   * Takes words and gives wire form, or what is wrong with the word taken last.
   *
   * @param what the field, as messages call it
   * @param before the fields in front of it, in wire form
   */
  read(cursor: WordCursor, what: string, before: readonly Uint8Array[]): Uint8Array | string;
  /** Where the field ends that begins at `at` of some rdata; undefined, or behind the end, if it is malformed. */
  end(octets: Uint8Array, at: number): number | undefined;
  /** Presentation form of the field between two places of well-formed rdata; "" if nothing is to be written. */
  format(octets: Uint8Array, at: number, end: number): string;
}

/** A field of one word. */
export function createCodec(
  read: (text: string, what: string) => Uint8Array | string,
  end: FieldCodec["end"],
  format: FieldCodec["format"],
): FieldCodec {
  return {
    words: 1,
    read: (cursor, what) => read(cursor.take()?.text ?? "", what),
    end,
    format,
  };
}
