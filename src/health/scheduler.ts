/**
 * When each target is probed: a regular interval with jitter, extra probes where the machine wants them, and a bound on
 * the sockets in flight. What is due first goes first. Owns the probes in flight.
 */
import type { Clock } from "../clock/clock.ts";
import type { CheckTarget } from "../zone/model.ts";
import { type Allowance, createAllowance, spendAllowance } from "./allowance.ts";
import { createDueQueue } from "./due-queue.ts";
import type { WantedProbe } from "./machine.ts";
import type { Probe, ProbeResult } from "./result.ts";
import { createStallGuard } from "./stall-guard.ts";
import { fastProbeLimit, JITTER, SPREAD_MS, TICK_MS } from "./timing.ts";

export interface SchedulerOptions {
  readonly clock: Clock;
  /** 0 ≤ n < 1. */
  readonly random: () => number;
  readonly probe: Probe;
  /** A probe leaves now; returns what else is wanted. */
  readonly onSent: (key: string, now: number) => readonly WantedProbe[];
  readonly onResult: (
    key: string,
    result: ProbeResult,
    sentAt: number,
    now: number,
  ) => readonly WantedProbe[];
  /** Told of every probe that ended by itself. */
  readonly onProbed?: ProbeObserver | undefined;
}

/** Takes note of a probe's result as it was judged, for people and metrics. */
export type ProbeObserver = (target: CheckTarget, result: ProbeResult, elapsedMs: number) => void;

export interface Scheduler {
  /** Targets that stay keep their times; probes of those that go are cancelled and count as inconclusive. */
  configure(targets: readonly CheckTarget[]): void;
  /** To be called every `TICK_MS`: by this the scheduler knows that the process runs. */
  beat(): void;
  /** Brings probes forward. */
  request(wanted: readonly WantedProbe[]): void;
  /** When the target's next probe is due, in monotonic milliseconds. */
  findDue(key: string): number | undefined;
  /** How many probes are in flight, and how many may be. */
  inFlight(): number;
  bound(): number;
  close(): void;
}

interface Entry {
  target: CheckTarget;
  due: number;
  lastSent: number;
  /** When the second probe is due; undefined once it is planned. */
  second: number | undefined;
  isGone: boolean;
  readonly flights: Set<Flight>;
  readonly allowances: Readonly<Record<WantedProbe["reason"], Allowance>>;
}

interface Flight {
  readonly sentAt: number;
  cancel: () => void;
  isDone: boolean;
  /** In flight while the process stood still. */
  isTainted: boolean;
}

const SMALLEST_BOUND = 64;

/** Extra probes need room beside the regular ones. */
const BOUND_MARGIN = 1.1;

