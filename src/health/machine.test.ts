import { expect, test } from "vitest";
import { createTarget, createTargets } from "../../test/support/health-targets.ts";
import type { CheckTarget } from "../zone/model.ts";
import { createMachine, type Machine, type MachineConfig } from "./machine.ts";
import type { ProbeResult } from "./result.ts";
import type { Verdict } from "./snapshot.ts";

const SUCCESS: ProbeResult = { kind: "success" };
const SILENCE: ProbeResult = { kind: "failure", contact: false, detail: "no answer" };
const WRONG: ProbeResult = { kind: "failure", contact: true, detail: "HTTP 503" };
const LOCAL: ProbeResult = { kind: "inconclusive", detail: "out of file descriptors" };

const A = "10.0.0.1";
const B = "10.0.1.1";

function start(targets: readonly CheckTarget[], config: Partial<MachineConfig> = {}): Machine {
  const machine = createMachine();
  machine.configure({ targets, references: [], groups: [], ...config }, 0);
  return machine;
}

/** Sends a probe and gives its result in the same millisecond. */
function probe(machine: Machine, key: string, result: ProbeResult, at: number): void {
  machine.sent(key, at);
  machine.result(key, result, at, at);
}

function verdict(machine: Machine, key: string): Verdict | undefined {
  return machine.standings().get(key)?.verdict;
}

function standing(machine: Machine, key: string) {
  const found = machine.standings().get(key);
  if (found === undefined) throw new Error(`${key} is unknown`);
  return found;
}

/** Two targets that are up. */
function startPair(): Machine {
  const machine = start(createTargets(2));
  for (const key of [A, B]) probe(machine, key, SUCCESS, 0);
  machine.tick(0);
  return machine;
}

test("tick() makes a new target up after one success", () => {
  const machine = start([createTarget(A)]);
  expect(verdict(machine, A)).toBe("init");
  probe(machine, A, SUCCESS, 10);
  const transitions = machine.tick(100);
  expect(transitions).toMatchObject([{ from: "init", to: "up", at: 100, detail: undefined }]);
  expect(verdict(machine, A)).toBe("up");
});

test("tick() takes a target down at its third failure when another answered in between", () => {
  const machine = startPair();
  for (const at of [1000, 2000]) probe(machine, A, SILENCE, at);
  probe(machine, B, SUCCESS, 2500);
  expect(machine.tick(2600)).toEqual([]);
  probe(machine, A, SILENCE, 3000);
  expect(machine.tick(3100)).toMatchObject([
    { target: { key: A }, from: "up", to: "down", at: 3100, detail: "no answer" },
  ]);
});

test.for([
  { name: "a moment before the first failure", sent: 999, down: false },
  { name: "with the first failure", sent: 1000, down: true },
  { name: "with the latest failure", sent: 3000, down: true },
  { name: "a moment after the latest failure", sent: 3001, down: false },
])("tick() weighs a witness whose probe was sent $name", ({ sent, down }) => {
  const machine = startPair();
  for (const at of [1000, 2000, 3000]) probe(machine, A, SILENCE, at);
  machine.sent(B, sent);
  machine.result(B, SUCCESS, sent, 3500);
  machine.tick(3600);
  expect(verdict(machine, A)).toBe(down ? "down" : "up");
  expect(standing(machine, A).blind).toBe(!down);
  expect(machine.isBlind()).toBe(!down);
});

test("tick() accepts a witness that was heard before the first failure was known", () => {
  const machine = startPair();
  machine.sent(A, 1000);
  probe(machine, B, SUCCESS, 1500);
  machine.result(A, SILENCE, 1000, 3000);
  for (const at of [3000, 4000]) probe(machine, A, SILENCE, at);
  machine.tick(4100);
  expect(verdict(machine, A)).toBe("down");
});

