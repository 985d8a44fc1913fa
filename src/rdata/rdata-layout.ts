import type { FieldCodec } from "./field-codec.ts";

/** A word or more of presentation format, by the key it has in a mapping. */
export interface RdataKey {
  /** octoDNS's where it has the type. The first is the one to write; the others are older spellings. */
  readonly keys: readonly [string, ...string[]];
  /** What stands for it where a mapping leaves it out. */
  readonly absent?: string;
}

export interface RdataLayout {
  /** In wire order; what messages call a field, and how it is read. */
  readonly fields: readonly { readonly name: string; readonly codec: FieldCodec }[];
  /** In the order of presentation format. */
  readonly keys: readonly RdataKey[];
  /** Names that octoDNS once had for all of these, of which some mean another field now. */
  readonly olderKeys?: readonly string[];
  /** In presentation format, for messages and the manual. */
  readonly example: string;
  /** What only the parts together can be wrong about, in rdata whose parts are all well-formed. */
  readonly explainBad?: (octets: Uint8Array) => string | undefined;
}

/** `key other-spelling`, how the field is read, and what stands for it where a mapping leaves it out. */
export type Column = readonly [keys: string, codec: FieldCodec, absent?: string];

/**
 * The layout of a type.
 *
 * @param columns `key other-spelling` and how the field is read
 * @param more keys where these are not the fields'; and checks
 */
export function row(
  example: string,
  columns: readonly Column[],
  more: Partial<RdataLayout> = {},
): RdataLayout {
  const keys = columns.map(([written, , absent]): RdataKey => {
    const [first = "", ...others] = written.split(" ");
    return { keys: [first, ...others], ...(absent === undefined ? {} : { absent }) };
  });
  const fields = columns.map(([, codec], i) => ({ name: keys[i]?.keys[0] ?? "", codec }));
  return { example, fields, keys, ...more };
}
