/** Whether a value fits a JSON Schema, as far as the keywords go that rondo's own schemas use. */
import type { JsonSchema } from "../../src/config/describe.ts";

/** Where and why it does not; undefined if it does. Throws for a keyword it does not know. */
export function validate(
  schema: JsonSchema,
  value: unknown,
  path = "",
  root: JsonSchema = schema,
): string | undefined {
  for (const [keyword, expected] of Object.entries(schema)) {
    const check = KEYWORDS[keyword];
    if (check === undefined) throw new TypeError(`keyword ${keyword}`);
    const problem = check(expected as never, value, path, schema, root);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

type Keyword = (
  expected: never,
  value: unknown,
  path: string,
  schema: JsonSchema,
  root: JsonSchema,
) => string | undefined;

const ignore: Keyword = () => undefined;

const KEYWORDS: Readonly<Record<string, Keyword>> = {
  $schema: ignore,
  $defs: ignore,
  $ref: (reference: string, value, path, _, root) => {
    const name = /^#\/\$defs\/(.+)$/.exec(reference)?.[1] ?? "";
    const schema = (root.$defs as Record<string, JsonSchema>)[name];
    if (schema === undefined) throw new TypeError(`reference ${reference}`);
    return validate(schema, value, path, root);
  },
  title: ignore,
  type: (type: string, value, path) => (isOfType(type, value) ? undefined : `${path}: no ${type}`),
  const: (expected: unknown, value, path) => (value === expected ? undefined : `${path}: other`),
  enum: (words: unknown[], value, path) => (words.includes(value) ? undefined : `${path}: no word`),
  anyOf: (schemas: JsonSchema[], value, path, _, root) => {
    const problems = schemas.map((schema) => validate(schema, value, path, root));
    return problems.includes(undefined) ? undefined : problems.join(" | ");
  },
  pattern: (pattern: string, value, path) =>
    typeof value !== "string" || new RegExp(pattern).test(value) ? undefined : `${path}: pattern`,
  minimum: (least: number, value, path) =>
    typeof value !== "number" || value >= least ? undefined : `${path}: too small`,
  maximum: (most: number, value, path) =>
    typeof value !== "number" || value <= most ? undefined : `${path}: too large`,
  minItems: (least: number, value, path) =>
    !Array.isArray(value) || value.length >= least ? undefined : `${path}: too short`,
  maxItems: (most: number, value, path) =>
    !Array.isArray(value) || value.length <= most ? undefined : `${path}: too long`,
  items: (schema: JsonSchema, value, path, _, root) => all(value, path, root, () => schema),
  prefixItems: (schemas: JsonSchema[], value, path, _, root) =>
    all(value, path, root, (i) => schemas[Number(i)]),
  properties: (schemas: Record<string, JsonSchema>, value, path, _, root) =>
    all(value, path, root, (key) => (Object.hasOwn(schemas, key) ? schemas[key] : undefined)),
  required: (keys: string[], value, path) => {
    const missing = keys.find((key) => isObject(value) && !Object.hasOwn(value, key));
    return missing === undefined ? undefined : `${path}: ${missing} is missing`;
  },
  additionalProperties: (extra: JsonSchema | false, value, path, { properties = {} }, root) =>
    all(value, path, root, (key) => (Object.hasOwn(properties as object, key) ? undefined : extra)),
};

function all(
  value: unknown,
  path: string,
  root: JsonSchema,
  schemaOf: (key: string) => JsonSchema | false | undefined,
): string | undefined {
  if (!isObject(value)) return undefined;
  for (const [key, part] of Object.entries(value)) {
    const schema = schemaOf(key);
    const at = `${path}/${key}`;
    const problem =
      schema === false ? `${at}: unknown` : schema && validate(schema, part, at, root);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

function isOfType(type: string, value: unknown): boolean {
  if (type === "array") return Array.isArray(value);
  if (type === "object") return isObject(value) && !Array.isArray(value);
  if (type === "integer") return Number.isInteger(value);
  return typeof value === type;
}
