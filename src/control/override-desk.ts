/**
 * Where operators' wishes come in: an override is taken, or refused with the reasons, and the answer says what it
 * means. Wishes are dealt with one after the other.
 */
import type { Clock } from "../clock/clock.ts";
import type { FoundRecord } from "../image/find-records.ts";
import type { PreparedZone } from "../loader/prepare-zone.ts";
import type { Overrides, World } from "../steering/world.ts";
import { formatName } from "../wire/name.ts";
import type { Pool, Zone } from "../zone/model.ts";
import { findEmptied } from "./find-emptied.ts";
import { findHolders, findMatches, isMeant, type Match } from "./find-matches.ts";
import { findPlainRecords } from "./find-plain-records.ts";
import type { HandedOut } from "./handed-out.ts";
import type { NewOverride, OverrideStore, StoredOverride } from "./overrides.ts";
import type { Selector } from "./selector.ts";

export interface OverrideDeskOptions {
  readonly store: OverrideStore;
  readonly handedOut: HandedOut;
  /** What is served now. */
  readonly zones: () => readonly PreparedZone[];
  /** What the answers in force were decided by. */
  readonly world: () => World;
  readonly clock: Clock;
  /** Milliseconds since 1970. */
  readonly wallClock: () => number;
}

export type Placed =
  | {
      readonly kind: "placed";
      readonly override: StoredOverride;
      readonly matches: readonly Match[];
      /**
       * Of what is taken out: when no cache holds it any more, in milliseconds since 1970. Undefined as well if the
       * override ends before.
       */
      readonly safeToStopAt: number | undefined;
      /** Values that are answered all the same, because of another pool that they stand in. */
      readonly stillAnswered: readonly string[];
      /** Static records of any zone that answer a value all the same. */
      readonly plainRecords: readonly FoundRecord[];
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
    return findMatches(this.#listZones(), selector);
  }

  async #place(wish: NewOverride, isForced: boolean): Promise<Placed> {
    const { store, handedOut, zones, clock, wallClock } = this.#options;
    const matches = this.findMatches(wish.selector);
    if (matches.length === 0) return { kind: "no-match" };
    const now = clock.now();
    const ttl = Math.max(
      ...matches.map(({ value: { type, rdata } }) => handedOut.largestTtl(type, rdata, now)),
    );
    const [before, after] = [store.view(), store.preview(wish)];
    const pools = findChangedPools(matches, before, after);
    if (!isForced) {
      const reasons = [
        ...this.#findEmptied(matches, before, after),
        ...this.#findHasty(pools, now),
        ...findTooShort(wish, ttl),
      ];
      if (reasons.length > 0) return { kind: "refused", reasons };
    }
    const adding = store.add(wish);
    this.#noteChange(pools.keys(), now);
    // Rounded up: what is printed is whole seconds.
    const safeAt = Math.ceil(wallClock() / 1000 + ttl) * 1000;
    const { stored, isSaved } = await adding;
    const isOut = wish.action !== "up";
    const isOver = stored.until !== undefined && stored.until <= safeAt;
    return {
      kind: "placed",
      override: stored,
      matches,
      safeToStopAt: isOut && !isOver ? safeAt : undefined,
      stillAnswered: isOut ? this.#findStillAnswered(matches) : [],
      plainRecords: isOut ? await findPlainRecords(zones(), matches) : [],
      isSaved,
    };
  }

  #findEmptied(matches: readonly Match[], before: Overrides, after: Overrides): readonly string[] {
    const { zones, world } = this.#options;
    const meant = new Set(matches.map(({ zone }) => zone));
    const touched = zones().filter(({ zone }) => meant.has(zone));
    return findEmptied(touched, world(), before, after);
  }

  /** What is too long ago to matter is forgotten. */
  #noteChange(keys: Iterable<string>, now: number): void {
    for (const [key, at] of this.#changedAt) {
      if (now - at >= MIN_PAUSE_MS) this.#changedAt.delete(key);
    }
    for (const key of keys) this.#changedAt.set(key, now);
  }

  #findHasty(pools: ReadonlyMap<string, Pick<Match, "zone" | "pool">>, now: number): string[] {
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
    return held.length > 0 && held.every((match) => isMeant(match, selector));
  }

  #listZones(): Zone[] {
    return this.#options.zones().map(({ zone }) => zone);
  }

  #inTurn<Result>(wish: () => Promise<Result>): Promise<Result> {
    const result = this.#lastWish.then(wish);
    this.#lastWish = result.catch(() => {});
    return result;
  }
}

/** A drain is for stopping machines: one that ends before that is safe brings the values back just then. */
function findTooShort({ action, forMs }: NewOverride, ttl: number): string[] {
  if (action !== "drain" || forMs === undefined || ttl === 0) return [];
  // Safe is a whole second.
  if (forMs > (ttl + 1) * 1000) return [];
  return [
    `it would end before it is safe to stop anything, which takes ${ttl} s: the shortest that makes sense is --for ${ttl + 2}s, and the time that the work takes comes on top`,
  ];
}

/** Pools with a value for which something else holds, or for which it does so through them, by zone and name. */
function findChangedPools(
  matches: readonly Match[],
  before: Overrides,
  after: Overrides,
): Map<string, { readonly zone: Zone; readonly pool: Pool }> {
  const changed = new Map<string, { readonly zone: Zone; readonly pool: Pool }>();
  for (const { zone, pool, value } of matches) {
    for (const each of findHolders(zone, pool)) {
      const [was, is] = [before, after].map((view) => view.find(zone, each, value)?.action);
      if (was !== is) changed.set(`${formatName(zone.apex)} ${each.name}`, { zone, pool: each });
    }
  }
  return changed;
}
