/** What must hold however the network behaves, tried over simulated networks (see health-world.ts). */
import fc from "fast-check";
import { expect, test, vi } from "vitest";
import { createTarget, createTargets, PROFILES } from "../../test/support/health-targets.ts";
import {
  type Behaviour,
  createRandom,
  createWorld,
  type World,
} from "../../test/support/health-world.ts";
import { detectionLimitMs } from "./timing.ts";

const PROFILE_NAMES = ["default", "fast"] as const;
const VICTIM = "10.0.0.1";

/** A network that is cut off from `from` to `to` and gives it 30 s more. */
function isolate(
  count: number,
  profile: (typeof PROFILE_NAMES)[number],
  seed: number,
  from: number,
  to: number,
): World {
  const world = createWorld({
    targets: createTargets(count, PROFILES[profile]),
    seed,
    behave: (_key, at) => (at >= from && at < to ? "silent" : "up"),
  });
  world.clock.advance(to + 30_000);
  return world;
}

test.for(PROFILE_NAMES.flatMap((profile) => [2, 4, 10].map((count) => ({ profile, count }))))(
  "createHealth() changes nothing when all $count targets fall silent at once ($profile)",
  ({ profile, count }) => {
    let blind = 0;
    fc.assert(
      fc.property(
        fc.nat(),
        fc.integer({ min: 10_000, max: 20_000 }),
        fc.integer({ min: 1, max: 45_000 }),
        (seed, from, length) => {
          const world = isolate(count, profile, seed, from, from + length);
          expect(world.changes()).toEqual([]);
          if (world.events.some((event) => event.kind === "blind" && event.blind)) blind++;
          expect(world.health.report().blind).toBe(false);
        },
      ),
      { numRuns: 300 },
    );
    expect(blind).toBeGreaterThan(100);
  },
);

test("createHealth() changes nothing when it starts cut off", () => {
  const world = createWorld({ targets: createTargets(4), behave: () => "silent" });
  world.clock.advance(60_000);
  expect(world.events.filter(({ kind }) => kind === "verdict")).toEqual([]);
  expect([...world.health.snapshot().targets.values()].map(({ verdict }) => verdict)).toEqual(
    Array(4).fill("init"),
  );
  expect(world.health.report().blind).toBe(true);
});

test.for(PROFILE_NAMES)(
  "createHealth() says within an interval and a timeout that it is blind (%s)",
  (profile) => {
    const { interval, timeout } = PROFILES[profile];
    for (let seed = 1; seed <= 100; seed++) {
      const from = 15_000 + seed * 37;
      const world = isolate(4, profile, seed, from, from + 60_000);
      const event = world.events.find(({ kind }) => kind === "blind");
      expect(event).toMatchObject({ kind: "blind", blind: true });
      expect((event as { at: number }).at - from).toBeLessThan(interval * 1.1 + timeout + 200);
    }
  },
);

/** How long each of 300 random single failures took to be seen, in milliseconds, shortest first. */
function detect(
  profile: (typeof PROFILE_NAMES)[number],
  count: number,
  behaviour: Behaviour,
): number[] {
  const delays: number[] = [];
  for (let seed = 1; seed <= 300; seed++) {
    const from = 20_000 + createRandom(seed * 7919)() * 10_000;
    const world = createWorld({
      targets: createTargets(count, PROFILES[profile]),
      seed,
      behave: (key, at) => (key === VICTIM && at >= from ? behaviour : "up"),
    });
    world.clock.advance(from + 20_000);
    expect(world.changes()).toMatchObject([{ key: VICTIM, to: "down" }]);
    delays.push((world.changes()[0]?.at ?? Number.NaN) - from);
  }
  return delays.sort((a, b) => a - b);
}

test.for([
  { profile: "default", behaviour: "refuse", p50: 5000, max: 7600 },
  { profile: "default", behaviour: "wrong", p50: 5000, max: 7600 },
  { profile: "default", behaviour: "silent", p50: 7800, max: 10_500 },
  { profile: "fast", behaviour: "refuse", p50: 1700, max: 2300 },
  { profile: "fast", behaviour: "wrong", p50: 1700, max: 2300 },
  { profile: "fast", behaviour: "silent", p50: 2150, max: 2700 },
] as const)(
  "createHealth() sees one of four go $behaviour ($profile): median $p50 ms, at most $max ms",
  ({ profile, behaviour, p50, max }) => {
    const delays = detect(profile, 4, behaviour);
    expect(delays[150]).toBeLessThanOrEqual(p50);
    expect(delays.at(-1)).toBeLessThanOrEqual(max);
  },
);

