import { checkReferences } from "./check-schema.ts";
import {
  type Decoder,
  fullListOf,
  integer,
  object,
  oneOf,
  optional,
  required,
  text,
} from "./decode.ts";
import { describeTree, type Tree } from "./tree.ts";
import type { MinHealthy, PoolSettings, ValueSettings } from "./zone-settings.ts";

const fields: Decoder<ValueSettings> = object<ValueSettings>(
  "a value of a pool",
  {
    value: required(text),
    weight: optional(integer(0, 1000)),
    dc: optional(text),
    status: optional(oneOf(["up", "down", "obey"])),
    healthcheck: optional(checkReferences),
    probe: optional(text),
  },
  ["pool"],
);

/** A value with its settings, or the bare value. */
const value: Decoder<ValueSettings> = (tree, name, issues) => {
  if (tree.kind === "mapping") {
    const nested = tree.entries.find(({ key }) => key === "pool");
    if (nested === undefined || tree.entries.some(({ key }) => key === "value")) {
      return fields(tree, name, issues);
    }
    issues.error(nested.keyPlace, "a pool as a value of a pool is not supported yet");
    return undefined;
  }
  const bare = text(tree, name, issues);
  if (bare === undefined) return undefined;
  return {
    value: { value: bare, place: tree.place },
    weight: undefined,
    dc: undefined,
    status: undefined,
    healthcheck: undefined,
    probe: undefined,
  };
};

/** A count, or `50%`. */
const minHealthy: Decoder<MinHealthy> = (tree, name, issues) => {
  const percent = readPercent(tree);
  if (percent !== undefined && percent > 0 && percent <= 100) return { percent };
  if (tree.kind === "scalar" && typeof tree.value === "number") {
    const count = integer(1, 100)(tree, name, issues);
    return count === undefined ? undefined : { count };
  }
  issues.error(tree.place, `${name} must be a count, or 1% to 100%: ${describeTree(tree)}`);
  return undefined;
};

function readPercent(tree: Tree): number | undefined {
  if (tree.kind !== "scalar" || typeof tree.value !== "string") return undefined;
  const match = /^(\d{1,3}(?:\.\d{1,3})?)\s?%$/.exec(tree.value);
  return match === null ? undefined : Number(match[1]);
}

export const pool: Decoder<PoolSettings> = object<PoolSettings>(
  "a pool",
  {
    values: required(fullListOf(value)),
    policy: optional(oneOf(["rotate", "failover"], ["sticky", "nearest", "least_loaded"])),
    answers: optional(integer(1, 100)),
    healthcheck: optional(checkReferences),
    fallback: optional(text),
    min_healthy: optional(minHealthy),
    all_down: optional(oneOf(["open"], ["closed", "servfail", "last"])),
  },
  ["failback", "slow_start", "prefix_v4", "prefix_v6"],
);
