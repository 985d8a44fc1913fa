import type { HealthSnapshot } from "../health/snapshot.ts";
import type { Pool, PoolValue, SteeredRRset, Zone } from "../zone/model.ts";
import type { ClientClass } from "./classes.ts";

/** Everything beside the zone and the client that a decision depends on, at one moment. Immutable. */
export interface World {
  readonly health: HealthSnapshot;
  readonly overrides: Overrides;
  readonly memory: Memory;
}

/** What operators have said. */
export interface Overrides {
  /** The override in force for a value, undefined if there is none: the last one that matches. */
  find(zone: Zone, pool: Pool, value: PoolValue): OrderedOverride | undefined;
}

export interface Override {
  /** `drain` and `down`: out of every answer, even while all are down; `up`: in service whatever the checks say. */
  readonly action: "drain" | "up" | "down";
  readonly by: string;
  readonly reason: string | undefined;
}

export interface OrderedOverride extends Override {
  /** Higher than that of every override given before it. */
  readonly order: number;
}

/** What depends on what was before: kept by the control plane, decided by nobody else. */
export interface Memory {
  /** Whether a pool that was left may not be taken again yet, and why; undefined: it may. */
  heldBack(zone: Zone, pool: Pool, type: number): "delay" | "manual" | undefined;
  /** Share of its weight that a value has at the moment, above 0 and at most 1 (`slow_start`). */
  share(zone: Zone, pool: Pool, value: PoolValue): number;
  /** What the clients of the class were answered before; undefined: they never were. */
  past(zone: Zone, rrset: SteeredRRset, clientClass: ClientClass): ClassPast | undefined;
}

export interface ClassPast {
  /** Name of the pool that answers them: it cannot be held back from those who are there. */
  readonly pool: string | undefined;
  /** The last answer of values in service, by their texts. */
  readonly healthy: { readonly pool: string; readonly values: readonly string[] } | undefined;
}

/** No operator, no past. */
export const NO_OVERRIDES: Overrides = { find: () => undefined };
export const NO_MEMORY: Memory = {
  heldBack: () => undefined,
  share: () => 1,
  past: () => undefined,
};
