/**
 * What steering remembers over time: since when a pool that was left is in service again (`failback`), and since when a
 * value is back (`slow_start`). Time is passed in, in monotonic milliseconds. The first goes on over a restart; weights
 * that were rising are whole after it.
 */
import type { Log } from "../log/log.ts";
import { listNested } from "../steering/pool-content.ts";
import { isServing, judgePool } from "../steering/pool-standing.ts";
import { type Memory, NO_MEMORY, type World } from "../steering/world.ts";
import { formatName } from "../wire/name.ts";
import type { Pool, PoolValue, Zone } from "../zone/model.ts";
import { logHeldBack, logTakenAgain } from "./log-held-back.ts";
import type { SavedFailback } from "./saved-failback.ts";

export interface SteeringMemoryOptions {
  readonly log: Log;
  /** What `export()` returns has changed. */
  readonly onChange: () => void;
}

/** A pool of a zone, the very objects that are served. */
export interface PoolPlace {
  readonly zone: Zone;
  readonly pool: Pool;
}

/** Steps in which a weight rises; each makes new answer sets. */
const STEPS = 20;
/** Share of its weight with which a value comes back. */
const FIRST_SHARE = 0.01;

interface ServiceState {
  isInService: boolean;
  /** When it came into service. */
  since: number;
  /** It has been out of service, and has not been taken back for good. */
  isLeft: boolean;
}

interface ValueState {
  isServing: boolean;
  /** When it came back; undefined: it was never away. */
  returnedAt: number | undefined;
}

interface PoolState {
  place: PoolPlace;
  /** By record type. */
  readonly services: Map<number, ServiceState>;
  /** By type and text. */
  readonly values: Map<string, ValueState>;
}

/** Pools of an earlier process that have not been seen in this one yet, and since when each is in service again. */
type Unseen = Map<string, SavedFailback & { readonly since: number | undefined }>;

export class SteeringMemory {
  readonly #options: SteeringMemoryOptions;
  /** By zone and pool name. */
  readonly #states = new Map<string, PoolState>();
  /** Those that will change by time alone. */
  readonly #pending = new Set<PoolState>();
  readonly #unseen: Unseen = new Map();
  #now = Number.NEGATIVE_INFINITY;

  constructor(options: SteeringMemoryOptions) {
    this.#options = options;
  }

