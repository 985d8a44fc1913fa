/**
 * How a pool stands for one type of answer: which of its members are enabled, and which of those are in service.
 */
import type { TargetState } from "../health/snapshot.ts";
import type { NestedPool, Pool, PoolValue, Zone } from "../zone/model.ts";
import type { OrderedOverride, Override, World } from "./world.ts";

/**
 * What the operator, the file and the checks say of a value, in this order:
 * - `drained`, `forced-down`: taken out by an operator; `disabled`: its status is down;
 * - `forced-up`: an operator or its status says up;
 * - `unchecked`: nothing is probed for it; `init`: no verdict yet;
 * - `up`, `suspect` (up with fresh failures), `blind` (failing while nothing proves that our own network works);
 * - `down`, `held` (down, passing again, kept out because it flapped).
 *
 * A pool among the values is `disabled`, `forced-up`, `up`, `down`, or `held` (in service with what is held in it).
 */
export type ValueState =
  | "drained"
  | "forced-down"
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
  readonly kind: "value";
  readonly value: PoolValue;
  /** The pool it is written in. */
  readonly pool: Pool;
  readonly state: ValueState;
  readonly weight: number;
  /** Share of its weight that it has at the moment, above 0 and at most 1. */
  readonly share: number;
  /** What the operator has said of it. */
  readonly override: Override | undefined;
  /** Of the first target that is not well. */
  readonly lastError: string | undefined;
}

/** A pool among the values of another. */
export interface NestedStanding {
  readonly kind: "pool";
  readonly standing: PoolStanding;
  readonly state: ValueState;
  readonly weight: number;
}

export type Member = ValueStanding | NestedStanding;

export interface PoolStanding {
  readonly pool: Pool;
  /** Values of the asked type, and pools that have some, in written order. */
  readonly members: readonly Member[];
  /** The values of the members, to the bottom. */
  readonly values: readonly ValueStanding[];
  /** How many members are not out for good. */
  readonly enabled: number;
  /** How many of the enabled ones must be in service for the pool to be; at least 1. */
  readonly needed: number;
  /** How many are in service. */
  readonly serving: number;
  /** How many are `held`. */
  readonly held: number;
}

/** Nesting is refused long before at load; here it must end whatever comes. */
const MAX_DEPTH = 16;

/**
 * The standing of a pool for answers of `type`.
 *
 * @param outer the pools it is nested in, innermost first: what an operator says of them holds for its values too
 */
export function judgePool(
  zone: Zone,
  pool: Pool,
  type: number,
  world: World,
  outer: readonly Pool[] = [],
): PoolStanding {
  const path = [pool, ...outer];
  const members: Member[] = [];
  const addNested = (position: number): void => {
    for (const nested of pool.nested) {
      const isHere = Math.min(nested.position, pool.values.length) === position;
      if (!isHere || path.length > MAX_DEPTH) continue;
      const inner = zone.pools[nested.pool];
      const member = inner && judgeNested(nested, judgePool(zone, inner, type, world, path));
      if (member !== undefined) members.push(member);
    }
  };
  pool.values.forEach((value, position) => {
    addNested(position);
    if (value.type === type) members.push(judgeValue(zone, path, value, world));
  });
  addNested(pool.values.length);

  let [enabled, serving, held] = [0, 0, 0];
  for (const { state } of members) {
    if (isEnabled(state)) enabled++;
    if (isServing(state)) serving++;
    if (state === "held") held++;
  }
  const { minHealthy } = pool;
  const line =
    "count" in minHealthy ? minHealthy.count : Math.ceil((minHealthy.percent * enabled) / 100);
  return {
    pool,
    members,
    values:
      pool.nested.length === 0
        ? members.filter((member) => member.kind === "value")
        : members.flatMap((member) =>
            member.kind === "value" ? [member] : member.standing.values,
          ),
    enabled,
    // A pool without a value in service has nothing to answer, whatever the file asks of it.
    needed: Math.max(1, line),
    serving,
    held,
  };
}

