import { expect, test } from "vitest";
import { createTarget, createTargets } from "../../test/support/health-targets.ts";
import { createMachine, type Machine, type WantedProbe } from "./machine.ts";
import type { ProbeResult } from "./result.ts";

const SUCCESS: ProbeResult = { kind: "success" };
const SILENCE: ProbeResult = { kind: "failure", contact: false, detail: "no answer" };
const WRONG: ProbeResult = { kind: "failure", contact: true, detail: "HTTP 503" };

const A = "10.0.0.1";

function start(count: number, subnets: number, references: readonly string[] = []): Machine {
  const machine = createMachine();
  machine.configure(
    {
      targets: createTargets(count, {}, subnets),
      references: references.map((address) => createTarget(address)),
      groups: [],
    },
    0,
  );
  for (const key of machine.standings().keys()) {
    machine.sent(key, 0);
    machine.result(key, SUCCESS, 0, 0);
  }
  machine.tick(0);
  return machine;
}

function fail(machine: Machine, at: number, known = at): readonly WantedProbe[] {
  machine.sent(A, at);
  return machine.result(A, SILENCE, at, known);
}

function witnesses(wanted: readonly WantedProbe[]): string[] {
  return wanted.filter(({ reason }) => reason === "witness").map(({ key }) => key);
}

function fastTimes(wanted: readonly WantedProbe[]): number[] {
  return wanted.filter(({ reason }) => reason === "fast").map(({ at }) => at);
}

test("result() wants three witnesses at once at the first failure, before the suspect itself", () => {
  const wanted = fail(start(6, 6), 1000, 3000);
  expect(wanted).toEqual([
    { key: "10.0.1.1", at: 3000, reason: "witness" },
    { key: "10.0.2.1", at: 3000, reason: "witness" },
    { key: "10.0.3.1", at: 3000, reason: "witness" },
    { key: A, at: 3000, reason: "fast" },
  ]);
});

test("result() prefers witnesses of other subnets, then references, then neighbours", () => {
  // 10.0.0.1, 10.0.1.1, 10.0.0.2, 10.0.1.2
  const machine = start(4, 2, ["192.0.2.1"]);
  expect(witnesses(fail(machine, 1000))).toEqual(["10.0.1.1", "192.0.2.1", "10.0.0.2"]);
});

test("result() does not ask those that are failing or down themselves", () => {
  const machine = start(4, 4);
  machine.sent("10.0.1.1", 500);
  machine.result("10.0.1.1", WRONG, 500, 500);
  for (const at of [500, 600, 700]) {
    machine.sent("10.0.2.1", at);
    machine.result("10.0.2.1", WRONG, at, at);
  }
  machine.tick(800);
  expect(witnesses(fail(machine, 1000))).toEqual(["10.0.3.1"]);
});

test("result() does not ask those again that are being asked already", () => {
  const machine = start(3, 3);
  machine.sent("10.0.1.1", 1500);
  machine.sent("10.0.2.1", 999);
  expect(witnesses(fail(machine, 1000, 3000))).toEqual(["10.0.2.1"]);
});

test("result() asks again at later failures only while there is no evidence", () => {
  const machine = start(3, 3);
  fail(machine, 1000);
  expect(witnesses(fail(machine, 2000))).toHaveLength(2);
  machine.sent("10.0.1.1", 2000);
  machine.result("10.0.1.1", SUCCESS, 2000, 2001);
  expect(witnesses(fail(machine, 3000))).toEqual([]);
});

test("result() wants the next probe `fast` after the one that was refused", () => {
  expect(fastTimes(fail(start(2, 2), 1000, 1002))).toEqual([2000]);
});

test("sent() wants probes every `fast` until those in flight can decide", () => {
  const machine = start(2, 2);
  expect(fastTimes(fail(machine, 1000, 3000))).toEqual([3000]);
  expect(fastTimes(machine.sent(A, 3000))).toEqual([4000]);
  expect(fastTimes(machine.sent(A, 4000))).toEqual([]);
});

test("result() wants one more probe when the evidence comes after the latest failure", () => {
  const machine = start(2, 2);
  for (const at of [1000, 2000, 3000]) fail(machine, at);
  machine.sent("10.0.1.1", 3500);
  expect(fastTimes(machine.result("10.0.1.1", SUCCESS, 3500, 3501))).toEqual([4000]);
  fail(machine, 4000);
  expect(machine.tick(4100)).toMatchObject([{ target: { key: A }, to: "down" }]);
});

test("result() wants no more than `fall` + 1 extra probes per incident", () => {
  const machine = start(2, 2);
  let now = 1000;
  let extra = 0;
  let due = fastTimes(fail(machine, now))[0];
  for (let i = 0; i < 100; i++) {
    const isExtra = due !== undefined;
    now = due ?? now + 5000;
    if (isExtra) extra++;
    const wanted = [...fail(machine, now)];
    // An answer that always comes just too late to be evidence.
    machine.sent("10.0.1.1", now + 10);
    wanted.push(...machine.result("10.0.1.1", SUCCESS, now + 10, now + 11));
    due = fastTimes(wanted)[0];
    machine.tick(now + 5);
    if (machine.standings().get(A)?.verdict === "down") break;
  }
  expect(extra).toBeLessThanOrEqual(4);
});

test("result() wants a probe soon after the first success of a target that is down", () => {
  const machine = start(1, 1);
  for (const at of [1000, 2000, 3000]) {
    machine.sent(A, at);
    machine.result(A, WRONG, at, at);
  }
  machine.tick(3100);
  machine.sent(A, 8000);
  expect(fastTimes(machine.result(A, SUCCESS, 8000, 8002))).toEqual([9000]);
  machine.sent(A, 9000);
  expect(fastTimes(machine.result(A, SUCCESS, 9000, 9002))).toEqual([]);
});

test("result() wants nothing extra while all is well", () => {
  const machine = start(2, 2);
  expect(machine.sent(A, 5000)).toEqual([]);
  expect(machine.result(A, SUCCESS, 5000, 5001)).toEqual([]);
});
