/**
 * What is served right now, and the publications that tell the data plane of it: zones come from the loader, states from
 * health, and every change of either becomes one publication. Nothing here waits for anything.
 */
import type { Clock } from "../clock/clock.ts";
import type { HealthSnapshot } from "../health/snapshot.ts";
import type { AnswerSet, PlanSets } from "../image/answer-sets.ts";
import type { Plan } from "../image/compile-segment.ts";
import type { Publication } from "../image/publication.ts";
import type { PreparedZone } from "../loader/prepare-zone.ts";
import type { Log } from "../log/log.ts";
import {
  type Memory,
  NO_MEMORY,
  NO_OVERRIDES,
  type Overrides,
  type World,
} from "../steering/world.ts";
import { formatName } from "../wire/name.ts";
import type { Zone } from "../zone/model.ts";
import { changedTargets } from "./changed-targets.ts";
import { type CountedName, listCountedNames } from "./counted-names.ts";
import type { DecidedAnswers } from "./decide-answers.ts";
import { type DecidedSets, DecisionRound } from "./decide-sets.ts";
import { leavePools } from "./leave-pools.ts";
import { keyOfClass, placesOf } from "./list-kin.ts";
import { logModes } from "./log-modes.ts";
import type { PoolPlace, SteeringMemory } from "./memory.ts";
import { PoolIndex } from "./pool-index.ts";
import { Publisher } from "./publisher.ts";
import { RangeAllocator } from "./range-allocator.ts";
import type { SavedFailback } from "./saved-failback.ts";
import { type ChangedMaps, ServedMaps } from "./served-maps.ts";
import {
  findPlanNumber,
  placeZone,
  type ServedPlan,
  type ServedZone,
  type ZoneNumbers,
} from "./served-zone.ts";

export interface ControlPlaneOptions {
  readonly publish: (publication: Publication) => void;
  readonly log: Log;
  readonly clock: Clock;
  /** Whatever it has been told to go on with, the zones that are served first are what there is of it. */
  readonly memory: SteeringMemory;
  /** What is known beside the file of the pools of a zone that is about to be served. */
  readonly fillPools?: (zone: Zone) => Zone;
  /** Zones have been taken into or out of service, and that is published. */
  readonly onZones?: () => void;
}

/** Between two decisions that time alone brings about. */
const MIN_TICK_MS = 100;
/** From a publication that failed to the next try, if nothing else changes before. */
const RETRY_MS = 5000;

/** What names with the same settings answer at the moment. */
export interface SteeringInForce {
  readonly zone: Zone;
  readonly plan: Plan;
  /** The same object as long as there are the same values to count: neither the zone nor its pools are other ones. */
  readonly names: readonly CountedName[];
  /** By class; the same object as long as nothing has been decided anew. */
  readonly sets: readonly AnswerSet[];
  /** By class: how its answer came about. */
  readonly modes: DecidedAnswers["modes"];
}

