/**
 * A simulated network under a real `createHealth`: targets that answer, refuse, fall silent or answer wrongly as a
 * function of the time at which they are probed. Deterministic for a seed.
 */
import { createHealth, type Health, type HealthEvent } from "../../src/health/health.ts";
import type { ProbeResult } from "../../src/health/result.ts";
import type { SavedHealth } from "../../src/health/saved-health.ts";
import type { HealthSnapshot } from "../../src/health/snapshot.ts";
import type { HealthGroup } from "../../src/health/velocity.ts";
import type { CheckTarget } from "../../src/zone/model.ts";
import { createFakeClock, type FakeClock } from "./fake-clock.ts";

/** `up` and `refuse` and `wrong` take the round-trip time, `silent` the check's timeout, `broken` is a local error. */
export type Behaviour = "up" | "refuse" | "wrong" | "silent" | "broken";

export interface World {
  readonly clock: FakeClock;
  readonly health: Health;
  readonly events: readonly HealthEvent[];
  readonly snapshots: readonly { readonly at: number; readonly snapshot: HealthSnapshot }[];
  /** Every probe, in the order sent. */
  readonly probes: readonly { readonly key: string; readonly at: number }[];
  /** Greatest number of probes in flight at a time. */
  readonly peak: () => number;
  /** `KEY up>down` with times, for comparison. */
  readonly changes: () => readonly {
    readonly key: string;
    readonly to: string;
    readonly at: number;
  }[];
}

export interface WorldOptions {
  readonly targets: readonly CheckTarget[];
  readonly groups?: readonly HealthGroup[];
  readonly references?: readonly CheckTarget[];
  readonly seed?: number;
  readonly saved?: SavedHealth;
  readonly behave: (key: string, sentAt: number) => Behaviour;
  readonly roundTripMs?: number;
}

export function createWorld(options: WorldOptions): World {
  const clock = createFakeClock();
  const events: HealthEvent[] = [];
  const snapshots: { at: number; snapshot: HealthSnapshot }[] = [];
  const probes: { key: string; at: number }[] = [];
  const roundTripMs = options.roundTripMs ?? 2;
  let flying = 0;
  let peak = 0;
  const health = createHealth({
    targets: options.targets,
    groups: options.groups ?? [],
    references: options.references ?? [],
    clock,
    random: createRandom(options.seed ?? 1),
    probe: (target, done) => {
      const at = clock.now();
      probes.push({ key: target.key, at });
      peak = Math.max(peak, ++flying);
      const behaviour = options.behave(target.key, at);
      const delay = behaviour === "silent" ? target.check.timeout : roundTripMs;
      const cancel = clock.schedule(() => {
        flying--;
        done(RESULTS[behaviour]);
      }, delay);
      return () => {
        flying--;
        cancel();
      };
    },
    onSnapshot: (snapshot) => snapshots.push({ at: clock.now(), snapshot }),
    onTransition: (event) => events.push(event),
    saved: options.saved,
  });
  return {
    clock,
    health,
    events,
    snapshots,
    probes,
    peak: () => peak,
    changes: () =>
      events.flatMap((event) =>
        event.kind === "verdict" && event.from !== "init"
          ? [{ key: event.target.key, to: event.to, at: event.at }]
          : [],
      ),
  };
}

/** Uniform numbers from 0 to 1 (exclusive), the same for the same seed (mulberry32). */
export function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

const RESULTS: Readonly<Record<Behaviour, ProbeResult>> = {
  up: { kind: "success" },
  refuse: { kind: "failure", contact: false, detail: "connection refused" },
  wrong: { kind: "failure", contact: true, detail: "HTTP 503, expected 200-299" },
  silent: { kind: "failure", contact: false, detail: "no answer" },
  broken: { kind: "inconclusive", detail: "out of file descriptors (EMFILE)" },
};