test("tick() does not accept a witness at the suspect's own address", () => {
  const other: CheckTarget = { ...createTarget(A, {}, 8080), key: "other port" };
  const machine = start([createTarget(A), other]);
  for (const key of [A, other.key]) probe(machine, key, SUCCESS, 0);
  machine.tick(0);
  for (const at of [1000, 2000, 3000]) {
    probe(machine, A, SILENCE, at);
    probe(machine, other.key, SUCCESS, at);
  }
  machine.tick(3100);
  expect(verdict(machine, A)).toBe("up");
});

test("tick() takes an IPv4-mapped address for the same as the IPv4 address", () => {
  const mapped: CheckTarget = { ...createTarget(`::ffff:${A}`), key: "mapped" };
  const machine = start([createTarget(A), mapped]);
  for (const at of [1000, 2000, 3000]) {
    probe(machine, A, SILENCE, at);
    probe(machine, "mapped", SUCCESS, at);
  }
  machine.tick(3100);
  expect(standing(machine, A)).toMatchObject({ verdict: "init", blind: true });
});

test("tick() convicts a target by its own wrong answers, without a witness", () => {
  const machine = start([createTarget(A)]);
  for (const at of [1000, 2000, 3000]) probe(machine, A, WRONG, at);
  machine.tick(3100);
  expect(verdict(machine, A)).toBe("down");
  expect(machine.isBlind()).toBe(false);
});

test("tick() accepts a wrong answer as a witness against others", () => {
  const machine = startPair();
  for (const at of [1000, 2000, 3000]) probe(machine, A, SILENCE, at);
  machine.result(B, WRONG, 2500, 3000);
  machine.tick(3100);
  expect(verdict(machine, A)).toBe("down");
  expect(standing(machine, B)).toMatchObject({ verdict: "up", failures: 1 });
});

test("tick() accepts a reference as a witness", () => {
  const reference = createTarget("192.0.2.1");
  const machine = start([createTarget(A)], { references: [reference] });
  for (const at of [1000, 2000, 3000]) probe(machine, A, SILENCE, at);
  probe(machine, reference.key, SUCCESS, 2000);
  machine.tick(3100);
  expect(verdict(machine, A)).toBe("down");
});

test("tick() leaves a single target alone that falls silent without a reference", () => {
  const machine = start([createTarget(A)]);
  for (let at = 1000; at < 100_000; at += 1000) {
    probe(machine, A, SILENCE, at);
    expect(machine.tick(at)).toEqual([]);
  }
  expect(standing(machine, A)).toMatchObject({ verdict: "init", blind: true });
});

test("result() ignores what is inconclusive, but counts it", () => {
  const machine = startPair();
  for (const at of [1000, 2000, 3000]) {
    probe(machine, A, LOCAL, at);
    probe(machine, B, SUCCESS, at);
  }
  machine.tick(3100);
  expect(standing(machine, A)).toMatchObject({
    verdict: "up",
    failures: 0,
    inconclusive: 3,
    lastInconclusive: "out of file descriptors",
    pending: 0,
  });
});

test("result() does not let a failure that was sent earlier undo a later success", () => {
  const machine = startPair();
  machine.sent(A, 1000);
  probe(machine, A, SUCCESS, 2000);
  machine.result(A, SILENCE, 1000, 3000);
  expect(standing(machine, A)).toMatchObject({ failures: 0, successes: 2 });
});

test("result() does not count a failure from before the run it arrives in", () => {
  const machine = startPair();
  machine.sent(A, 1000);
  probe(machine, A, SUCCESS, 1500);
  probe(machine, A, SILENCE, 2000);
  machine.result(A, SILENCE, 1000, 3000);
  expect(standing(machine, A)).toMatchObject({ failures: 1, runStart: 2000 });
});

test("result() ends a run of failures at the first success", () => {
  const machine = startPair();
  for (const at of [1000, 2000]) probe(machine, A, SILENCE, at);
  probe(machine, A, SUCCESS, 2500);
  probe(machine, B, SUCCESS, 2600);
  probe(machine, A, SILENCE, 3000);
  machine.tick(3100);
  expect(standing(machine, A)).toMatchObject({ verdict: "up", failures: 1 });
});

