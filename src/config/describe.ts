import type { Decoder } from "./decode.ts";

/** A JSON Schema (draft 2020-12), or the part of one. */
export interface JsonSchema {
  readonly [keyword: string]: unknown;
}

/** Kept beside the decoders, which are plain functions; written when asked for, as most programs never do. */
const SCHEMAS = new WeakMap<Decoder<unknown>, () => JsonSchema>();

/** The decoder itself, from now on with a schema of what it accepts. */
export function describe<T>(decoder: Decoder<T>, schema: () => JsonSchema): Decoder<T> {
  SCHEMAS.set(decoder, schema);
  return decoder;
}

/** What a decoder accepts, as far as a schema can say; throws for a decoder that nobody described. */
export function schemaOf(decoder: Decoder<unknown>): JsonSchema {
  const schema = SCHEMAS.get(decoder);
  if (schema === undefined) throw new TypeError("a decoder without a description");
  return schema();
}

/** Text of which a part or the whole matches. */
export function textSchema(pattern?: string): JsonSchema {
  return pattern === undefined ? { type: "string" } : { type: "string", pattern };
}
