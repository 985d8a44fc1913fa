import fc from "fast-check";
import { expect, test } from "vitest";
import { createHealthModel } from "../../test/support/health-model.ts";
import { createTargets, PROFILES } from "../../test/support/health-targets.ts";
import { createMachine, type Machine, type Transition } from "./machine.ts";
import type { ProbeResult } from "./result.ts";

const SUCCESS: ProbeResult = { kind: "success" };
const FAILURE: ProbeResult = { kind: "failure", contact: false, detail: "no answer" };
const WRONG: ProbeResult = { kind: "failure", contact: true, detail: "HTTP 503" };
const LOCAL: ProbeResult = { kind: "inconclusive", detail: "out of file descriptors" };

const COUNT = 3;
const targets = createTargets(COUNT, PROFILES.fast);
const keys = targets.map(({ key }) => key);

interface Step {
  /** Milliseconds since the step before. */
  readonly pause: number;
  readonly index: number;
  readonly result: ProbeResult;
  /** Milliseconds between sending and result. */
  readonly took: number;
}

function steps(...results: ProbeResult[]): fc.Arbitrary<Step[]> {
  const step = fc.record({
    pause: fc.nat({ max: 700 }),
    index: fc.nat({ max: COUNT - 1 }),
    result: fc.constantFrom(...results),
    took: fc.nat({ max: 600 }),
  });
  // Runs of one kind are what verdicts are made of; single random results seldom make any.
  const run = fc.tuple(step, fc.integer({ min: 1, max: 5 })).map(([one, n]) => Array(n).fill(one));
  return fc.array(run, { minLength: 1, maxLength: 40 }).map((runs) => runs.flat());
}

function start(): Machine {
  const machine = createMachine();
  machine.configure({ targets, references: [], groups: [] }, 0);
  return machine;
}

/** Plays the steps, probes of one target in the order in which they were sent, with a tick after each. */
function play(
  machine: Machine,
  events: readonly Step[],
  see: (step: Step, sent: number, now: number, transitions: readonly Transition[]) => void,
): void {
  let now = 10_000;
  const lastSent = new Map<number, number>();
  for (const step of events) {
    now += step.pause;
    const sent = Math.max(lastSent.get(step.index) ?? 0, now - step.took);
    lastSent.set(step.index, sent);
    machine.sent(keys[step.index]!, sent);
    machine.result(keys[step.index]!, step.result, sent, now);
    see(step, sent, now, machine.tick(now));
  }
}

test("tick() passes the verdicts of the model", () => {
  let downs = 0;
  fc.assert(
    fc.property(steps(SUCCESS, FAILURE), (events) => {
      const machine = start();
      const model = createHealthModel(COUNT, PROFILES.fast.rise, PROFILES.fast.fall);
      for (const [index, key] of keys.entries()) {
        machine.sent(key, 0);
        machine.result(key, SUCCESS, 0, 0);
        model.result(index, true, 0, 0);
      }
      machine.tick(0);
      play(machine, events, ({ index, result }, sent, now) => {
        model.result(index, result.kind === "success", sent, now);
        model.tick(now);
        for (const [i, key] of keys.entries()) {
          const isDown = machine.standings().get(key)?.verdict === "down";
          expect(isDown).toBe(model.isDown(i));
          if (isDown) downs++;
        }
      });
    }),
    { numRuns: 1000, seed: 1 },
  );
  expect(downs).toBeGreaterThan(1000);
});

test("tick() takes nothing down without an answer between the first and the latest failure", () => {
  let downs = 0;
  fc.assert(
    fc.property(steps(SUCCESS, FAILURE, FAILURE, WRONG, LOCAL), (events) => {
      const machine = start();
      const seen: { readonly index: number; readonly sent: number }[] = [];
      const failed = keys.map((): number[] => []);
      play(machine, events, ({ index, result }, sent, _now, transitions) => {
        if (result.kind === "success") failed[index] = [];
        if (result.kind === "failure") failed[index]!.push(sent);
        const isAnswer = result.kind === "success" || (result.kind === "failure" && result.contact);
        if (isAnswer) seen.push({ index, sent });
        for (const { target, to } of transitions) {
          if (to !== "down") continue;
          downs++;
          const victim = keys.indexOf(target.key);
          const run = failed[victim]!;
          expect(run.length).toBeGreaterThanOrEqual(target.check.fall);
          // An answer of the victim within its run of failures can only be a wrong one.
          const isWitness = (answer: { readonly sent: number }): boolean =>
            answer.sent >= Math.min(...run) && answer.sent <= Math.max(...run);
          expect(seen.some(isWitness)).toBe(true);
        }
      });
    }),
    { numRuns: 1000, seed: 2 },
  );
  expect(downs).toBeGreaterThan(500);
});

test("tick() gives the same transitions for the same events", () => {
  fc.assert(
    fc.property(steps(SUCCESS, FAILURE, WRONG, LOCAL), (events) => {
      const [first, second] = [0, 1].map(() => {
        const seen: Transition[] = [];
        play(start(), events, (_step, _sent, _now, transitions) => seen.push(...transitions));
        return seen;
      });
      expect(first).toEqual(second);
    }),
    { numRuns: 200 },
  );
});
