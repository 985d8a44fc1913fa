/**
 * Health: checks → verdicts → the snapshot that steering reads.
 *
 * The route of a result: `scheduler.ts` sends a probe (`probe/`), its result moves the target's standing
 * (`standing.ts`), the machine (`machine.ts`) passes verdicts once per tick, and what changed is published here, at
 * most once per 100 ms. Only this file sees both the machine, which is pure, and the scheduler, which has the timers.
 */
import type { Clock } from "../clock/clock.ts";
import type { CheckTarget } from "../zone/model.ts";
import { createMachine, type Transition } from "./machine.ts";
import { type HealthReport, reportHealth } from "./report.ts";
import type { Probe } from "./result.ts";
import type { SavedHealth, SavedTarget } from "./saved-health.ts";
import { createScheduler, type ProbeObserver } from "./scheduler.ts";
import type { HealthSnapshot, TargetState } from "./snapshot.ts";
import { recentDowns, type Standing } from "./standing.ts";
import { describeTarget, isSameState } from "./target-state.ts";
import { TICK_MS } from "./timing.ts";
import type { HealthGroup } from "./velocity.ts";

export type HealthEvent =
  | ({ readonly kind: "verdict" } & Transition)
  /** Whether anything proves that our own network works; while blind nothing goes down. */
  | { readonly kind: "blind"; readonly blind: boolean; readonly at: number };

export interface HealthOptions {
  readonly targets: readonly CheckTarget[];
  /** One per pool and address type. */
  readonly groups: readonly HealthGroup[];
  /** Witnesses that belong to no pool (references.ts). */
  readonly references: readonly CheckTarget[];
  readonly clock: Clock;
  /** 0 ≤ n < 1. */
  readonly random: () => number;
  readonly probe: Probe;
  /**
   * Called within a tick, at most once per 100 ms, or within `adopt()`; and only if the snapshot differs from the one
   * before.
   */
  readonly onSnapshot: (snapshot: HealthSnapshot) => void;
  /** Called before `onSnapshot` of the same tick. */
  readonly onTransition: (event: HealthEvent) => void;
  /** Told of every probe that ended by itself. */
  readonly onProbed?: ProbeObserver | undefined;
  /** Verdicts of an earlier run; they hold until results say otherwise. */
  readonly saved?: SavedHealth | undefined;
}

export interface Health {
  /** Targets that stay keep their state; new ones begin without a verdict; probes of those that go are cancelled. */
  reconfigure(targets: readonly CheckTarget[], groups: readonly HealthGroup[]): void;
  snapshot(): HealthSnapshot;
  report(): HealthReport;
  /** Resolves once each of the first targets has had a result, conclusive or not, and it is in the snapshot. */
  readonly firstRound: Promise<void>;
  /** Goes on from verdicts of another, as `Machine.adopt()` does; the snapshot has them at once. */
  adopt(saved: SavedHealth): void;
  /** The verdicts, to outlive a restart. */
  export(): SavedHealth;
  /** Cancels everything. Nothing is called back afterwards. */
  close(): void;
}

/** Starts probing at once. */
export function createHealth(options: HealthOptions): Health {
  const { clock, references } = options;
  const machine = createMachine();
  const awaited = new Set(options.targets.map(({ key }) => key));
  let endFirstRound = (): void => {};
  const firstRound = new Promise<void>((resolve) => {
    endFirstRound = resolve;
  });
  const scheduler = createScheduler({
    clock,
    random: options.random,
    probe: options.probe,
    onSent: machine.sent,
    onProbed: options.onProbed,
    onResult: (key, result, sentAt, now) => {
      awaited.delete(key);
      return machine.result(key, result, sentAt, now);
    },
  });
  let snapshot: HealthSnapshot = { targets: new Map() };
  let described = new Map<string, Described>();
  let wasBlind = false;
  let isClosed = false;

  configure(options.targets, options.groups, options.saved);
  snapshot = refreshSnapshot();
  let cancelTick = clock.schedule(tick, TICK_MS);

  return {
    reconfigure(targets, groups) {
      const keys = new Set(targets.map(({ key }) => key));
      for (const key of awaited) if (!keys.has(key)) awaited.delete(key);
      configure(targets, groups, undefined);
    },
    snapshot: () => snapshot,
    report: () => reportHealth(machine, scheduler, clock.now()),
    firstRound,
    adopt(saved) {
      machine.adopt(saved, clock.now());
      publish();
    },
    export: () => saveVerdicts(clock.now()),
    close() {
      isClosed = true;
      cancelTick();
      scheduler.close();
      endFirstRound();
    },
  };

  function configure(
    targets: readonly CheckTarget[],
    groups: readonly HealthGroup[],
    saved: SavedHealth | undefined,
  ): void {
    machine.configure({ targets, references, groups }, clock.now(), saved);
    scheduler.configure([...targets, ...references]);
  }

  function tick(): void {
    cancelTick = clock.schedule(tick, TICK_MS);
    scheduler.beat();
    const now = clock.now();
    for (const transition of machine.tick(now)) {
      options.onTransition({ kind: "verdict", ...transition });
    }
    scheduler.request(machine.overdue(now));
    const blind = machine.isBlind();
    if (blind !== wasBlind) options.onTransition({ kind: "blind", blind, at: now });
    wasBlind = blind;
    publish();
    if (awaited.size === 0) endFirstRound();
  }

  function publish(): void {
    const next = refreshSnapshot();
    if (next === snapshot || isClosed) return;
    snapshot = next;
    options.onSnapshot(next);
  }

  /** The snapshot as it is now; the same object if nothing changed. States that did not change are shared. */
  function refreshSnapshot(): HealthSnapshot {
    let hasChanged = false;
    const known = described;
    described = new Map();
    for (const [key, standing] of machine.standings()) {
      if (standing.isReference) continue;
      const before = known.get(key);
      const next = before?.standing === standing ? before : describe(standing, before?.state);
      hasChanged ||= next.state !== before?.state;
      described.set(key, next);
    }
    if (!hasChanged && described.size === known.size) return snapshot;
    return { targets: new Map([...described].map(([key, { state }]) => [key, state])) };
  }

  function saveVerdicts(now: number): SavedHealth {
    const saved = new Map<string, SavedTarget>();
    for (const [key, standing] of machine.standings()) {
      const { verdict, since, lastError, isReference } = standing;
      if (verdict === "init" || isReference) continue;
      const downAgesMs = recentDowns(standing, now).map((down) => now - down);
      saved.set(key, { verdict, sinceAgeMs: now - since, downAgesMs, lastError });
    }
    return saved;
  }
}

interface Described {
  readonly standing: Standing;
  readonly state: TargetState;
}

function describe(standing: Standing, before: TargetState | undefined): Described {
  const state = describeTarget(standing);
  return { standing, state: before !== undefined && isSameState(before, state) ? before : state };
}