test("tick() brings a target back after `rise` successes", () => {
  const machine = start([createTarget(A)]);
  for (const at of [1000, 2000, 3000]) probe(machine, A, WRONG, at);
  machine.tick(3100);
  probe(machine, A, SUCCESS, 4000);
  expect(machine.tick(4100)).toEqual([]);
  probe(machine, A, SUCCESS, 5000);
  expect(machine.tick(5100)).toMatchObject([{ from: "down", to: "up", detail: undefined }]);
});

/** Lets a target fail and pass again, without ever waiting long. */
function flap(machine: Machine, start: number): void {
  for (let i = 1; i <= 3; i++) probe(machine, A, WRONG, start + i);
  machine.tick(start + 4);
  for (let i = 5; i <= 6; i++) probe(machine, A, SUCCESS, start + i);
  machine.tick(start + 7);
}

test("tick() holds a flapping target down, twice as long each time, until it has passed unbroken for so long", () => {
  const machine = start([createTarget(A)]);
  const owed: number[] = [];
  let now = 0;
  for (let down = 1; down <= 8; down++) {
    flap(machine, now);
    expect(standing(machine, A).held).toBe(down > 2);
    const passingSince = now + 5;
    now += 7;
    while (verdict(machine, A) === "down") {
      now += 1000;
      machine.tick(now);
    }
    expect(standing(machine, A).held).toBe(false);
    owed.push(Math.floor((now - passingSince) / 1000) * 1000);
  }
  expect(owed).toEqual([0, 0, 30_000, 60_000, 120_000, 240_000, 300_000, 300_000]);
});

test("tick() starts the hold-down anew when a held target fails again", () => {
  const machine = start([createTarget(A)]);
  for (const at of [0, 100, 200]) flap(machine, at);
  expect(standing(machine, A)).toMatchObject({ verdict: "down", held: true });
  probe(machine, A, WRONG, 20_000);
  machine.tick(20_000);
  expect(standing(machine, A)).toMatchObject({ verdict: "down", held: false });
  for (let i = 0; i < 2; i++) probe(machine, A, SUCCESS, 21_000);
  machine.tick(50_999);
  expect(standing(machine, A)).toMatchObject({ verdict: "down", held: true });
  machine.tick(51_000);
  expect(verdict(machine, A)).toBe("up");
});

test("tick() forgives downs that are more than 30 minutes older than the latest", () => {
  const machine = start([createTarget(A)]);
  for (const at of [0, 1_000_000, 2_000_000]) {
    flap(machine, at);
    expect(verdict(machine, A)).toBe("up");
  }
});

test("tick() lets half of a pool of four go on evidence from one subnet, and the rest after the time of detection", () => {
  const targets = createTargets(5, {}, 1);
  const values = targets.slice(0, 4).map(({ key }) => ({ targets: [key] }));
  const machine = start(targets, { groups: [{ name: "eu", values }] });
  const downs = (): number => targets.filter(({ key }) => verdict(machine, key) === "down").length;
  const fail = (now: number): void => {
    for (const { key } of targets.slice(0, 4)) probe(machine, key, SILENCE, now);
    probe(machine, targets[4]!.key, SUCCESS, now);
    machine.tick(now);
  };
  for (const at of [1000, 2000, 3000]) fail(at);
  expect(downs()).toBe(2);
  expect(targets.filter(({ key }) => standing(machine, key).limited)).toHaveLength(2);
  // 5.5 s + 2 · 1 s + 2 s + 0.1 s + 1 s
  fail(3000 + 10_599);
  expect(downs()).toBe(2);
  fail(3000 + 10_600);
  expect(downs()).toBe(4);
});

test("tick() lets a whole pool go on evidence from two subnets", () => {
  const targets = createTargets(6, {}, 3);
  const values = targets.slice(0, 4).map(({ key }) => ({ targets: [key] }));
  const machine = start(targets, { groups: [{ name: "eu", values }] });
  for (const at of [1000, 2000, 3000]) {
    for (const { key } of targets.slice(0, 4)) probe(machine, key, SILENCE, at);
    for (const { key } of targets.slice(4)) probe(machine, key, SUCCESS, at);
  }
  expect(machine.tick(3100).filter(({ to }) => to === "down")).toHaveLength(4);
});