test("createHealth() sees a single failure within the limit, whatever the times of the check", () => {
  const times = fc.record({
    interval: fc.integer({ min: 500, max: 20_000 }),
    timeout: fc.integer({ min: 100, max: 2000 }),
    fast: fc.integer({ min: 100, max: 2000 }),
    fall: fc.integer({ min: 2, max: 5 }),
  });
  fc.assert(
    fc.property(
      times,
      fc.integer({ min: 3, max: 8 }),
      fc.nat(),
      fc.nat({ max: 20_000 }),
      fc.constantFrom<Behaviour>("silent", "refuse", "wrong"),
      ({ interval, timeout, fast, fall }, count, seed, phase, behaviour) => {
        const settings = { interval, timeout: Math.min(timeout, interval), fast, fall };
        const targets = createTargets(count, settings);
        const from = 45_000 + phase;
        const world = createWorld({
          targets,
          seed,
          behave: (key, at) => (key === VICTIM && at >= from ? behaviour : "up"),
        });
        // The limit takes `fast` for no shorter than a probe may take: the second probe waits for the first result.
        const waits = Math.max(0, settings.timeout - fast);
        world.clock.advance(from + detectionLimitMs(targets[0]!.check) + waits);
        expect(world.changes()).toMatchObject([{ key: VICTIM, to: "down" }]);
      },
    ),
    { numRuns: 300 },
  );
});

test.for(PROFILE_NAMES)("createHealth() takes out two of six that die together (%s)", (profile) => {
  const dead = new Set(["10.0.0.1", "10.0.3.1"]);
  for (let seed = 1; seed <= 100; seed++) {
    const from = 20_000 + seed * 31;
    const world = createWorld({
      targets: createTargets(6, PROFILES[profile]),
      seed,
      behave: (key, at) => (dead.has(key) && at >= from ? "silent" : "up"),
    });
    world.clock.advance(from + (profile === "default" ? 10_500 : 2700));
    expect(new Set(world.changes().map(({ key }) => key))).toEqual(dead);
  }
});

test.for([
  { profile: "default", limit: 7000 },
  { profile: "fast", limit: 2000 },
] as const)("createHealth() sees a recovery within $limit ms ($profile)", ({ profile, limit }) => {
  for (let seed = 1; seed <= 100; seed++) {
    const back = 40_000 + seed * 41;
    const world = createWorld({
      targets: createTargets(3, PROFILES[profile]),
      seed,
      behave: (key, at) => (key === VICTIM && at >= 20_000 && at < back ? "refuse" : "up"),
    });
    world.clock.advance(back + limit);
    expect(world.changes().map(({ to }) => to)).toEqual(["down", "up"]);
  }
});

test.for(["silent", "refuse", "wrong"] as const)(
  "createHealth() takes out within 6 s what is dead (%s) when it starts",
  (behaviour) => {
    for (let seed = 1; seed <= 50; seed++) {
      const dead = `10.0.${seed % 4}.1`;
      const world = createWorld({
        targets: createTargets(4),
        seed,
        behave: (key) => (key === dead ? behaviour : "up"),
      });
      // Spread, two fast probes and the timeout; each step may wait for the next tick.
      world.clock.advance(2000 + 2 * 1000 + 2000 + 300);
      const down = world.events.filter((event) => event.kind === "verdict" && event.to === "down");
      expect(down).toMatchObject([{ target: { key: dead }, from: "init" }]);
    }
  },
);

test("createHealth() changes a target at most 11 times in any 30 minutes, however it flaps", () => {
  let worst = 0;
  fc.assert(
    fc.property(
      fc.integer({ min: 2000, max: 320_000 }),
      fc.double({ min: 0.5, max: 2, noNaN: true }),
      fc.constantFrom(...PROFILE_NAMES),
      fc.constantFrom<Behaviour>("silent", "refuse", "wrong"),
      fc.nat(),
      (half, skew, profile, behaviour, seed) => {
        const world = createWorld({
          targets: createTargets(2, PROFILES[profile]),
          seed,
          behave: (key, at) =>
            key === VICTIM && at % (half * (1 + skew)) < half * skew ? behaviour : "up",
        });
        world.clock.advance(55 * 60_000);
        const times = world.changes().map(({ at }) => at);
        for (const [i, at] of times.entries()) {
          const within = times.slice(i).filter((other) => other - at <= 30 * 60_000).length;
          worst = Math.max(worst, within);
          expect(within).toBeLessThanOrEqual(11);
        }
      },
    ),
    { numRuns: 40 },
  );
  expect(worst).toBeGreaterThan(3);
});

