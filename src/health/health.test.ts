import { expect, test } from "vitest";
import { createFakeClock } from "../../test/support/fake-clock.ts";
import { createTarget, createTargets, PROFILES } from "../../test/support/health-targets.ts";
import { createWorld } from "../../test/support/health-world.ts";
import { createHealth } from "./health.ts";

const A = "10.0.0.1";

test("createHealth() counts new targets as `init` and publishes them as up after the first round", async () => {
  const world = createWorld({ targets: createTargets(4), behave: () => "up" });
  expect([...world.health.snapshot().targets.values()].map(({ verdict }) => verdict)).toEqual(
    Array(4).fill("init"),
  );
  world.clock.advance(2100);
  await world.health.firstRound;
  expect([...world.health.snapshot().targets.values()].map(({ verdict }) => verdict)).toEqual(
    Array(4).fill("up"),
  );
});

test("firstRound waits for every target, and takes inconclusive results for an answer", async () => {
  let isDone = false;
  const world = createWorld({
    targets: createTargets(2),
    behave: (key) => (key === A ? "silent" : "broken"),
  });
  void world.health.firstRound.then(() => {
    isDone = true;
  });
  world.clock.advance(1999);
  await Promise.resolve();
  expect(isDone).toBe(false);
  world.clock.advance(101);
  await Promise.resolve();
  expect(isDone).toBe(true);
});

test("firstRound resolves without targets, and at close()", async () => {
  const empty = createWorld({ targets: [], behave: () => "up" });
  empty.clock.advance(100);
  await empty.health.firstRound;
  const closed = createWorld({ targets: createTargets(1), behave: () => "silent" });
  closed.health.close();
  await closed.health.firstRound;
});

test("onSnapshot is called at most once per 100 ms, and only with something new", () => {
  const world = createWorld({
    targets: createTargets(40, PROFILES.fast),
    behave: (key, at) => (at > 5000 && Number(key.split(".")[2]) < 20 ? "refuse" : "up"),
  });
  world.clock.advance(20_000);
  const { snapshots } = world;
  for (const [i, { at, snapshot }] of snapshots.entries()) {
    const before = snapshots[i - 1];
    if (before === undefined) continue;
    expect(at - before.at).toBeGreaterThanOrEqual(100);
    expect(snapshot.targets).not.toEqual(before.snapshot.targets);
  }
  const settled = snapshots.at(-1)!;
  expect(settled.snapshot).toBe(world.health.snapshot());
  world.clock.advance(20_000);
  expect(snapshots.at(-1)).toBe(settled);
});

test("onSnapshot shares the states that did not change", () => {
  const world = createWorld({
    targets: createTargets(3, PROFILES.fast),
    behave: (key, at) => (at > 5000 && key === A ? "refuse" : "up"),
  });
  world.clock.advance(5000);
  const before = world.health.snapshot();
  world.clock.advance(10_000);
  const after = world.health.snapshot();
  expect(after.targets.get(A)).toMatchObject({
    verdict: "down",
    suspect: false,
    lastError: "connection refused",
  });
  expect(after.targets.get("10.0.1.1")).toBe(before.targets.get("10.0.1.1"));
  expect(before.targets.get(A)).toMatchObject({ verdict: "up", lastError: undefined });
});

test("onTransition tells of suspects' verdicts once, before the snapshot shows them", () => {
  const order: string[] = [];
  const clock = createFakeClock();
  const health = createHealth({
    targets: [createTarget(A, PROFILES.fast)],
    groups: [],
    references: [],
    clock,
    random: () => 0.5,
    probe: (_target, done) =>
      clock.schedule(
        () =>
          done(
            clock.now() < 3000
              ? { kind: "success" }
              : { kind: "failure", contact: true, detail: "HTTP 503" },
          ),
        1,
      ),
    onSnapshot: ({ targets }) => {
      const state = targets.get(A);
      order.push(`snapshot ${state?.verdict}${state?.suspect ? " suspect" : ""}`);
    },
    onTransition: (event) =>
      order.push(event.kind === "verdict" ? `${event.from}>${event.to}` : "blind"),
  });
  clock.advance(10_000);
  health.close();
  expect(order).toEqual([
    "init>up",
    "snapshot up",
    "snapshot up suspect",
    "up>down",
    "snapshot down",
  ]);
});

test("reconfigure() keeps states, cancels the probes of what goes, and probes what is new", () => {
  const [a, b, c] = createTargets(3);
  const world = createWorld({
    targets: [a!, b!],
    behave: (key) => (key === A ? "wrong" : key === b!.key ? "silent" : "up"),
  });
  world.clock.advance(10_000);
  expect(world.health.snapshot().targets.get(A)?.verdict).toBe("down");
  const before = world.probes.length;
  world.health.reconfigure([a!, c!], []);
  world.clock.advance(100);
  expect([...world.health.snapshot().targets]).toMatchObject([
    [A, { verdict: "down" }],
    [c!.key, { verdict: "up" }],
  ]);
  world.clock.advance(20_000);
  const later = world.probes.slice(before).map(({ key }) => key);
  expect(later).not.toContain(b!.key);
  expect(later).toContain(c!.key);
});

