import { describe, expect, it } from "vitest";
import { A, DOWN, healthOf, pool, zoneOf } from "../../test/support/steering-model.ts";
import { silentLog } from "../log/log.ts";
import { NO_MEMORY, NO_OVERRIDES } from "../steering/world.ts";
import type { Pool, Zone } from "../zone/model.ts";
import { SteeringMemory } from "./memory.ts";

const VALUES = ["192.0.2.1", "192.0.2.2"];

function start(changes: Partial<Pool>, later: Partial<Pool> = changes) {
  const lines: string[] = [];
  const changesSeen = { count: 0 };
  const memory = new SteeringMemory({
    log: { ...silentLog, info: (_, message) => lines.push(message) },
    onChange: () => changesSeen.count++,
  });
  const zones = [changes, later].map((each) => zoneOf([pool("eu", VALUES, each)]));
  let zone: Zone = zones[0]!;
  /** The pool as it stands from `now` on with these values down. */
  const observe = (now: number, ...down: string[]): void => {
    memory.advance(now);
    const health = healthOf(Object.fromEntries(down.map((value) => [value, DOWN])));
    const world = { health, overrides: NO_OVERRIDES, memory: NO_MEMORY };
    memory.observe({ zone, pool: zone.pools[0]! }, world);
  };
  return {
    memory,
    observe,
    lines,
    changesSeen,
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
    expect(memory.failback("eu")).toEqual([]);
    observe(1000);
    memory.advance(1e12);
    expect(heldBack()).toBe("manual");
    expect(memory.failback("na")).toEqual([]);
    expect(memory.failback("eu")).toHaveLength(1);
    expect(heldBack()).toBeUndefined();
    observe(2e12, ...VALUES);
    observe(3e12);
    expect(heldBack()).toBe("manual");
  });

  it("says once that a pool is held back", () => {
    const { observe, lines } = start(delayed);
    observe(0, ...VALUES);
    expect(lines).toEqual([]);
    observe(1000);
    expect(lines).toEqual(["pool eu is in service again, held back for 60 s"]);
    observe(2000, "192.0.2.1");
    expect(lines).toHaveLength(1);
  });

  it("says once that a delay has ended, but not when the pool is out again", () => {
    const { observe, lines, memory } = start(delayed);
    const ended = "pool eu has been in service for 60 s, no longer held back";
    observe(0, ...VALUES);
    observe(1000);
    observe(30_000, ...VALUES);
    memory.advance(80_000);
    expect(lines).not.toContain(ended);
    observe(90_000);
    memory.advance(150_000);
    memory.advance(200_000);
    observe(210_000);
    expect(lines.filter((line) => line === ended)).toHaveLength(1);
  });

  it("ends a delay when an operator says so", () => {
    const { observe, heldBack, memory } = start(delayed);
    observe(0, ...VALUES);
    observe(1000);
    expect(memory.failback("eu")).toHaveLength(1);
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

describe("failback over a restart", () => {
  const delayed = { failback: { delayMs: 60_000, manual: false } };
  const manual = { failback: { delayMs: 0, manual: true } };
  const left = { zone: ".", pool: "eu", type: A, delayMs: 60_000, manual: false } as const;

  it("exports what has been left, until it is taken again, and says when that changes", () => {
    const { observe, memory, changesSeen } = start(delayed);
    const counted = (): number => {
      const { count } = changesSeen;
      changesSeen.count = 0;
      return count;
    };
    observe(0);
    expect(memory.export(0)).toEqual([]);
    expect(counted()).toBe(0);
    observe(1000, ...VALUES);
    expect(memory.export(1000)).toEqual([{ ...left, serviceAgeMs: null }]);
    expect(counted()).toBe(1);
    observe(2000);
    expect(memory.export(5000)).toEqual([{ ...left, serviceAgeMs: 3000 }]);
    expect(counted()).toBe(1);
    observe(6000);
    expect(counted()).toBe(0);
    memory.advance(62_000);
    expect(memory.export(62_000)).toEqual([]);
    expect(counted()).toBe(1);
  });

  it("goes on with a delay", () => {
    const { observe, memory, heldBack, lines } = start(delayed);
    memory.restore([{ ...left, serviceAgeMs: 45_000 }], 1000);
    expect(memory.export(2000)).toEqual([{ ...left, serviceAgeMs: 46_000 }]);
    observe(1500);
    expect(heldBack()).toBe("delay");
    expect(lines).toEqual(["pool eu is in service again, held back for 15 s"]);
    expect(memory.nextChangeAt()).toBe(16_000);
    memory.advance(16_000);
    expect(heldBack()).toBeUndefined();
  });

  it("waits the whole delay for a pool that was out, and for one that is out again", () => {
    const out = start(delayed);
    out.memory.restore([{ ...left, serviceAgeMs: null }], 0);
    out.observe(500);
    expect(out.memory.nextChangeAt()).toBe(60_500);
    const again = start(delayed);
    again.memory.restore([{ ...left, serviceAgeMs: 45_000 }], 0);
    again.observe(500);
    again.observe(600, ...VALUES);
    again.observe(700);
    expect(again.memory.nextChangeAt()).toBe(60_700);
  });

  it("forgets a delay that has ended meanwhile", () => {
    const { observe, memory, heldBack } = start(delayed);
    memory.restore([{ ...left, serviceAgeMs: 60_000 }], 0);
    observe(0);
    expect(heldBack()).toBeUndefined();
    expect(memory.export(0)).toEqual([]);
  });

  it("goes on waiting for an operator", () => {
    const first = start(manual);
    first.observe(0, ...VALUES);
    first.observe(1000);
    const second = start(manual);
    second.memory.restore(first.memory.export(2000), 0);
    second.observe(0);
    expect(second.heldBack()).toBe("manual");
    expect(second.lines).toEqual([
      "pool eu is in service again, held back until `rondo failback eu`",
    ]);
    expect(second.memory.failback("eu")).toHaveLength(1);
    expect(second.changesSeen.count).toBe(1);
    expect(second.memory.export(0)).toEqual([]);
  });

  it.each([
    ["another delay", { ...left, delayMs: 1 }],
    ["another manner", { ...left, manual: true }],
    ["another pool", { ...left, pool: "na" }],
    ["another zone", { ...left, zone: "example." }],
    ["another type", { ...left, type: 28 }],
  ])("ignores %s", (_, saved) => {
    const { observe, memory, heldBack } = start(delayed);
    memory.restore([{ ...saved, serviceAgeMs: 1000 }], 0);
    observe(0);
    expect(heldBack()).toBeUndefined();
    memory.dropUnseen();
    expect(memory.export(0)).toEqual([]);
  });
});

describe("failback over an upgrade", () => {
  const delayed = { failback: { delayMs: 60_000, manual: false } };
  const manual = { failback: { delayMs: 0, manual: true } };
  /** One server, and another that sees pools from the second 100 on, and takes over at 150; its clock began at 100. */
  const upgrade = (
    settings: Partial<Pool>,
    old: (server: ReturnType<typeof start>) => void,
    own: (server: ReturnType<typeof start>) => void = ({ observe }) => observe(0),
  ) => {
    const [before, after] = [start(settings), start(settings)];
    before.observe(0);
    old(before);
    own(after);
    after.memory.adopt(before.memory.export(150_000), 50_000);
    return after;
  };

  it("holds a pool back that was left and came back before the other server saw it", () => {
    const { heldBack, lines } = upgrade(manual, ({ observe }) => {
      observe(10_000, ...VALUES);
      observe(20_000);
    });
    expect(heldBack()).toBe("manual");
    expect(lines).toEqual(["pool eu is in service again, held back until `rondo failback eu`"]);
  });

  it("counts a delay from when the server before saw it begin", () => {
    const { heldBack, memory } = upgrade(
      delayed,
      ({ observe }) => {
        observe(10_000, ...VALUES);
        observe(120_000);
      },
      ({ observe }) => {
        observe(0, ...VALUES);
        observe(45_000);
      },
    );
    expect(heldBack()).toBe("delay");
    expect(memory.nextChangeAt()).toBe(80_000);
  });

  it("holds nothing back that the server before has taken back", () => {
    const { heldBack, memory, observe, changesSeen } = upgrade(
      delayed,
      ({ observe, memory }) => {
        observe(10_000, ...VALUES);
        observe(20_000);
        memory.failback("eu");
      },
      ({ observe }) => {
        observe(0, ...VALUES);
        observe(45_000);
      },
    );
    expect(heldBack()).toBeUndefined();
    expect(memory.export(50_000)).toEqual([]);
    expect(changesSeen.count).toBeGreaterThan(0);
    observe(60_000, ...VALUES);
    observe(61_000);
    expect(heldBack()).toBe("delay");
  });

  it("holds a pool back that is out when it comes back", () => {
    const { heldBack, observe } = upgrade(
      manual,
      ({ observe }) => observe(10_000, ...VALUES),
      ({ observe }) => observe(0, ...VALUES),
    );
    expect(heldBack()).toBeUndefined();
    observe(51_000);
    expect(heldBack()).toBe("manual");
  });

  it("forgets what is said of pools that there are not", () => {
    const { memory, observe } = start(manual);
    observe(0);
    const other = { zone: ".", pool: "na", type: A, delayMs: 0, manual: true, serviceAgeMs: null };
    memory.adopt([other], 1000);
    expect(memory.export(1000)).toEqual([]);
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

  it("begins for a value that was down when the process started", () => {
    const { observe, share } = start(slow);
    // Before the verdicts of the process before it are known, nothing has one.
    observe(0);
    observe(1, "192.0.2.1");
    observe(5000);
    expect([share(0), share(1)]).toEqual([0.01, 1]);
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
