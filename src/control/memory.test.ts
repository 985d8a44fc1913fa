import { describe, expect, it } from "vitest";
import { A, DOWN, healthOf, pool, zoneOf } from "../../test/support/steering-model.ts";
import { NO_MEMORY, NO_OVERRIDES } from "../steering/world.ts";
import type { Pool, Zone } from "../zone/model.ts";
import { SteeringMemory } from "./memory.ts";

const VALUES = ["192.0.2.1", "192.0.2.2"];

function start(changes: Partial<Pool>, later: Partial<Pool> = changes) {
  const memory = new SteeringMemory();
  const zones = [changes, later].map((each) => zoneOf([pool("eu", VALUES, each)]));
  let zone: Zone = zones[0]!;
  /** The pool as it stands from `now` on with these values down. */
  const observe = (now: number, ...down: string[]): "delay" | "manual" | undefined => {
    memory.advance(now);
    const health = healthOf(Object.fromEntries(down.map((value) => [value, DOWN])));
    const world = { health, overrides: NO_OVERRIDES, memory: NO_MEMORY };
    return memory.observe({ zone, pool: zone.pools[0]! }, world);
  };
  return {
    memory,
    observe,
    heldBack: () => memory.view().heldBack(zone, zone.pools[0]!, A),
    share: (i: number) => memory.view().share(zone, zone.pools[0]!, zone.pools[0]!.values[i]!),
    reload: () => {
      memory.forget(zone, zones[1]);
      zone = zones[1]!;
    },
  };
}

describe("failback", () => {
  const delayed = { failback: { delayMs: 60_000, manual: false } };
  const manual = { failback: { delayMs: 0, manual: true } };

  it("holds nothing back that has never been out of service", () => {
    const { observe, heldBack, memory } = start(delayed);
    observe(0);
    observe(5000, "192.0.2.1");
    expect(heldBack()).toBeUndefined();
    expect(memory.nextChangeAt()).toBeUndefined();
  });

  it("holds a pool back until it has been in service for the delay, without a break", () => {
    const { observe, heldBack, memory } = start(delayed);
    observe(0, ...VALUES);
    expect(heldBack()).toBeUndefined();
    observe(1000);
    expect(heldBack()).toBe("delay");
    expect(memory.nextChangeAt()).toBe(61_000);
    observe(30_000, ...VALUES);
    expect(memory.nextChangeAt()).toBeUndefined();
    observe(40_000);
    expect(memory.advance(99_999)).toEqual([]);
    expect(heldBack()).toBe("delay");
    expect(memory.advance(100_000)).toMatchObject([{ pool: { name: "eu" } }]);
    expect(heldBack()).toBeUndefined();
    expect(memory.nextChangeAt()).toBeUndefined();
  });

  it("holds back for ever if it is manual, until an operator says so", () => {
    const { observe, heldBack, memory } = start(manual);
    observe(0, ...VALUES);
    expect(memory.failback("eu", undefined)).toEqual([]);
    observe(1000);
    memory.advance(1e12);
    expect(heldBack()).toBe("manual");
    expect(memory.failback("na", undefined)).toEqual([]);
    expect(memory.failback("eu", "example.com.")).toEqual([]);
    expect(memory.failback("eu", ".")).toHaveLength(1);
    expect(heldBack()).toBeUndefined();
    observe(2e12, ...VALUES);
    observe(3e12);
    expect(heldBack()).toBe("manual");
  });

  it("says once that a pool is held back", () => {
    const { observe } = start(delayed);
    expect(observe(0, ...VALUES)).toBeUndefined();
    expect(observe(1000)).toBe("delay");
    expect(observe(2000, "192.0.2.1")).toBeUndefined();
    expect(observe(70_000)).toBeUndefined();
  });

  it("ends a delay when an operator says so", () => {
    const { observe, heldBack, memory } = start(delayed);
    observe(0, ...VALUES);
    observe(1000);
    expect(memory.failback("eu", undefined)).toHaveLength(1);
    expect(heldBack()).toBeUndefined();
    expect(memory.nextChangeAt()).toBeUndefined();
  });

  it("outlives a reload of the zone, unless the pool no longer asks for it", () => {
    const same = start(manual);
    same.observe(0, ...VALUES);
    same.reload();
    same.observe(1000);
    expect(same.heldBack()).toBe("manual");
    const other = start(manual, {});
    other.observe(0, ...VALUES);
    other.reload();
    other.observe(1000);
    expect(other.heldBack()).toBeUndefined();
  });
});

describe("slow_start", () => {
  const slow = { slowStartMs: 20_000 };

  it("gives the full weight to values that were never away", () => {
    const { observe, share, memory } = start(slow);
    observe(0);
    expect([share(0), share(1)]).toEqual([1, 1]);
    expect(memory.nextChangeAt()).toBeUndefined();
  });

  it("raises the weight of a value that is back from a hundredth to all of it, in steps", () => {
    const { observe, share, memory } = start(slow);
    observe(0, "192.0.2.1");
    observe(500);
    const seen: number[] = [];
    for (let now: number | undefined = 500; now !== undefined; now = memory.nextChangeAt()) {
      memory.advance(now);
      expect(share(1)).toBe(1);
      seen.push(share(0));
    }
    expect(seen).toEqual([0.01, ...Array.from({ length: 20 }, (_, i) => (i + 1) / 20)]);
  });

  it("starts over when the value was away again", () => {
    const { observe, share } = start(slow);
    observe(0, "192.0.2.1");
    observe(1000);
    observe(11_000, "192.0.2.1");
    observe(12_000);
    expect(share(0)).toBe(0.01);
    observe(22_000);
    expect(share(0)).toBe(0.5);
  });
});
