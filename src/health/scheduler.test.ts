import { expect, test } from "vitest";
import { createFakeClock, type FakeClock } from "../../test/support/fake-clock.ts";
import { createTargets } from "../../test/support/health-targets.ts";
import { createRandom } from "../../test/support/health-world.ts";
import type { CheckTarget } from "../zone/model.ts";
import type { WantedProbe } from "./machine.ts";
import type { ProbeResult } from "./result.ts";
import { createScheduler, type Scheduler } from "./scheduler.ts";

interface Rig {
  readonly clock: FakeClock;
  readonly scheduler: Scheduler;
  readonly sent: readonly { readonly key: string; readonly at: number }[];
  readonly results: readonly {
    readonly key: string;
    readonly result: ProbeResult;
    readonly at: number;
  }[];
  readonly cancelled: () => number;
}

interface RigOptions {
  readonly took?: (target: CheckTarget) => number;
  readonly wanted?: (key: string, now: number) => readonly WantedProbe[];
}

function createRig(targets: readonly CheckTarget[], options: RigOptions = {}): Rig {
  const clock = createFakeClock();
  const sent: { key: string; at: number }[] = [];
  const results: { key: string; result: ProbeResult; at: number }[] = [];
  let cancelled = 0;
  const scheduler = createScheduler({
    clock,
    random: createRandom(1),
    probe: (target, done) => {
      const took = options.took?.(target) ?? 1;
      const cancel = clock.schedule(
        () => done({ kind: "failure", contact: false, detail: "" }),
        took,
      );
      return () => {
        cancelled++;
        cancel();
      };
    },
    onSent: (key, now) => {
      sent.push({ key, at: now });
      return [];
    },
    onResult: (key, result, _sentAt, now) => {
      results.push({ key, result, at: now });
      return options.wanted?.(key, now) ?? [];
    },
  });
  const beat = (): void => {
    scheduler.beat();
    clock.schedule(beat, 100);
  };
  beat();
  scheduler.configure(targets);
  return { clock, scheduler, sent, results, cancelled: () => cancelled };
}

test("configure() spreads the first probes evenly over two seconds", () => {
  const { clock, sent } = createRig(createTargets(20));
  clock.advance(1999);
  expect(sent.map(({ at }) => at)).toEqual(Array.from({ length: 20 }, (_, i) => i * 100));
});

test("configure() spreads the first probes over the interval where that is shorter", () => {
  const { clock, sent } = createRig(createTargets(10, { interval: 500 }));
  clock.advance(499);
  expect(sent.map(({ at }) => at)).toEqual(Array.from({ length: 10 }, (_, i) => i * 50));
});

test("configure() levels the rate: no target waits longer than its interval, no moment has twice the mean", () => {
  const { clock, sent } = createRig(createTargets(2000));
  clock.advance(60_000);
  const counts = new Array<number>(600).fill(0);
  const last = new Map<string, number>();
  for (const { key, at } of sent) {
    expect(at - (last.get(key) ?? at)).toBeLessThanOrEqual(5500);
    last.set(key, at);
    counts[Math.floor(at / 100)]! += 1;
  }
  // 2000 targets every 5 s: 40 per 100 ms.
  expect(Math.max(...counts.slice(20, 599))).toBeLessThanOrEqual(80);
  expect(Math.min(...counts.slice(20, 599))).toBeGreaterThan(0);
});

test("send() varies the interval by a tenth", () => {
  const { clock, sent } = createRig(createTargets(1));
  clock.advance(500_000);
  const gaps = sent.slice(2).map(({ at }, i) => at - sent[i + 1]!.at);
  expect(Math.min(...gaps)).toBeGreaterThanOrEqual(4500);
  expect(Math.min(...gaps)).toBeLessThan(4600);
  expect(Math.max(...gaps)).toBeLessThanOrEqual(5500);
  expect(Math.max(...gaps)).toBeGreaterThan(5400);
});

