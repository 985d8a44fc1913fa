import type { Transition } from "../health/machine.ts";
import type { ProbeResult } from "../health/result.ts";
import type { CheckTarget } from "../zone/model.ts";

/** Upper bounds of the duration buckets, in seconds; those of the field's client libraries. */
export const DURATION_BOUNDS_S: readonly number[] = [
  0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
];

/** Probes of one check since the start, or since it was first seen. */
export interface ProbeCounts {
  readonly results: Readonly<Record<ProbeResult["kind"], number>>;
  /** Conclusive ones by duration: not cumulative, the last entry is above every bound. */
  readonly durations: readonly number[];
  readonly durationSumS: number;
}

interface Counts extends ProbeCounts {
  readonly results: Record<ProbeResult["kind"], number>;
  readonly durations: number[];
  durationSumS: number;
}

/** Changes of a target's verdict. */
export interface VerdictChanges {
  up: number;
  down: number;
}

/** Counts what health does: as much memory as there are checks and targets in the zone files. */
export class HealthStats {
  readonly #probes = new Map<string, Counts>();
  readonly #changes = new Map<string, VerdictChanges>();

  /** By name of the check; checks of the same name in several zones count together. */
  get probes(): ReadonlyMap<string, ProbeCounts> {
    return this.#probes;
  }

  changesOf(targetKey: string): Readonly<VerdictChanges> {
    return this.#changes.get(targetKey) ?? NO_CHANGES;
  }

  noteProbe({ check }: CheckTarget, { kind }: ProbeResult, elapsedMs: number): void {
    const counts = this.#probes.get(check.name);
    if (counts === undefined) return;
    counts.results[kind]++;
    if (kind === "inconclusive") return;
    const seconds = elapsedMs / 1000;
    const bucket = DURATION_BOUNDS_S.findIndex((bound) => seconds <= bound);
    const at = bucket < 0 ? DURATION_BOUNDS_S.length : bucket;
    counts.durations[at] = counts.durations[at]! + 1;
    counts.durationSumS += seconds;
  }

  /** The first verdict of a target is no change. */
  noteVerdict({ target, from, to }: Transition): void {
    const changes = this.#changes.get(target.key);
    if (changes === undefined || to === "init" || (from === "init" && to === "up")) return;
    changes[to]++;
  }

  /** Counts for these targets and their checks, and forgets all others. */
  keepOnly(targets: readonly CheckTarget[]): void {
    const checks = new Set(targets.map(({ check }) => check.name));
    const keys = new Set(targets.map(({ key }) => key));
    for (const name of this.#probes.keys()) if (!checks.has(name)) this.#probes.delete(name);
    for (const key of this.#changes.keys()) if (!keys.has(key)) this.#changes.delete(key);
    for (const name of checks) if (!this.#probes.has(name)) this.#probes.set(name, createCounts());
    for (const key of keys) if (!this.#changes.has(key)) this.#changes.set(key, { up: 0, down: 0 });
  }
}

const NO_CHANGES: Readonly<VerdictChanges> = { up: 0, down: 0 };

function createCounts(): Counts {
  return {
    results: { success: 0, failure: 0, inconclusive: 0 },
    durations: new Array<number>(DURATION_BOUNDS_S.length + 1).fill(0),
    durationSumS: 0,
  };
}
