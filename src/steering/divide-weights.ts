import { findGcd } from "./find-gcd.ts";

/** A weight and those who divide it. */
export interface Portion {
  /** A whole number above 0. */
  readonly weight: number;
  /** Of the weight, above 0 and at most 1, taken to the nearest percent and at least one. */
  readonly scale: number;
  /** Whole numbers above 0; one alone gets everything. */
  readonly parts: readonly number[];
}

/**
 * The sum of divided weights up to which shares are exact. It is the length of the cycle in which values take turns:
 * beyond it the memory would be worth more than the last hundredth of a percent.
 */
export const MAX_DIVIDED_SUM = 8192;

/**
 * Whole numbers in the proportion of `weight · scale · part / sum of parts`: over the least common multiple of what is
 * divided by, in lowest terms. Weights that nobody divides or scales stay as they are; if the sum of the others exceeds
 * MAX_DIVIDED_SUM they are rounded to parts of that, none to less than one.
 */
export function divideWeights(portions: readonly Portion[]): number[][] {
  if (portions.every(({ scale, parts }) => scale === 1 && parts.length === 1)) {
    return portions.map(({ weight }) => [weight]);
  }
  const isScaled = portions.some(({ scale }) => scale !== 1);
  const scaled = portions.map(({ weight, scale, parts }) => ({
    weight: isScaled ? weight * Math.max(1, Math.round(scale * 100)) : weight,
    parts,
    sum: parts.reduce((total, part) => total + part, 0),
  }));
  const multiple = scaled.reduce((lcm, { sum }) => extendMultiple(lcm, sum), 1);
  const exact = scaled.map(({ weight, parts, sum }) =>
    parts.map((part) => weight * part * (multiple / sum)),
  );
  const flat = exact.flat();
  const isSafe = Number.isSafeInteger(multiple) && flat.every(Number.isSafeInteger);
  const divisor = isSafe ? flat.reduce(findGcd, 0) : 1;
  const total = flat.reduce((sum, weight) => sum + weight, 0) / divisor;
  if (isSafe && total <= MAX_DIVIDED_SUM) {
    return exact.map((weights) => weights.map((weight) => weight / divisor));
  }
  const all = scaled.reduce((sum, { weight }) => sum + weight, 0);
  return scaled.map(({ weight, parts, sum }) =>
    parts.map((part) => Math.max(1, Math.round(((weight * part) / sum / all) * MAX_DIVIDED_SUM))),
  );
}

/** The least common multiple; one that is too large already is left as it is. */
function extendMultiple(multiple: number, by: number): number {
  return Number.isSafeInteger(multiple) ? (multiple / findGcd(multiple, by)) * by : multiple;
}