test("reconfigure() lets firstRound go on without targets that were removed", async () => {
  const [a, b] = createTargets(2);
  const world = createWorld({
    targets: [a!, b!],
    behave: (key) => (key === A ? "up" : "silent"),
  });
  world.clock.advance(1500);
  world.health.reconfigure([a!], []);
  world.clock.advance(100);
  await world.health.firstRound;
});

test("createHealth() changes nothing when the process stands still for 15 s", () => {
  for (let seed = 1; seed <= 50; seed++) {
    const world = createWorld({
      targets: createTargets(4, PROFILES.fast),
      references: [createTarget("192.0.2.1")],
      seed,
      // Probes in flight when the process stops are answered late.
      roundTripMs: 40,
      behave: (key, at) => (key === A && at > 10_000 - 600 && at < 10_000 ? "silent" : "up"),
    });
    world.clock.advance(10_000);
    world.clock.freeze(15_000);
    world.clock.advance(60_000);
    expect(world.changes()).toEqual([]);
  }
});

test("createHealth() discards what was in flight while the process stood still", () => {
  const world = createWorld({
    targets: createTargets(2, { interval: 1000, timeout: 900 }),
    roundTripMs: 500,
    behave: () => "up",
  });
  world.clock.advance(1200);
  const { probesInFlight } = world.health.report();
  expect(probesInFlight).toBeGreaterThan(0);
  world.clock.freeze(5000);
  world.clock.advance(1);
  const { targets } = world.health.report();
  expect(targets.map(({ inconclusive }) => inconclusive).reduce((a, b) => a + b)).toBe(
    probesInFlight,
  );
});

test("saved verdicts hold from the first moment, and results overrule them", () => {
  const saved = new Map([
    [
      A,
      {
        verdict: "down" as const,
        sinceAgeMs: 60_000,
        downAgesMs: [60_000],
        lastError: "no answer",
      },
    ],
    ["10.9.9.9", { verdict: "down" as const, sinceAgeMs: 1, downAgesMs: [], lastError: undefined }],
  ]);
  const world = createWorld({ targets: createTargets(2), behave: () => "up", saved });
  expect(world.health.snapshot().targets.size).toBe(2);
  expect(world.health.snapshot().targets.get(A)).toEqual({
    verdict: "down",
    suspect: false,
    held: false,
    blind: false,
    stale: true,
    since: -60_000,
    lastError: "no answer",
  });
  world.clock.advance(3000);
  expect(world.health.snapshot().targets.get(A)).toMatchObject({ verdict: "up", stale: false });
});

test("export() gives what another createHealth() can go on from", () => {
  const targets = createTargets(3, PROFILES.fast);
  const references = [createTarget("192.0.2.1")];
  const world = createWorld({
    targets,
    references,
    behave: (key, at) => (key === A && at > 5000 ? "silent" : "up"),
  });
  expect(world.health.export().size).toBe(0);
  world.clock.advance(60_000);
  const saved = world.health.export();
  expect([...saved.keys()]).toEqual(targets.map(({ key }) => key));
  const next = createWorld({ targets, behave: () => "silent", saved });
  const verdicts = [...next.health.snapshot().targets.values()].map(({ verdict }) => verdict);
  expect(verdicts).toEqual(["down", "up", "up"]);
  expect(next.health.export()).toEqual(saved);
});

test("report() tells when a verdict can change at the earliest, and never later than it does", () => {
  const world = createWorld({
    targets: createTargets(3),
    behave: (key, at) => (key === A && at > 20_000 && at < 60_000 ? "refuse" : "up"),
  });
  let promised = 0;
  for (let seen = 0; seen < 2; ) {
    world.clock.advance(50);
    const report = world.health.report().targets.find(({ key }) => key === A)!;
    if (world.changes().length > seen) {
      seen = world.changes().length;
      expect(world.changes().at(-1)!.at).toBeGreaterThanOrEqual(promised);
      expect(promised).toBeGreaterThan(world.clock.now() - 10_000);
    }
    promised = report.nextChangeAt;
    expect(promised).toBeGreaterThanOrEqual(world.clock.now());
  }
});

test("close() cancels everything", () => {
  const world = createWorld({ targets: createTargets(10), behave: () => "silent" });
  world.clock.advance(1000);
  const sent = world.probes.length;
  world.health.close();
  expect(world.clock.pendingTimers()).toBe(0);
  world.clock.advance(60_000);
  expect(world.probes).toHaveLength(sent);
  expect(world.snapshots.every(({ at }) => at <= 1000)).toBe(true);
});
