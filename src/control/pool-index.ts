import type { Plan } from "../image/compile-segment.ts";
import { findChain } from "../steering/pool-choice.ts";
import { listNested } from "../steering/pool-content.ts";
import type { Pool, Zone } from "../zone/model.ts";
import type { PoolPlace } from "./memory.ts";

interface IndexedPool extends PoolPlace {
  /** Keys of the targets of its values, those of pools in it included. */
  readonly targets: ReadonlySet<string>;
  /** Numbers of the plans that may try it, or a pool that it stands in. */
  readonly plans: Set<number>;
}

/** Which pools a target's state matters to, and which plans a pool: work is for what changed. */
export class PoolIndex {
  readonly #pools = new Map<Pool, IndexedPool>();
  readonly #byTarget = new Map<string, Set<IndexedPool>>();

  /** @param firstPlan number of the first of the zone's plans */
  add(zone: Zone, plans: readonly Plan[], firstPlan: number): void {
    const indexed = zone.pools.map((pool): IndexedPool => {
      const values = listNested(zone, pool).flatMap((each) => each.values);
      const targets = new Set(values.flatMap((value) => value.targets.map(({ key }) => key)));
      return { zone, pool, targets, plans: new Set() };
    });
    for (const one of indexed) {
      this.#pools.set(one.pool, one);
      for (const key of one.targets) {
        const users = this.#byTarget.get(key) ?? new Set();
        this.#byTarget.set(key, users.add(one));
      }
    }
    plans.forEach(({ classes }, i) => {
      for (const { pools, last } of classes.classes) {
        for (const { pool } of findChain(zone, pools, last)) {
          for (const each of listNested(zone, pool))
            this.#pools.get(each)!.plans.add(firstPlan + i);
        }
      }
    });
  }

  remove(zone: Zone): void {
    for (const pool of zone.pools) {
      const one = this.#pools.get(pool);
      this.#pools.delete(pool);
      for (const key of one?.targets ?? []) {
        const users = this.#byTarget.get(key);
        users?.delete(one!);
        if (users?.size === 0) this.#byTarget.delete(key);
      }
    }
  }

  /** Every pool. */
  list(): PoolPlace[] {
    return [...this.#pools.values()];
  }

  has({ pool }: PoolPlace): boolean {
    return this.#pools.has(pool);
  }

  findByTargets(keys: Iterable<string>): Set<PoolPlace> {
    const found = new Set<PoolPlace>();
    for (const key of keys) for (const pool of this.#byTarget.get(key) ?? []) found.add(pool);
    return found;
  }

  /** Numbers of the plans that any of the pools matters to, ascending. */
  findPlans(places: Iterable<PoolPlace>): number[] {
    const plans = new Set<number>();
    for (const { pool } of places) {
      for (const plan of this.#pools.get(pool)?.plans ?? []) plans.add(plan);
    }
    return [...plans].sort((a, b) => a - b);
  }
}