export function createScheduler(options: SchedulerOptions): Scheduler {
  const { clock, random, probe } = options;
  const guard = createStallGuard(TICK_MS, clock.now());
  const queue = createDueQueue<Entry>();
  let entries = new Map<string, Entry>();
  let flying = 0;
  let bound = SMALLEST_BOUND;
  let isPumping = false;
  let timer: { readonly due: number; readonly cancel: () => void } | undefined;

  return {
    configure(targets) {
      const now = clock.now();
      const known = entries;
      entries = new Map();
      const fresh: CheckTarget[] = [];
      for (const target of targets) {
        if (entries.has(target.key)) continue;
        const entry = known.get(target.key);
        if (entry === undefined) fresh.push(target);
        const kept = entry ?? createEntry(target, now);
        kept.target = target;
        entries.set(target.key, kept);
      }
      for (const [key, entry] of known) if (!entries.has(key)) remove(entry, now);
      for (const [i, { key }] of fresh.entries()) spread(entries.get(key)!, i / fresh.length, now);
      bound = findBound(entries);
      pump();
    },
    beat() {
      const now = clock.now();
      noticeStall(now);
      guard.beat(now);
    },
    request(wanted) {
      if (wanted.length === 0) return;
      advance(wanted, clock.now());
      pump();
    },
    findDue: (key) => entries.get(key)?.due,
    inFlight: () => flying,
    bound: () => bound,
    close() {
      for (const entry of entries.values()) remove(entry, clock.now());
      entries = new Map();
      timer?.cancel();
      timer = undefined;
    },
  };

  function plan(entry: Entry, due: number): void {
    entry.due = due;
    queue.add(entry, due);
  }

  /**
   * First probes come evenly over at most two seconds; second ones evenly over the interval after that, so that the
   * rate is level from then on. No target waits longer than its interval.
   */
  function spread(entry: Entry, share: number, now: number): void {
    const { interval } = entry.target.check;
    const span = Math.min(interval, SPREAD_MS);
    entry.second = now + span + share * interval;
    plan(entry, now + share * span);
  }

  /** Sends what is due, as far as the bound allows. */
  function pump(): void {
    // A probe may end before it has begun to wait, and would come here again.
    if (isPumping) return;
    isPumping = true;
    for (let top = findNext(); top !== undefined && flying < bound; top = findNext()) {
      const now = clock.now();
      if (top.due > now) break;
      queue.drop();
      send(top, now);
    }
    isPumping = false;
    arm();
  }

  /** The entry that is due first; what was planned anew or has gone since is dropped on the way. */
  function findNext(): Entry | undefined {
    for (let top = queue.peek(); top !== undefined; top = queue.peek()) {
      if (top.due === top.item.due && !top.item.isGone) return top.item;
      queue.drop();
    }
    return undefined;
  }

  function arm(): void {
    const next = flying < bound ? findNext() : undefined;
    if (next !== undefined && timer?.due === next.due) return;
    timer?.cancel();
    timer = undefined;
    if (next === undefined) return;
    const { due } = next;
    const cancel = clock.schedule(
      () => {
        timer = undefined;
        pump();
      },
      Math.max(0, due - clock.now()),
    );
    timer = { due, cancel };
  }

  function send(entry: Entry, now: number): void {
    noticeStall(now);
    const { target } = entry;
    const { interval } = target.check;
    entry.lastSent = now;
    plan(entry, entry.second ?? now + interval * (1 + JITTER * (2 * random() - 1)));
    entry.second = undefined;
    const flight: Flight = { sentAt: now, cancel: () => {}, isDone: false, isTainted: false };
    entry.flights.add(flight);
    flying++;
    advance(options.onSent(target.key, now), now);
    flight.cancel = probe(target, (result) => land(entry, flight, result));
  }

  function land(entry: Entry, flight: Flight, result: ProbeResult): void {
    if (flight.isDone) return;
    const now = clock.now();
    noticeStall(now);
    settle(entry, flight);
    const { key, check } = entry.target;
    const elapsed = now - flight.sentAt;
    const isWorthless = flight.isTainted || elapsed > 1.5 * check.timeout;
    const judged: ProbeResult = isWorthless
      ? { kind: "inconclusive", detail: "the process stood still during the probe" }
      : result;
    options.onProbed?.(entry.target, judged, elapsed);
    advance(options.onResult(key, judged, flight.sentAt, now), now);
    pump();
  }

  function settle(entry: Entry, flight: Flight): void {
    flight.isDone = true;
    entry.flights.delete(flight);
    flying--;
  }

  /** Brings probes forward, as far as the targets' allowances go. */
  function advance(wanted: readonly WantedProbe[], now: number): void {
    for (const { key, at, reason } of wanted) {
      const entry = entries.get(key);
      if (entry === undefined || entry.due <= at) continue;
      const cost = Math.min(
        1,
        Math.max(0, 1 - (at - entry.lastSent) / entry.target.check.interval),
      );
      if (spendAllowance(entry.allowances[reason], cost, now)) plan(entry, at);
    }
  }

  function remove(entry: Entry, now: number): void {
    entry.isGone = true;
    for (const flight of entry.flights) {
      flight.cancel();
      settle(entry, flight);
      const result: ProbeResult = { kind: "inconclusive", detail: "the probe was cancelled" };
      options.onResult(entry.target.key, result, flight.sentAt, now);
    }
  }

  function noticeStall(now: number): void {
    if (!guard.isAfterStall(now)) return;
    for (const { flights } of entries.values()) {
      for (const flight of flights) flight.isTainted = true;
    }
  }
}

function createEntry(target: CheckTarget, now: number): Entry {
  const { check } = target;
  return {
    target,
    due: now,
    lastSent: now - check.interval,
    second: undefined,
    isGone: false,
    flights: new Set(),
    allowances: {
      fast: createAllowance(fastProbeLimit(check), check.interval, now),
      witness: createAllowance(2, check.interval, now),
    },
  };
}

/** Sockets that the regular rate and the timeouts may keep in flight when everything is silent. */
function findBound(entries: ReadonlyMap<string, Entry>): number {
  let load = 0;
  for (const { target } of entries.values()) load += target.check.timeout / target.check.interval;
  return Math.max(SMALLEST_BOUND, Math.ceil(load * BOUND_MARGIN));
}