  /** Lets time pass. @returns the pools that a delay has ended for, or that have reached another step */
  advance(now: number): PoolPlace[] {
    const before = this.#now;
    this.#now = Math.max(before, now);
    const due = [...this.#pending].filter((state) => nextChange(state, before) <= this.#now);
    for (const state of due) {
      this.#settle(state);
      if (this.#heldBack(state) !== undefined || this.#heldBack(state, before) === undefined)
        continue;
      logTakenAgain(this.#options.log, state.place);
      this.#options.onChange();
    }
    return due.map(({ place }) => place);
  }

  /** Takes note of how a pool stands at the moment; pools that need no memory are passed over. */
  observe(place: PoolPlace, world: World): void {
    const { zone, pool } = place;
    if (!needsMemory(pool)) return;
    const key = keyOf(zone, pool);
    const state = this.#states.get(key) ?? { place, services: new Map(), values: new Map() };
    state.place = place;
    this.#states.set(key, state);
    const now = { ...world, memory: NO_MEMORY };
    const before = this.#heldBack(state);
    for (const type of listTypes(zone, pool)) {
      const standing = judgePool(zone, pool, type, now);
      this.#observeService(state, type, standing.serving >= standing.needed);
      for (const member of standing.members) {
        if (member.kind === "value")
          this.#observeValue(state, member.value, isServing(member.state));
      }
    }
    this.#settle(state);
    this.#tell(state, before);
  }

  /** Forgets the pools of a zone, but for those that `kept` has under the same name. */
  forget(zone: Zone, kept: Zone | undefined): void {
    const names = new Set(kept?.pools.filter(needsMemory).map((pool) => keyOf(zone, pool)));
    for (const pool of zone.pools) {
      const key = keyOf(zone, pool);
      const state = this.#states.get(key);
      if (state === undefined || names.has(key)) continue;
      this.#states.delete(key);
      this.#pending.delete(state);
      this.#options.onChange();
    }
  }

  /** Goes on with what an earlier process exported, as far as there are such pools. */
  restore(saved: readonly SavedFailback[], now: number): void {
    for (const one of saved) {
      const { serviceAgeMs } = one;
      const since = serviceAgeMs === null ? undefined : now - serviceAgeMs;
      this.#unseen.set(keyOfSaved(one), { ...one, since });
    }
  }

  /**
   * Goes on with what another process exported that has seen more, in place of what was left here since the start.
   *
   * @returns all pools
   */
  adopt(saved: readonly SavedFailback[], now: number): PoolPlace[] {
    this.advance(now);
    this.restore(saved, now);
    for (const state of this.#states.values()) {
      const before = this.#heldBack(state);
      for (const [type, { isInService }] of state.services) {
        state.services.set(type, this.#startService(state.place, type, isInService));
      }
      this.#settle(state);
      this.#tell(state, before);
    }
    this.dropUnseen();
    this.#options.onChange();
    return [...this.#states.values()].map(({ place }) => place);
  }

  /** All pools have been seen: what was saved of others is of no use any more. */
  dropUnseen(): void {
    this.#unseen.clear();
  }

  /** The pools that have been left and not been taken again. */
  export(now: number): SavedFailback[] {
    const ageOf = (since: number | undefined): number | null =>
      since === undefined ? null : Math.max(0, now - since);
    const unseen = [...this.#unseen.values()].map(({ since, ...one }) => ({
      ...one,
      serviceAgeMs: ageOf(since),
    }));
    const seen = [...this.#states.values()].flatMap(({ place, services }) =>
      [...services].flatMap(([type, service]) => {
        const { isLeft, isInService, since } = service;
        const isAway = isLeft && !isInService && needsFailback(place.pool);
        if (!isAway && isHeldBack(place.pool, service, now) === undefined) return [];
        return [{ ...describe(place, type), serviceAgeMs: ageOf(isInService ? since : undefined) }];
      }),
    );
    return [...unseen, ...seen];
  }

  /** Takes pools of this name back at once if they are in service and held back. @returns those */
  failback(name: string): PoolPlace[] {
    const taken: PoolPlace[] = [];
    for (const state of this.#states.values()) {
      const { place, services } = state;
      if (place.pool.name !== name) continue;
      const held = [...services.values()].filter(
        (service) => isHeldBack(place.pool, service, this.#now) !== undefined,
      );
      for (const service of held) service.isLeft = false;
      if (held.length > 0) taken.push(place);
      this.#settle(state);
    }
    if (taken.length > 0) this.#options.onChange();
    return taken;
  }

  /** When something changes next by time alone; undefined: never. */
  nextChangeAt(): number | undefined {
    const times = [...this.#pending].map((state) => nextChange(state, this.#now));
    return times.length === 0 ? undefined : Math.min(...times);
  }

  /** How things are at the time of the last `advance()`. */
  view(): Pick<Memory, "heldBack" | "share"> {
    return {
      heldBack: (zone, pool, type) => {
        const service = needsMemory(pool) && this.#find(zone, pool)?.services.get(type);
        return service ? isHeldBack(pool, service, this.#now) : undefined;
      },
      share: (zone, pool, value) => {
        if (pool.slowStartMs === 0) return 1;
        const returnedAt = this.#find(zone, pool)?.values.get(keyOfValue(value))?.returnedAt;
        return shareAt(pool, returnedAt, this.#now);
      },
    };
  }

  #heldBack({ place, services }: PoolState, now = this.#now): "delay" | "manual" | undefined {
    for (const service of services.values()) {
      const held = isHeldBack(place.pool, service, now);
      if (held !== undefined) return held;
    }
    return undefined;
  }

  #find(zone: Zone, pool: Pool): PoolState | undefined {
    return this.#states.get(keyOf(zone, pool));
  }

  #observeService({ place, services }: PoolState, type: number, isInService: boolean): void {
    const service = services.get(type);
    if (service === undefined) {
      services.set(type, this.#startService(place, type, isInService));
      return;
    }
    if (isInService === service.isInService) return;
    if (isInService) service.since = this.#now;
    else service.isLeft = true;
    service.isInService = isInService;
    if (needsFailback(place.pool)) this.#options.onChange();
  }

  #startService(place: PoolPlace, type: number, isInService: boolean): ServiceState {
    const now = describe(place, type);
    const saved = this.#unseen.get(keyOfSaved(now));
    this.#unseen.delete(keyOfSaved(now));
    const isSame = saved?.manual === now.manual && saved.delayMs === now.delayMs;
    if (!isSame || !isInService) return { isInService, since: this.#now, isLeft: !isInService };
    return { isInService, since: saved.since ?? this.#now, isLeft: true };
  }

  #observeValue({ values }: PoolState, value: PoolValue, serving: boolean): void {
    const key = keyOfValue(value);
    const state = values.get(key);
    if (state === undefined) {
      values.set(key, { isServing: serving, returnedAt: undefined });
      return;
    }
    if (serving && !state.isServing) state.returnedAt = this.#now;
    state.isServing = serving;
  }

  #settle(state: PoolState): void {
    if (nextChange(state, this.#now) < Number.POSITIVE_INFINITY) this.#pending.add(state);
    else this.#pending.delete(state);
  }

  /** @param before whether it was held back before what has changed */
  #tell(state: PoolState, before: "delay" | "manual" | undefined): void {
    if (before !== undefined || this.#heldBack(state) === undefined) return;
    const { manual } = state.place.pool.failback;
    const left = manual ? Number.POSITIVE_INFINITY : nextEnd(state, this.#now) - this.#now;
    logHeldBack(this.#options.log, state.place, left);
  }
}

function isHeldBack(
  { failback }: Pool,
  { isInService, isLeft, since }: ServiceState,
  now: number,
): "delay" | "manual" | undefined {
  if (!isInService || !isLeft) return undefined;
  if (failback.manual) return "manual";
  return now - since < failback.delayMs ? "delay" : undefined;
}

function shareAt(pool: Pool, returnedAt: number | undefined, now: number): number {
  if (returnedAt === undefined) return 1;
  const step = stepAt(pool, returnedAt, now);
  return step >= STEPS ? 1 : step <= 0 ? FIRST_SHARE : step / STEPS;
}

/** The very moment of a step belongs to it, whatever rounding makes of it. */
function stepAt({ slowStartMs }: Pool, returnedAt: number, now: number): number {
  return Math.max(0, Math.floor(((now - returnedAt) * STEPS) / slowStartMs + 1e-6));
}

/** When the next delay ends after `now`; infinite: none does. */
function nextEnd(
  { place: { pool }, services }: Pick<PoolState, "place" | "services">,
  now: number,
): number {
  const delayed = [...services.values()].filter(
    (service) => isHeldBack(pool, service, now) === "delay",
  );
  return Math.min(
    Number.POSITIVE_INFINITY,
    ...delayed.map(({ since }) => since + pool.failback.delayMs),
  );
}

/** When the state changes by time alone after `now`; infinite: it does not. */
function nextChange(state: PoolState, now: number): number {
  const {
    place: { pool },
    values,
  } = state;
  let next = nextEnd(state, now);
  if (pool.slowStartMs === 0) return next;
  for (const { isServing: serving, returnedAt } of values.values()) {
    if (!serving || returnedAt === undefined) continue;
    const step = stepAt(pool, returnedAt, now);
    if (step < STEPS) next = Math.min(next, returnedAt + ((step + 1) * pool.slowStartMs) / STEPS);
  }
  return next;
}

function needsMemory(pool: Pool): boolean {
  return needsFailback(pool) || pool.slowStartMs > 0;
}

function needsFailback({ failback }: Pool): boolean {
  return failback.manual || failback.delayMs > 0;
}

function describe({ zone, pool }: PoolPlace, type: number): Omit<SavedFailback, "serviceAgeMs"> {
  return { zone: formatName(zone.apex), pool: pool.name, type, ...pool.failback };
}

function keyOfSaved({ zone, pool, type }: Omit<SavedFailback, "serviceAgeMs">): string {
  return `${zone} ${pool} ${type}`;
}

function listTypes(zone: Zone, pool: Pool): Set<number> {
  return new Set(listNested(zone, pool).flatMap(({ values }) => values.map(({ type }) => type)));
}

function keyOf({ apex }: Zone, { name }: Pool): string {
  return `${Buffer.from(apex).toString("latin1")} ${name}`;
}

function keyOfValue({ type, text }: PoolValue): string {
  return `${type} ${text}`;
}