/** A network whose targets change their behaviour at random, for ten minutes. */
function createChaos(seed: number, count: number): World {
  const random = createRandom(seed);
  const plan = Array.from({ length: count * 20 }, () => random());
  const behave = (key: string, at: number): Behaviour => {
    const index = Number(key.split(".")[2]);
    const draw = plan[(index * 20 + Math.floor(at / 30_000)) % plan.length] ?? 0;
    return (["up", "up", "up", "silent", "refuse", "wrong", "broken"] as const)[
      Math.floor(draw * 7)
    ]!;
  };
  return createWorld({ targets: createTargets(count, PROFILES.fast), seed, behave });
}

test("createHealth() does the same for the same network, probe by probe", () => {
  fc.assert(
    fc.property(fc.nat(), (seed) => {
      const [first, second] = [0, 1].map(() => {
        const world = createChaos(seed, 5);
        world.clock.advance(300_000);
        return world;
      });
      expect(first!.probes).toEqual(second!.probes);
      expect(first!.events).toEqual(second!.events);
      expect(first!.events.length).toBeGreaterThan(5);
    }),
    { numRuns: 20 },
  );
});

test("createHealth() does not look at the wall clock", () => {
  const calm = createChaos(7, 5);
  calm.clock.advance(300_000);
  const random = createRandom(3);
  vi.spyOn(Date, "now").mockImplementation(() => random() * 1e13);
  vi.useFakeTimers({ toFake: ["Date"] });
  try {
    const stepped = createChaos(7, 5);
    for (let i = 0; i < 300; i++) {
      vi.setSystemTime(random() * 1e13);
      stepped.clock.advance(1000);
    }
    expect(stepped.probes).toEqual(calm.probes);
    expect(stepped.events).toEqual(calm.events);
  } finally {
    vi.useRealTimers();
    vi.restoreAllMocks();
  }
});

test.for([
  { profile: "fast", minutes: 1 },
  { profile: "default", minutes: 5 },
] as const)(
  "createHealth() probes 50 targets as often when all fail as when all are up, within 10 % over $minutes min ($profile)",
  ({ profile, minutes }) => {
    const count = (behaviour: Behaviour): number => {
      const world = createWorld({
        targets: createTargets(50, PROFILES[profile]),
        seed: 2,
        behave: (_key, at) => (at < 20_000 ? "up" : behaviour),
      });
      world.clock.advance(minutes * 60_000);
      return world.probes.length;
    };
    const calm = count("up");
    for (const behaviour of ["silent", "refuse", "wrong", "broken"] as const) {
      expect(Math.abs(count(behaviour) / calm - 1)).toBeLessThan(0.1);
    }
  },
);

test("createHealth() keeps its work within 10 % under random failures", () => {
  const calm = createWorld({ targets: createTargets(20, PROFILES.fast), behave: () => "up" });
  calm.clock.advance(600_000);
  fc.assert(
    fc.property(fc.nat(), (seed) => {
      const world = createChaos(seed, 20);
      world.clock.advance(600_000);
      expect(Math.abs(world.probes.length / calm.probes.length - 1)).toBeLessThan(0.1);
    }),
    { numRuns: 8 },
  );
});

test("createHealth() keeps its work within 10 % when every target fails every other probe", () => {
  const count = (isFlaky: boolean): number => {
    const probed = new Map<string, number>();
    const world = createWorld({
      targets: createTargets(20),
      behave: (key) => {
        const n = (probed.get(key) ?? 0) + 1;
        probed.set(key, n);
        return isFlaky && n % 2 === 0 ? "refuse" : "up";
      },
    });
    world.clock.advance(3_600_000);
    return world.probes.length;
  };
  expect(count(true) / count(false)).toBeLessThan(1.1);
});

test("createHealth() never takes a target down for errors of this host", () => {
  const world = createWorld({
    targets: createTargets(4),
    references: [createTarget("192.0.2.1")],
    behave: (key, at) => (at > 20_000 && key !== "192.0.2.1" ? "broken" : "up"),
  });
  world.clock.advance(120_000);
  expect(world.changes()).toEqual([]);
  expect([...world.health.snapshot().targets.values()].every(({ stale }) => stale)).toBe(true);
});
