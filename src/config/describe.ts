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

/** A schema of its own: each part with a title is written once, and referred to by that. */
export function describeRoot(title: string, decoder: Decoder<unknown>): JsonSchema {
  const parts = new Map<string, unknown>();
  const share = (part: unknown): unknown => {
    if (Array.isArray(part)) return part.map(share);
    if (typeof part !== "object" || part === null) return part;
    const own = (part as JsonSchema).title;
    const shared = Object.fromEntries(
      Object.entries(part).map(([keyword, value]) => [keyword, share(value)]),
    );
    if (typeof own !== "string") return shared;
    const name = own.replace(/^(an?|the) /, "").replaceAll(" ", "-");
    parts.set(name, shared);
    return { $ref: `#/$defs/${name}` };
  };
  const { title: _, ...root } = schemaOf(decoder);
  const whole = share(root);
  const defs = Object.fromEntries([...parts].sort(([a], [b]) => (a < b ? -1 : 1)));
  return { $schema: DRAFT, title, ...(whole as JsonSchema), $defs: defs };
}

const DRAFT = "https://json-schema.org/draft/2020-12/schema";

/** Text of which a part or the whole matches. */
export function textSchema(pattern?: string): JsonSchema {
  return pattern === undefined ? { type: "string" } : { type: "string", pattern };
}