/** Whether a value in this state may ever be answered. */
export function isEnabled(state: ValueState): boolean {
  return state !== "drained" && state !== "forced-down" && state !== "disabled";
}

/** Whether a value in this state is answered in the normal course of things. */
export function isServing(state: ValueState): boolean {
  return isEnabled(state) && state !== "down" && state !== "held";
}

/** Whether the state may change soon, so that answers should be short-lived. What is forced does not change by itself. */
export function isUnsettled(state: ValueState): boolean {
  return state === "suspect" || state === "blind" || state === "down" || state === "held";
}

/** @returns undefined for a pool that has no value of the type */
function judgeNested({ status, weight }: NestedPool, standing: PoolStanding): Member | undefined {
  if (standing.values.length === 0) return undefined;
  const { enabled, needed, serving, held } = standing;
  const nested = (state: ValueState): Member => ({ kind: "pool", standing, state, weight });
  if (status === "down") {
    const values = standing.values.map((value) => ({ ...value, state: "disabled" as const }));
    const off = { ...standing, values, enabled: 0, serving: 0, held: 0 };
    return { kind: "pool", standing: off, state: "disabled", weight };
  }
  if (enabled === 0) return nested("disabled");
  if (status === "up") return nested("forced-up");
  if (serving >= needed) return nested("up");
  return nested(held > 0 && serving + held >= needed ? "held" : "down");
}

function judgeValue(
  zone: Zone,
  path: readonly Pool[],
  value: PoolValue,
  world: World,
): ValueStanding {
  const pool = path[0]!;
  let override: OrderedOverride | undefined;
  for (const each of path) {
    const found = world.overrides.find(zone, each, value);
    // The last word counts, whether it was said of the value or of a pool around it.
    if (found !== undefined && found.order > (override?.order ?? -1)) override = found;
  }
  const { state, lastError } = judgeState(value, override, world);
  const share = world.memory.share(zone, pool, value);
  return { kind: "value", value, pool, state, weight: value.weight, share, override, lastError };
}

type Judgement = Pick<ValueStanding, "state" | "lastError">;

const DRAINED: Judgement = { state: "drained", lastError: undefined };
const FORCED_DOWN: Judgement = { state: "forced-down", lastError: undefined };
const FORCED_UP: Judgement = { state: "forced-up", lastError: undefined };
const DISABLED: Judgement = { state: "disabled", lastError: undefined };
const UNCHECKED: Judgement = { state: "unchecked", lastError: undefined };
const INIT: Judgement = { state: "init", lastError: undefined };
const UP: Judgement = { state: "up", lastError: undefined };

function judgeState(
  value: PoolValue,
  override: Override | undefined,
  { health }: World,
): Judgement {
  if (override?.action === "drain") return DRAINED;
  if (override?.action === "down") return FORCED_DOWN;
  if (override?.action === "up") return FORCED_UP;
  if (value.status === "down") return DISABLED;
  if (value.status === "up") return FORCED_UP;
  if (value.targets.length === 0) return UNCHECKED;
  const states = value.targets.map((target) => health.targets.get(target.key));
  const down = states.filter((state) => state?.verdict === "down");
  if (down.length > 0) {
    const failing = down.find((state) => !state?.held);
    return failing === undefined
      ? { state: "held", lastError: down[0]?.lastError }
      : { state: "down", lastError: failing.lastError };
  }
  const blind = states.find((state) => state?.blind);
  if (blind !== undefined) return { state: "blind", lastError: blind.lastError };
  const suspect = states.find((state) => state?.suspect);
  if (suspect !== undefined) return { state: "suspect", lastError: suspect.lastError };
  return states.some(isWithoutVerdict) ? INIT : UP;
}

function isWithoutVerdict(state: TargetState | undefined): boolean {
  return state === undefined || state.verdict === "init";
}
