import type { Decoder } from "./decode.ts";
import { describe, textSchema } from "./describe.ts";
import { describeTree, type Tree } from "./tree.ts";

/** A length of time in milliseconds: bare seconds, or `500ms 30s 5m 1h 1d`. */
export function duration(least: number, most: number): Decoder<number> {
  const decode: Decoder<number> = (tree, name, issues) => {
    const allowed = `${name} must be a time from ${formatDuration(least)} to ${formatDuration(most)}`;
    const value = readMilliseconds(tree);
    if (value === undefined) {
      issues.error(
        tree.place,
        `${allowed}, as seconds or like 500ms, 30s, 5m, 1h, 1d: ${describeTree(tree)}`,
      );
      return undefined;
    }
    if (value >= least && value <= most) return value;
    issues.error(tree.place, `${allowed}: ${describeTree(tree)}`);
    return undefined;
  };
  return describe(decode, () => ({
    anyOf: [
      { type: "number", minimum: least / 1000, maximum: most / 1000 },
      textSchema("^(0|[1-9][0-9]*)([.][0-9]{1,3})?(ms|[smhdw])?$"),
    ],
  }));
}

/** A TTL in seconds (RFC 2181 §8): a whole number, or `30s 5m 1h 1d`. */
export const ttl: Decoder<number> = describe(
  (tree, name, issues) => {
    const value = readMilliseconds(tree);
    if (value !== undefined && value % 1000 === 0 && value >= 0 && value <= MAX_TTL * 1000) {
      return value / 1000;
    }
    issues.error(
      tree.place,
      `${name} must be whole seconds from 0 to ${MAX_TTL}, or like 30s, 5m, 1h, 1d: ${describeTree(tree)}`,
    );
    return undefined;
  },
  () => ({
    anyOf: [
      { type: "integer", minimum: 0, maximum: MAX_TTL },
      textSchema("^(0|[1-9][0-9]*)([.][0-9]{1,3})?(ms|[smhdw])?$"),
    ],
  }),
);

/** `10.5s`, `5m`, `500ms`: the largest unit that needs no rounding below a tenth. */
export function formatDuration(milliseconds: number): string {
  if (milliseconds < 1000) return `${milliseconds}ms`;
  for (const [unit, size] of [
    ["d", 86_400_000],
    ["h", 3_600_000],
    ["m", 60_000],
  ] as const) {
    if (milliseconds % size === 0) return `${milliseconds / size}${unit}`;
  }
  return `${Math.round(milliseconds / 100) / 10}s`;
}

const MAX_TTL = 2 ** 31 - 1;

const UNITS: ReadonlyMap<string, number> = new Map([
  ["ms", 1],
  ["s", 1000],
  ["m", 60_000],
  ["h", 3_600_000],
  ["d", 86_400_000],
  ["w", 604_800_000],
]);

function readMilliseconds(tree: Tree): number | undefined {
  if (tree.kind !== "scalar") return undefined;
  return parseDuration(typeof tree.value === "string" ? tree.value : tree.source);
}

/** Milliseconds of bare seconds, or of `500ms 30s 5m 1h 1d 1w`; undefined if it is neither. */
export function parseDuration(written: string): number | undefined {
  const match = /^((?:0|[1-9]\d{0,14})(?:\.\d{1,3})?)(ms|[smhdw])?$/.exec(written);
  if (match === null) return undefined;
  const unit = UNITS.get(match[2] ?? "s") ?? Number.NaN;
  return Math.round(Number(match[1]) * unit);
}
