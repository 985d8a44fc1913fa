/**
 * The part of JSON Schema (2020-12, which OpenAPI 3.1 uses) that the admin interface needs: how a shape is written, and
 * whether a value has it. The same objects check requests and stand in the OpenAPI document.
 */
export interface Schema {
  readonly type?: string | readonly string[];
  readonly enum?: readonly string[];
  readonly format?: "date-time";
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Schema;
  readonly description?: string;
}

export const STRING: Schema = { type: "string" };
export const BOOLEAN: Schema = { type: "boolean" };
export const NUMBER: Schema = { type: "number" };
export const COUNT: Schema = { type: "integer", minimum: 0 };
export const TIME: Schema = { type: "string", format: "date-time" };

export function oneOf(...values: readonly string[]): Schema {
  return { type: "string", enum: values };
}

export function listOf(items: Schema): Schema {
  return { type: "array", items };
}

/** All of these keys and no others; those in `optional` may be missing. */
export function object(
  properties: Readonly<Record<string, Schema>>,
  optional: readonly string[] = [],
): Schema {
  const required = Object.keys(properties).filter((key) => !optional.includes(key));
  return { type: "object", properties, required, additionalProperties: false };
}

export function orNull(schema: Schema): Schema {
  const { type = [] } = schema;
  return { ...schema, type: [...(typeof type === "string" ? [type] : type), "null"] };
}

/** What keeps a value from having the shape, one line each; none if nothing does. */
export function findMismatches(schema: Schema, value: unknown, at = ""): string[] {
  const kinds = typeof schema.type === "string" ? [schema.type] : schema.type;
  const kind = kindOf(value);
  if (
    kinds !== undefined &&
    !kinds.includes(kind) &&
    !(kind === "integer" && kinds.includes("number"))
  ) {
    return [`${at || "the body"} must be ${kinds.join(" or ")}, not ${kind}`];
  }
  if (typeof value === "string") return findTextMismatches(schema, value, at);
  if (typeof value === "number") {
    const { minimum = Number.NEGATIVE_INFINITY, maximum = Number.POSITIVE_INFINITY } = schema;
    return value < minimum || value > maximum ? [`${at} must be ${minimum} to ${maximum}`] : [];
  }
  const { items } = schema;
  if (Array.isArray(value)) {
    if (items === undefined) return [];
    return value.flatMap((one, i) => findMismatches(items, one, `${at}[${i}]`));
  }
  return kind === "object" ? findKeyMismatches(schema, value as object, at) : [];
}

function findTextMismatches(schema: Schema, value: string, at: string): string[] {
  const { enum: allowed, maxLength, pattern, format } = schema;
  if (allowed !== undefined && !allowed.includes(value)) {
    return [`${at} must be one of ${allowed.join(", ")}`];
  }
  if (maxLength !== undefined && value.length > maxLength) {
    return [`${at} has at most ${maxLength} characters`];
  }
  if (pattern !== undefined && !new RegExp(pattern, "u").test(value)) {
    return [`${at} must match ${pattern}`];
  }
  const isTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(value);
  return format === "date-time" && !isTime ? [`${at} must be a time in UTC`] : [];
}

function findKeyMismatches(schema: Schema, value: object, at: string): string[] {
  const { properties = {}, required = [], additionalProperties = true } = schema;
  const path = (key: string): string => (at === "" ? key : `${at}.${key}`);
  const missing = required.filter((key) => !Object.hasOwn(value, key));
  return [
    ...missing.map((key) => `${path(key)} is missing`),
    ...Object.entries(value).flatMap(([key, inner]) => {
      const known = Object.hasOwn(properties, key) ? properties[key] : undefined;
      if (known !== undefined) return findMismatches(known, inner, path(key));
      if (additionalProperties === false) return [`${path(key)} is not known here`];
      return additionalProperties === true
        ? []
        : findMismatches(additionalProperties, inner, path(key));
    }),
  ];
}

function kindOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  if (typeof value === "number") return Number.isInteger(value) ? "integer" : "number";
  return typeof value;
}