test("send() lets probes of one target overlap", () => {
  const targets = createTargets(1, { interval: 1000, timeout: 3000 });
  const { clock, scheduler } = createRig(targets, { took: () => 3000 });
  clock.advance(5000);
  expect(scheduler.inFlight()).toBeGreaterThanOrEqual(2);
});

test("pump() keeps at most 64 probes of a small set in flight, and sends what is due first as soon as it may", () => {
  const targets = createTargets(200, { interval: 100_000, timeout: 2000 });
  const { clock, scheduler, sent, results } = createRig(targets, { took: () => 1999 });
  for (let i = 0; i < 1000; i++) {
    clock.advance(10);
    expect(scheduler.inFlight()).toBeLessThanOrEqual(64);
  }
  expect(sent.slice(0, 200).map(({ key }) => key)).toEqual(targets.map(({ key }) => key));
  expect(sent[64]!.at).toBe(results[0]!.at);
});

test("bound() grows with the rate and the timeout", () => {
  // 2000 probes in 5 s that take 2 s each, and a tenth for extra probes.
  expect(createRig(createTargets(2000)).scheduler.bound()).toBe(880);
});

test("land() calls a probe inconclusive whose timer came late by more than half the timeout", () => {
  const tooLate = createRig(createTargets(1), { took: () => 3001 });
  tooLate.clock.advance(3001);
  expect(tooLate.results.map(({ result }) => result.kind)).toEqual(["inconclusive"]);
  const late = createRig(createTargets(1), { took: () => 3000 });
  late.clock.advance(3000);
  expect(late.results.map(({ result }) => result.kind)).toEqual(["failure"]);
});

test.for([
  { ms: 250, kind: "failure" },
  { ms: 352, kind: "inconclusive" },
])("land() calls a probe $kind that spans $ms ms without a beat", ({ ms, kind }) => {
  const { clock, results } = createRig(createTargets(1), { took: () => 450 });
  clock.advance(400);
  clock.freeze(ms);
  clock.advance(50);
  expect(results.map(({ result }) => result.kind)).toEqual([kind]);
});

test("land() trusts probes that were sent after the process went on", () => {
  const { clock, results } = createRig(createTargets(1));
  clock.advance(100);
  clock.freeze(20_000);
  clock.advance(100);
  expect(results.map(({ result }) => result.kind)).toEqual(["failure", "failure"]);
});

test("advance() brings a wanted probe forward, once", () => {
  let isFirst = true;
  const { clock, sent } = createRig(createTargets(1), {
    wanted: (key, now) => {
      if (!isFirst) return [];
      isFirst = false;
      return [{ key, at: now + 999, reason: "fast" }];
    },
  });
  clock.advance(5000);
  expect(sent.map(({ at }) => at)).toEqual([0, 1000]);
});

test("advance() does not put a probe off", () => {
  const { clock, sent } = createRig(createTargets(1), {
    wanted: (key, now) => [{ key, at: now + 60_000, reason: "fast" }],
  });
  clock.advance(5500);
  expect(sent).toHaveLength(2);
});

test("advance() stops at the target's allowance", () => {
  const rig = createRig(createTargets(1), {
    wanted: (key, now) => [{ key, at: now + 9, reason: "fast" }],
  });
  rig.clock.advance(1000);
  expect(rig.sent).toHaveLength(1 + 4);
  rig.clock.advance(3_599_000);
  // 720 regular ones, 4 % more, and what it began with.
  expect(rig.sent.length).toBeLessThan(720 * 1.05 + 6);
});

test("close() cancels what is in flight and sends nothing more", () => {
  const { clock, scheduler, sent, results, cancelled } = createRig(createTargets(3), {
    took: () => 2000,
  });
  clock.advance(1500);
  scheduler.close();
  expect(cancelled()).toBe(3);
  expect(results.map(({ result }) => result.kind)).toEqual(Array(3).fill("inconclusive"));
  clock.advance(20_000);
  expect(sent).toHaveLength(3);
});
