import { checkReferences } from "./check-schema.ts";
import {
  anything,
  boolean,
  type Decoder,
  fullListOf,
  integer,
  type Located,
  object,
  oneOf,
  optional,
  required,
  startOf,
  text,
} from "./decode.ts";
import { describe, schemaOf, textSchema } from "./describe.ts";
import { duration, ttl } from "./duration.ts";
import { describeTree, type Tree } from "./tree.ts";
import type {
  AllDownSettings,
  AllDownValues,
  FailbackSettings,
  MemberSettings,
  MinHealthy,
  PoolSettings,
  ValueSettings,
} from "./zone-settings.ts";

const DAY = 86_400_000;

/** All that may stand in one entry of `values`. */
interface WrittenMember {
  readonly value: Located<Tree> | undefined;
  readonly pool: Located<string> | undefined;
  readonly weight: ValueSettings["weight"];
  readonly dc: ValueSettings["dc"];
  readonly status: ValueSettings["status"];
  readonly healthcheck: ValueSettings["healthcheck"];
  readonly probe: ValueSettings["probe"];
}

const fields: Decoder<WrittenMember> = object<WrittenMember>("a value of a pool", {
  value: optional(anything),
  pool: optional(text),
  weight: optional(integer(0, 1000)),
  dc: optional(text),
  status: optional(oneOf(["up", "down", "obey"])),
  healthcheck: optional(checkReferences),
  probe: optional(text),
});

/** A value with its settings, the bare value, or a pool. */
const member: Decoder<MemberSettings> = describe(
  (tree, name, issues) => {
    if (tree.kind !== "mapping") {
      const bare = text(tree, name, issues);
      if (bare === undefined) return undefined;
      return {
        kind: "value",
        value: { value: tree, place: tree.place },
        weight: undefined,
        dc: undefined,
        status: undefined,
        healthcheck: undefined,
        probe: undefined,
      };
    }
    const written = fields(tree, name, issues);
    if (written === undefined) return undefined;
    const { value, pool: nested, weight, status, ...rest } = written;
    if (value !== undefined && nested !== undefined) {
      issues.error(nested.place, 'a value of a pool has "value" or "pool", not both');
      return undefined;
    }
    if (value !== undefined) return { kind: "value", value, weight, status, ...rest };
    if (nested === undefined) {
      const isRefused = tree.entries.some(({ key }) => key === "pool");
      if (!isRefused)
        issues.error(startOf(tree), 'a value of a pool needs the key "value" or "pool"');
      return undefined;
    }
    for (const key of ["dc", "healthcheck", "probe"] as const) {
      const setting = rest[key];
      if (setting === undefined) continue;
      issues.error(
        setting.place,
        `${key} means nothing to a pool among values: its own values have it`,
      );
    }
    return { kind: "pool", pool: nested, weight, status };
  },
  () => ({ anyOf: [textSchema(), schemaOf(fields)] }),
);

const healthyCount = integer(1, 100);

/** A count, or `50%`. */
const minHealthy: Decoder<MinHealthy> = describe(
  (tree, name, issues) => {
    const percent = readPercent(tree);
    if (percent !== undefined && percent > 0 && percent <= 100) return { percent };
    if (tree.kind === "scalar" && typeof tree.value === "number") {
      const count = healthyCount(tree, name, issues);
      return count === undefined ? undefined : { count };
    }
    issues.error(tree.place, `${name} must be a count, or 1% to 100%: ${describeTree(tree)}`);
    return undefined;
  },
  () => ({
    anyOf: [schemaOf(healthyCount), textSchema("^[0-9]{1,3}([.][0-9]{1,3})? ?%$")],
  }),
);

function readPercent(tree: Tree): number | undefined {
  if (tree.kind !== "scalar" || typeof tree.value !== "string") return undefined;
  const match = /^(\d{1,3}(?:\.\d{1,3})?)\s?%$/.exec(tree.value);
  return match === null ? undefined : Number(match[1]);
}

const lastResort: Decoder<AllDownValues> = object<AllDownValues>("a last resort", {
  values: required(anything),
  ttl: optional(ttl),
});

const allDownKind = oneOf(["open", "closed", "servfail", "last"]);

/** `open`, `closed`, `servfail`, `last`, or `{ values: [...], ttl: 10 }`. */
export const allDown: Decoder<AllDownSettings> = describe(
  (tree, name, issues) => {
    if (tree.kind === "mapping") {
      const values = lastResort(tree, name, issues);
      return values === undefined ? undefined : { kind: "values", ...values };
    }
    const kind = allDownKind(tree, name, issues);
    return kind === undefined ? undefined : { kind };
  },
  () => ({
    anyOf: [schemaOf(allDownKind), schemaOf(lastResort)],
  }),
);

const failback: Decoder<FailbackSettings> = object<FailbackSettings>("the return to a pool", {
  delay: optional(duration(0, DAY)),
  manual: optional(boolean),
});

export const pool: Decoder<PoolSettings> = object<PoolSettings>("a pool", {
  values: required(fullListOf(member)),
  policy: optional(oneOf(["rotate", "failover", "sticky", "nearest"], ["least_loaded"])),
  answers: optional(integer(1, 100)),
  healthcheck: optional(checkReferences),
  fallback: optional(text),
  min_healthy: optional(minHealthy),
  all_down: optional(allDown),
  failback: optional(failback),
  slow_start: optional(duration(0, DAY)),
  prefix_v4: optional(integer(1, 32)),
  prefix_v6: optional(integer(1, 128)),
});
