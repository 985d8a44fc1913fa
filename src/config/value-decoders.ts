/** Decoders of values that several parts of the files share. */
import type { Prefix } from "../address/address.ts";
import { explainBadPrefix, parsePrefix } from "../address/parse.ts";
import { type Decoder, integer, number, text } from "./decode.ts";
import { describe, schemaOf, textSchema } from "./describe.ts";
import { describeTree } from "./tree.ts";
import type { Coordinates } from "./zone-settings.ts";

/** An IP prefix, host bits zero. */
export const prefix: Decoder<Prefix> = describe((tree, name, issues) => {
  const written = text(tree, name, issues);
  if (written === undefined) return undefined;
  const parsed = parsePrefix(written);
  if (parsed === undefined) issues.error(tree.place, explainBadPrefix(written));
  return parsed;
}, textSchema);

/** `[latitude, longitude]`. */
export const coordinates: Decoder<Coordinates> = describe(
  (tree, name, issues) => {
    const [first, second, third] = tree.kind === "list" ? tree.items : [];
    if (first === undefined || second === undefined || third !== undefined) {
      issues.error(tree.place, `${name} must be [latitude, longitude]: ${describeTree(tree)}`);
      return undefined;
    }
    const latitude = number(-90, 90)(first, `the latitude of ${name}`, issues);
    const longitude = number(-180, 180)(second, `the longitude of ${name}`, issues);
    return latitude === undefined || longitude === undefined ? undefined : [latitude, longitude];
  },
  () => ({
    type: "array",
    prefixItems: [
      { type: "number", minimum: -90, maximum: 90 },
      { type: "number", minimum: -180, maximum: 180 },
    ],
    minItems: 2,
    maxItems: 2,
  }),
);

/** The number of an autonomous system (RFC 6793): 64500, or "AS64500". */
export const autonomousSystem: Decoder<number> = describe(
  (tree, name, issues) => {
    const digits =
      tree.kind === "scalar" && typeof tree.value === "string"
        ? /^AS(0|[1-9]\d{0,9})$/i.exec(tree.value)?.[1]
        : undefined;
    if (digits === undefined) return systemNumber(tree, name, issues);
    if (Number(digits) <= MAX_AUTONOMOUS_SYSTEM) return Number(digits);
    issues.error(
      tree.place,
      `${name} must be from AS0 to AS${MAX_AUTONOMOUS_SYSTEM}: ${describeTree(tree)}`,
    );
    return undefined;
  },
  () => ({
    anyOf: [schemaOf(systemNumber), textSchema("^[Aa][Ss](0|[1-9][0-9]*)$")],
  }),
);

const MAX_AUTONOMOUS_SYSTEM = 0xffff_ffff;
const systemNumber = integer(0, MAX_AUTONOMOUS_SYSTEM);
