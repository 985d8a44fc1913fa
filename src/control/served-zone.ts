import { keyOfPlan } from "../image/compile-segment.ts";
import { SEGMENT } from "../image/layout.ts";
import type { PreparedZone } from "../loader/prepare-zone.ts";
import type { SteeredRRset } from "../zone/model.ts";
import type { CountedName } from "./counted-names.ts";
import type { DecidedSets } from "./decide-sets.ts";
import { listKin, type PlanKin } from "./list-kin.ts";
import { NO_TURNS, type PlacedTurns, placeTurns } from "./place-turns.ts";
import type { RangeAllocator } from "./range-allocator.ts";

/** A zone with the numbers that it has in publications. */
export interface ServedZone {
  readonly prepared: PreparedZone;
  /** Its apex in presentation form. */
  readonly name: string;
  readonly segment: number;
  readonly planBase: number;
  /** Its plans by their keys; there may be as many as names. */
  readonly planNumbers: ReadonlyMap<string, number>;
  /** By plan of the zone. */
  readonly kin: readonly PlanKin[];
  /** Rotation counters of steered names, by request key. */
  readonly counters: ReadonlyMap<string, { readonly start: number; readonly count: number }>;
  /** Those of the others. */
  readonly turns: PlacedTurns;
}

export interface ServedPlan {
  zone: ServedZone;
  readonly number: number;
  readonly map: number | undefined;
  names: readonly CountedName[];
  decided: DecidedSets;
}

/** Where numbers come from, one kind each. */
export interface ZoneNumbers {
  readonly segments: RangeAllocator;
  readonly plans: RangeAllocator;
  readonly counters: RangeAllocator;
}

/**
 * Gives a zone its numbers, and writes them into its segment, which nobody else has seen yet.
 *
 * @param before the same zone as it was: it keeps its segment, and its counters as far as they are wanted
 */
export function placeZone(
  prepared: PreparedZone,
  name: string,
  before: ServedZone | undefined,
  numbers: ZoneNumbers,
): ServedZone {
  const { compiled } = prepared;
  const words = new Uint32Array(compiled.segment);
  const old = new Map(before?.counters);
  const counters = new Map<string, { start: number; count: number }>();
  for (const { word, key, count } of compiled.rotations) {
    const kept = old.get(key);
    old.delete(key);
    const run = kept ?? { start: numbers.counters.take(count), count };
    counters.set(key, run);
    words[word] = run.start;
  }
  for (const run of old.values()) numbers.counters.release(run.start, run.count);
  const turns = placeTurns(compiled.turns, before?.turns ?? NO_TURNS, numbers.counters);
  compiled.turns.words.forEach((word, i) => {
    words[word] = turns.counters[i]!;
  });
  const planBase = numbers.plans.take(compiled.plans.length);
  words[SEGMENT.planBase] = planBase;
  const planNumbers = new Map(compiled.plans.map(({ key }, i) => [key, planBase + i]));
  const segment = before?.segment ?? numbers.segments.take(1);
  const kin = listKin(compiled.plans);
  return { prepared, name, segment, planBase, planNumbers, kin, counters, turns };
}

/** The number of the plan that an RRset makes in a zone; undefined: it makes none there. */
export function findPlanNumber(
  { planNumbers }: Pick<ServedZone, "planNumbers">,
  rrset: SteeredRRset,
): number | undefined {
  const known = foundNumbers.get(rrset);
  if (known?.among === planNumbers) return known.number;
  const number = planNumbers.get(keyOfPlan(rrset));
  foundNumbers.set(rrset, { among: planNumbers, number });
  return number;
}

/** Hints ask for it for each of thousands of classes, and a key is as long as the rules that make those. */
const foundNumbers = new WeakMap<
  SteeredRRset,
  { readonly among: ServedZone["planNumbers"]; readonly number: number | undefined }
>();
