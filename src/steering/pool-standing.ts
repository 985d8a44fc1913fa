/**
 * How a pool stands for one type of answer: which of its values are enabled, and which of those are in service.
 */
import type { HealthSnapshot, TargetState } from "../health/snapshot.ts";
import type { Pool, PoolValue } from "../zone/model.ts";

/**
 * What the checks and the operator say of a value:
 * - `disabled`: its status is down; `forced-up`: its status is up;
 * - `unchecked`: nothing is probed for it; `init`: no verdict yet;
 * - `up`, `suspect` (up with fresh failures), `blind` (failing while nothing proves that our own network works);
 * - `down`, `held` (down, passing again, kept out because it flapped).
 */
export type ValueState =
  | "disabled"
  | "forced-up"
  | "unchecked"
  | "init"
  | "up"
  | "suspect"
  | "blind"
  | "down"
  | "held";

export interface ValueStanding {
  readonly value: PoolValue;
  readonly state: ValueState;
  /** Of the first target that is not well. */
  readonly lastError: string | undefined;
}

export interface PoolStanding {
  readonly pool: Pool;
  /** The values of the asked type, in written order. */
  readonly values: readonly ValueStanding[];
  /** How many of them are not `disabled`. */
  readonly enabled: number;
  /** How many of the enabled ones must be in service for the pool to be; at least 1. */
  readonly needed: number;
  /** How many are in service. */
  readonly serving: number;
  /** How many are `held`. */
  readonly held: number;
}

/** The standing of `pool` for answers of `type`. */
export function judgePool(pool: Pool, type: number, health: HealthSnapshot): PoolStanding {
  const values = pool.values
    .filter((value) => value.type === type)
    .map((value) => judgeValue(value, health));
  const enabled = values.filter(({ state }) => state !== "disabled").length;
  const { minHealthy } = pool;
  const line =
    "count" in minHealthy ? minHealthy.count : Math.ceil((minHealthy.percent * enabled) / 100);
  return {
    pool,
    values,
    enabled,
    // A pool without a value in service has nothing to answer, whatever the file asks of it.
    needed: Math.max(1, line),
    serving: values.filter(({ state }) => isServing(state)).length,
    held: values.filter(({ state }) => state === "held").length,
  };
}

/** Whether a value in this state is answered in the normal course of things. */
export function isServing(state: ValueState): boolean {
  return state !== "disabled" && state !== "down" && state !== "held";
}

/** Whether the state may change soon, so that answers should be short-lived. What is forced does not change by itself. */
export function isUnsettled(state: ValueState): boolean {
  return state === "suspect" || state === "blind" || state === "down" || state === "held";
}

function judgeValue(value: PoolValue, health: HealthSnapshot): ValueStanding {
  if (value.status === "down") return { value, state: "disabled", lastError: undefined };
  if (value.status === "up") return { value, state: "forced-up", lastError: undefined };
  if (value.targets.length === 0) return { value, state: "unchecked", lastError: undefined };
  const states = value.targets.map((target) => health.targets.get(target.key));
  const down = states.filter((state) => state?.verdict === "down");
  if (down.length > 0) {
    const failing = down.find((state) => !state?.held);
    return failing === undefined
      ? { value, state: "held", lastError: down[0]?.lastError }
      : { value, state: "down", lastError: failing.lastError };
  }
  const blind = states.find((state) => state?.blind);
  if (blind !== undefined) return { value, state: "blind", lastError: blind.lastError };
  const suspect = states.find((state) => state?.suspect);
  if (suspect !== undefined) return { value, state: "suspect", lastError: suspect.lastError };
  return { value, state: states.some(isWithoutVerdict) ? "init" : "up", lastError: undefined };
}

function isWithoutVerdict(state: TargetState | undefined): boolean {
  return state === undefined || state.verdict === "init";
}
