/**
 * Where operators' wishes come in: an override is taken, or refused with the reasons, and the answer says what it
 * means. Wishes are dealt with one after the other.
 */
import type { Clock } from "../health/clock.ts";
import type { PreparedZone } from "../loader/prepare-zone.ts";
import type { Override, Overrides } from "../steering/world.ts";
import { formatName } from "../wire/name.ts";
import type { Pool, PoolValue, Zone } from "../zone/model.ts";
import { findEmptied } from "./find-emptied.ts";
import type { HandedOut } from "./handed-out.ts";
import type { NewOverride, OverrideStore, StoredOverride } from "./overrides.ts";
import type { Selector } from "./selector.ts";

export interface OverrideDeskOptions {
  readonly store: OverrideStore;
  readonly handedOut: HandedOut;
  /** What is served now. */
  readonly zones: () => readonly PreparedZone[];
  readonly clock: Clock;
  /** Milliseconds since 1970. */
  readonly wallClock: () => number;
}

/** A value that a selector means. */
export interface Match {
  readonly zone: Zone;
  readonly pool: Pool;
  readonly value: PoolValue;
}

export type Placed =
  | {
      readonly kind: "placed";
      readonly override: StoredOverride;
      readonly matches: readonly Match[];
      /** Of what is taken out: when no cache holds it any more, in milliseconds since 1970. */
      readonly safeToStopAt: number | undefined;
      /** Values that are answered all the same, because of another pool that they stand in. */
      readonly stillAnswered: readonly string[];
      /** False: on disk nothing has changed, so it ends with this process. */
      readonly isSaved: boolean;
    }
  | { readonly kind: "no-match" }
  /** A guard is against it; `isForced` overrules all of them. */
  | { readonly kind: "refused"; readonly reasons: readonly string[] };

export interface Lifted {
  readonly removed: readonly StoredOverride[];
  readonly isSaved: boolean;
}

/** Between two changes that operators force upon one pool. */
const MIN_PAUSE_MS = 5000;

export class OverrideDesk {
  readonly #options: OverrideDeskOptions;
  /** Monotonic milliseconds of the last forced change, by zone and pool. */
  readonly #changedAt = new Map<string, number>();
  #lastWish: Promise<unknown> = Promise.resolve();

  constructor(options: OverrideDeskOptions) {
    this.#options = options;
  }

  /** Drains values or forces their state. */
  place(wish: NewOverride, isForced: boolean): Promise<Placed> {
    return this.#inTurn(() => this.#place(wish, isForced));
  }

  /**
   * Removes overrides: those that the selector names by their own text or id, and those that hold for nothing but
   * values it means.
   */
  lift(selector: Selector): Promise<Lifted> {
    return this.#inTurn(async () => {
      const { store } = this.#options;
      const named = new Set(store.findByText(selector.text));
      const removed = store.list().filter((one) => named.has(one) || this.#isWithin(one, selector));
      const { isSaved } = await store.remove(removed.map(({ id }) => id));
      return { removed, isSaved };
    });
  }

  /** The values that a selector means, in the order of zones, pools and values. */
  findMatches(selector: Selector): Match[] {
    return this.#options
      .zones()
      .flatMap(({ zone }) =>
        zone.pools.flatMap((pool) =>
          pool.values
            .filter((value) => selector.matches(zone, pool, value))
            .map((value) => ({ zone, pool, value })),
        ),
      );
  }

  async #place(wish: NewOverride, isForced: boolean): Promise<Placed> {
    const { store, handedOut, clock, wallClock } = this.#options;
    const matches = this.findMatches(wish.selector);
    if (matches.length === 0) return { kind: "no-match" };
    const [before, after] = [store.view(), store.preview(wish)];
    const now = clock.now();
    const pools = findChangedPools(matches, before, after);
    if (!isForced) {
      const zones = [...new Set(matches.map(({ zone }) => zone))];
      const reasons = [...findEmptied(zones, before, after), ...this.#findHasty(pools, now)];
      if (reasons.length > 0) return { kind: "refused", reasons };
    }
    const ttl = Math.max(
      ...matches.map(({ value: { type, rdata } }) => handedOut.largestTtl(type, rdata, now)),
    );
    const adding = store.add(wish);
    for (const key of pools.keys()) this.#changedAt.set(key, now);
    // Rounded up: what is printed is whole seconds.
    const safeAt = Math.ceil(wallClock() / 1000 + ttl) * 1000;
    const { stored, isSaved } = await adding;
    const isOut = wish.action !== "up";
    return {
      kind: "placed",
      override: stored,
      matches,
      safeToStopAt: isOut ? safeAt : undefined,
      stillAnswered: isOut ? this.#findStillAnswered(matches) : [],
      isSaved,
    };
  }

  #findHasty(pools: ReadonlyMap<string, Match>, now: number): string[] {
    return [...pools].flatMap(([key, { pool, zone }]) => {
      const age = now - (this.#changedAt.get(key) ?? Number.NEGATIVE_INFINITY);
      if (age >= MIN_PAUSE_MS) return [];
      const left = Math.ceil((MIN_PAUSE_MS - age) / 1000);
      return [
        `pool ${pool.name} of ${formatName(zone.apex)} was changed less than 5 s ago: wait ${left} s to see what that does`,
      ];
    });
  }

  #findStillAnswered(matches: readonly Match[]): string[] {
    const { handedOut } = this.#options;
    const answered = matches.filter(({ value }) => handedOut.isAnswered(value.type, value.rdata));
    return [...new Set(answered.map(({ value }) => value.text))];
  }

  #isWithin(override: StoredOverride, selector: Selector): boolean {
    const held = this.findMatches(override.selector);
    return (
      held.length > 0 && held.every(({ zone, pool, value }) => selector.matches(zone, pool, value))
    );
  }

  #inTurn<Result>(wish: () => Promise<Result>): Promise<Result> {
    const result = this.#lastWish.then(wish);
    this.#lastWish = result.catch(() => {});
    return result;
  }
}

/** Pools with a value for which something else holds, by zone and pool. */
function findChangedPools(
  matches: readonly Match[],
  before: Overrides,
  after: Overrides,
): Map<string, Match> {
  const action = (view: Overrides, { zone, pool, value }: Match): Override["action"] | undefined =>
    view.find(zone, pool, value)?.action;
  const changed = matches.filter((match) => action(before, match) !== action(after, match));
  return new Map(
    changed.map((match) => [`${formatName(match.zone.apex)} ${match.pool.name}`, match]),
  );
}