test("tick() does not limit pools of three", () => {
  const targets = createTargets(4, {}, 1);
  const values = targets.slice(0, 3).map(({ key }) => ({ targets: [key] }));
  const machine = start(targets, { groups: [{ name: "eu", values }] });
  for (const at of [1000, 2000, 3000]) {
    for (const { key } of targets.slice(0, 3)) probe(machine, key, SILENCE, at);
    probe(machine, targets[3]!.key, SUCCESS, at);
  }
  expect(machine.tick(3100).filter(({ to }) => to === "down")).toHaveLength(3);
});

test("isBlind() is true as soon as every address meets silence", () => {
  const machine = startPair();
  probe(machine, A, SILENCE, 1000);
  machine.tick(1000);
  expect(machine.isBlind()).toBe(false);
  probe(machine, B, SILENCE, 1100);
  machine.tick(1100);
  expect(machine.isBlind()).toBe(true);
  probe(machine, B, SUCCESS, 1200);
  machine.tick(1200);
  expect(machine.isBlind()).toBe(false);
});

test("tick() calls a verdict stale after three intervals without a conclusive result", () => {
  const machine = startPair();
  machine.tick(15_000);
  expect(standing(machine, A).stale).toBe(false);
  probe(machine, A, LOCAL, 15_000);
  machine.tick(15_001);
  expect(standing(machine, A).stale).toBe(true);
  probe(machine, A, SUCCESS, 15_002);
  machine.tick(15_002);
  expect(standing(machine, A).stale).toBe(false);
});

test("configure() keeps the standing of a target that stays, and begins anew for one that comes back", () => {
  const machine = startPair();
  for (const at of [1000, 2000, 3000]) probe(machine, A, WRONG, at);
  machine.tick(3100);
  const [a, b] = createTargets(2);
  machine.configure({ targets: [a!], references: [], groups: [] }, 4000);
  expect(verdict(machine, A)).toBe("down");
  expect(verdict(machine, B)).toBeUndefined();
  machine.configure({ targets: [a!, b!], references: [], groups: [] }, 5000);
  expect(verdict(machine, A)).toBe("down");
  expect(verdict(machine, B)).toBe("init");
});

test("configure() adopts saved verdicts as stale ones until a result confirms them", () => {
  const machine = createMachine();
  const saved = { sinceAgeMs: 500, downAgesMs: [500, 900], lastError: "no answer" };
  machine.configure(
    { targets: createTargets(2), references: [], groups: [] },
    10_000,
    new Map([[A, { verdict: "down" as const, ...saved }]]),
  );
  machine.tick(10_000);
  expect(standing(machine, A)).toMatchObject({ verdict: "down", since: 9500, stale: true });
  expect(standing(machine, A).downs).toEqual([9500, 9100]);
  expect(standing(machine, B)).toMatchObject({ verdict: "init", stale: false });
  probe(machine, A, SUCCESS, 11_000);
  machine.tick(11_000);
  expect(standing(machine, A)).toMatchObject({ verdict: "down", stale: false });
});

test("adopt() goes on from the verdicts of another, but not against own results", () => {
  const machine = startPair();
  const saved = { sinceAgeMs: 500, downAgesMs: [500], lastError: "no answer" };
  machine.adopt(new Map([[A, { verdict: "down" as const, ...saved }]]), 1000);
  expect(standing(machine, A)).toMatchObject({
    verdict: "down",
    since: 500,
    lastError: "no answer",
  });
  expect(verdict(machine, B)).toBe("up");
  // A success of before does not count as one that brings it back at once.
  expect(machine.tick(1100)).toEqual([]);

  const own = startPair();
  for (const at of [1000, 2000, 3000]) probe(own, A, SILENCE, at);
  probe(own, B, SUCCESS, 3000);
  own.tick(3100);
  expect(verdict(own, A)).toBe("down");
  own.adopt(new Map([[A, { verdict: "up" as const, ...saved }]]), 3200);
  expect(verdict(own, A)).toBe("down");
});
