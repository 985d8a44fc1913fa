/** Decoders of values that several parts of the files share. */
import type { Prefix } from "../address/address.ts";
import { explainBadPrefix, parsePrefix } from "../address/parse.ts";
import { type Decoder, integer, number, text } from "./decode.ts";
import { describeTree } from "./tree.ts";
import type { Coordinates } from "./zone-settings.ts";

/** An IP prefix, host bits zero. */
export const prefix: Decoder<Prefix> = (tree, name, issues) => {
  const written = text(tree, name, issues);
  if (written === undefined) return undefined;
  const parsed = parsePrefix(written);
  if (parsed === undefined) issues.error(tree.place, explainBadPrefix(written));
  return parsed;
};

/** `[latitude, longitude]`. */
export const coordinates: Decoder<Coordinates> = (tree, name, issues) => {
  const [first, second, third] = tree.kind === "list" ? tree.items : [];
  if (first === undefined || second === undefined || third !== undefined) {
    issues.error(tree.place, `${name} must be [latitude, longitude]: ${describeTree(tree)}`);
    return undefined;
  }
  const latitude = number(-90, 90)(first, `the latitude of ${name}`, issues);
  const longitude = number(-180, 180)(second, `the longitude of ${name}`, issues);
  return latitude === undefined || longitude === undefined ? undefined : [latitude, longitude];
};

/** The number of an autonomous system (RFC 6793): 64500, or "AS64500". */
export const autonomousSystem: Decoder<number> = (tree, name, issues) => {
  const digits =
    tree.kind === "scalar" && typeof tree.value === "string"
      ? /^AS(0|[1-9]\d{0,9})$/i.exec(tree.value)?.[1]
      : undefined;
  if (digits === undefined) return integer(0, MAX_AUTONOMOUS_SYSTEM)(tree, name, issues);
  if (Number(digits) <= MAX_AUTONOMOUS_SYSTEM) return Number(digits);
  issues.error(
    tree.place,
    `${name} must be from AS0 to AS${MAX_AUTONOMOUS_SYSTEM}: ${describeTree(tree)}`,
  );
  return undefined;
};

const MAX_AUTONOMOUS_SYSTEM = 0xffff_ffff;