/** Owns the numbers of segments, plans, maps and rotation counters, and what stands behind each. */
export class ControlPlane {
  readonly #options: ControlPlaneOptions;
  #world: World = {
    health: { targets: new Map() },
    overrides: NO_OVERRIDES,
    memory: NO_MEMORY,
  };
  readonly #memory: SteeringMemory;
  readonly #pools = new PoolIndex();
  #cancelTimer: () => void = () => undefined;
  #isClosed = false;
  readonly #zones = new Map<string, ServedZone>();
  readonly #plans: (ServedPlan | undefined)[] = [];
  readonly #maps = new ServedMaps();
  readonly #publisher: Publisher;
  readonly #numbers: ZoneNumbers = {
    segments: new RangeAllocator(),
    plans: new RangeAllocator(),
    counters: new RangeAllocator(),
  };

  constructor(options: ControlPlaneOptions) {
    this.#options = options;
    this.#memory = options.memory;
    this.#publisher = new Publisher(options);
  }

  /** The zones being served, by apex. */
  get zones(): readonly PreparedZone[] {
    return [...this.#zones.values()].map(({ prepared }) => prepared);
  }

  /** What the answers in force were decided by. */
  get world(): World {
    return this.#world;
  }

  /** What all steered names answer, as it was published last. */
  get steering(): readonly SteeringInForce[] {
    return this.#plans.flatMap((served) => {
      if (served === undefined) return [];
      const { zone, compiled } = served.zone.prepared;
      const plan = compiled.plans[served.number - served.zone.planBase]!;
      const { sets, answers } = served.decided;
      return [{ zone, plan, names: served.names, sets, modes: answers.modes }];
    });
  }

  /** Does what `take()` does. @throws what the publication failed with */
  serve(zones: readonly PreparedZone[]): void {
    this.take(zones);
    if (this.#publisher.failure !== undefined) throw this.#publisher.failure;
  }

  /** Takes zones into service, in place of those with the same apex, and publishes them together, as soon as that succeeds. */
  take(zones: readonly PreparedZone[]): void {
    const segments: [number, SharedArrayBuffer][] = [];
    const maps: ChangedMaps = [];
    let indexChanged = false;
    const due = this.#memory.advance(this.#options.clock.now());
    const { fillPools = (zone) => zone } = this.#options;
    for (const loaded of zones) {
      const prepared = { ...loaded, zone: fillPools(loaded.zone) };
      const name = formatName(prepared.zone.apex);
      const before = this.#zones.get(name);
      indexChanged ||= before === undefined;
      const zone = placeZone(prepared, name, before, this.#numbers);
      this.#follow(zone, before);
      this.#decidePlans(zone, before, maps);
      this.#zones.set(name, zone);
      segments.push([zone.segment, prepared.compiled.segment]);
    }
    this.#memory.dropUnseen();
    this.#publisher.noteZones(segments, maps, indexChanged);
    this.#update(due);
  }

  /**
   * Takes a zone out of service: its names are answered as those of no zone, or of the zone above it if that is served.
   *
   * @param name its apex in presentation form, absolute and lower case; one that is not served is left out
   */
  drop(name: string): void {
    const served = this.#zones.get(name);
    if (served === undefined) return;
    const due = this.#memory.advance(this.#options.clock.now());
    this.#zones.delete(name);
    this.#pools.remove(served.prepared.zone);
    this.#memory.forget(served.prepared.zone, undefined);
    const maps: ChangedMaps = [];
    this.#releasePlans(served, maps);
    for (const { start, count } of served.counters.values())
      this.#numbers.counters.release(start, count);
    this.#numbers.counters.releaseEach(served.turns.counters);
    this.#numbers.segments.release(served.segment, 1);
    this.#publisher.noteZones([[served.segment, null]], maps, true);
    this.#update(due);
  }

  #follow({ prepared: { zone, compiled }, planBase }: ServedZone, before?: ServedZone): void {
    if (before !== undefined) {
      this.#pools.remove(before.prepared.zone);
      this.#memory.forget(before.prepared.zone, zone);
    }
    this.#pools.add(zone, compiled.plans, planBase);
    this.#observe(zone.pools.map((pool) => ({ zone, pool })));
  }

  /**
   * Gives the pools of zones that are served other values, and publishes if some client's answer is another now.
   *
   * @param zones the same as those served but for some of their pools
   */
  replacePools(zones: readonly Zone[]): void {
    const changed: PoolPlace[] = [];
    for (const zone of zones) {
      const before = this.#zones.get(formatName(zone.apex));
      if (before === undefined) continue;
      const { compiled, zone: old } = before.prepared;
      const after = { ...before, prepared: { ...before.prepared, zone } };
      this.#zones.set(after.name, after);
      compiled.plans.forEach(({ rrset }, i) => {
        const plan = this.#plans[after.planBase + i]!;
        plan.zone = after;
        if (rrset.alias !== undefined) plan.names = [...plan.names];
      });
      this.#follow(after, before);
      zone.pools.forEach((pool, i) => {
        if (pool !== old.pools[i]) changed.push({ zone, pool });
      });
    }
    this.#update(changed);
  }

  /** Takes note of the states of targets, and publishes if some client's answer is another now. */
  setHealth(health: HealthSnapshot): void {
    const changed = changedTargets(this.#world.health, health);
    this.#world = { ...this.#world, health };
    this.#update(this.#pools.findByTargets(changed));
  }

  /** Does what operators say from now on, and publishes if some client's answer is another now. */
  setOverrides(overrides: Overrides): void {
    this.#world = { ...this.#world, overrides };
    this.#update(this.#pools.list());
  }

  /**
   * Takes pools of this name back that are in service, but held back since they were left.
   *
   * @returns those
   */
  failback(pool: string): readonly PoolPlace[] {
    const taken = this.#memory.failback(pool);
    this.#update(taken);
    return taken;
  }

  /** Goes on with the pools that were left in a process that this one takes over from, before it answers anything. */
  adoptFailbacks(saved: readonly SavedFailback[]): void {
    const pools = this.#memory.adopt(saved, this.#options.clock.now());
    leavePools(this.#plans);
    this.#update(pools);
  }

  /** Stops the clock; answers stay as they are. */
  close(): void {
    this.#cancelTimer();
    this.#isClosed = true;
  }

  /** Decides anew what these pools, and those whose time has come, matter to, and publishes what is other than before. */
  #update(changed: Iterable<PoolPlace>): void {
    const due = this.#memory.advance(this.#options.clock.now());
    // Those of a zone that has just been replaced are gone, and those in their place decided.
    const pools = [...new Set([...changed, ...due])].filter((place) => this.#pools.has(place));
    this.#observe(pools);
    const rounds = new Map<ServedZone, DecisionRound>();
    for (const number of this.#pools.findPlans(pools)) {
      const plan = this.#plans[number]!;
      const { zone, decided } = plan;
      const round = rounds.get(zone) ?? new DecisionRound(zone.prepared.zone, this.#world);
      rounds.set(zone, round);
      plan.decided = this.#decide(round, zone, number, decided);
      if (plan.decided.sets !== decided.sets) this.#publisher.noteAnswers();
    }
    if (this.#publisher.isDue) this.#publish();
    this.#schedule();
  }

  #observe(pools: Iterable<PoolPlace>): void {
    for (const place of pools) this.#memory.observe(place, this.#world);
    this.#world = {
      ...this.#world,
      memory: { ...this.#memory.view(), past: this.#findPast },
    };
  }

  readonly #findPast: Memory["past"] = (zone, rrset, clientClass) => {
    const served = this.#zones.get(formatName(zone.apex));
    const number = served && findPlanNumber(served, rrset);
    const plan = number === undefined ? undefined : this.#plans[number];
    if (plan === undefined) return undefined;
    const { kin, past } = plan.decided.answers;
    return past[placesOf(kin.classes).get(keyOfClass(clientClass)) ?? -1];
  };

  /** Comes back when a delay ends or a weight rises, and when a publication is to be tried again. */
  #schedule(): void {
    this.#cancelTimer();
    const { clock } = this.#options;
    const retryAt = this.#publisher.isDue ? clock.now() + RETRY_MS : Number.POSITIVE_INFINITY;
    const next = Math.min(this.#memory.nextChangeAt() ?? Number.POSITIVE_INFINITY, retryAt);
    if (next === Number.POSITIVE_INFINITY || this.#isClosed) return;
    const delayMs = Math.max(MIN_TICK_MS, next - clock.now());
    this.#cancelTimer = clock.schedule(() => this.#update([]), delayMs);
  }

  #decidePlans(zone: ServedZone, before: ServedZone | undefined, changedMaps: ChangedMaps): void {
    const { compiled, maps } = zone.prepared;
    const names = listCountedNames(zone.prepared, zone.counters);
    const round = new DecisionRound(zone.prepared.zone, this.#world);
    compiled.plans.forEach((plan, i) => {
      const map = maps[i];
      // The same settings in the zone before: its answer sets keep their rotation counters.
      const was = before === undefined ? undefined : this.#findPlan(before, plan.key);
      const number = zone.planBase + i;
      this.#plans[number] = {
        zone,
        number,
        map: map && this.#maps.take(map, changedMaps),
        names: names[i]!,
        decided: this.#decide(round, zone, number, was?.decided),
      };
    });
    if (before !== undefined) this.#releasePlans(before, changedMaps);
  }

  #findPlan(zone: ServedZone, key: string): ServedPlan | undefined {
    const number = zone.planNumbers.get(key);
    return number === undefined ? undefined : this.#plans[number];
  }

  #releasePlans(zone: ServedZone, changedMaps: ChangedMaps): void {
    const { compiled, maps } = zone.prepared;
    compiled.plans.forEach((_, i) => {
      this.#plans[zone.planBase + i] = undefined;
      const map = maps[i];
      if (map !== undefined) this.#maps.release(map.key, changedMaps);
    });
    this.#numbers.plans.release(zone.planBase, compiled.plans.length);
  }

  #decide(
    round: DecisionRound,
    { name, planBase, kin, prepared }: ServedZone,
    number: number,
    before: DecidedSets | undefined,
  ): DecidedSets {
    const decided = round.decide(kin[number - planBase]!, before);
    const { rrset } = prepared.compiled.plans[number - planBase]!;
    logModes(this.#options.log, name, rrset, before?.answers.modes, decided.answers.modes);
    return decided;
  }

  #publish(): void {
    const zones = [...this.#zones.values()];
    this.#publisher.publish({
      zones: zones.map(({ prepared, segment }) => ({ apex: prepared.zone.apex, segment })),
      plans: this.#plans.map((plan): PlanSets | undefined =>
        plan === undefined ? undefined : { map: plan.map, sets: plan.decided.sets },
      ),
      rotationSlots: this.#numbers.counters.size,
    });
  }
}
