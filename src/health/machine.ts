/**
 * The health state machine: a deterministic function of its events. No clock, no randomness, no I/O; the same events
 * give the same verdicts, in memory that is bounded by the number of targets.
 *
 * Results move the standings of single targets (standing.ts); verdicts are passed once per tick, where all targets are
 * seen together: rises first, then falls, which need evidence that our own network works (evidence.ts) and must not
 * empty a pool in one stroke (velocity.ts).
 */
import type { CheckTarget } from "../zone/model.ts";
import { createAnswerLog } from "./answer-log.ts";
import { addWitness, countSubnets, findEvidence } from "./evidence.ts";
import type { ProbeResult } from "./result.ts";
import type { SavedTarget } from "./saved-health.ts";
import type { Verdict } from "./snapshot.ts";
import {
  changeVerdict,
  createStanding,
  findFastProbeTime,
  noteResult,
  noteSent,
  type Standing,
} from "./standing.ts";
import { fastProbeLimit, holdDownMs } from "./timing.ts";
import { createVelocityLimit, type HealthGroup } from "./velocity.ts";
import { chooseWitnesses } from "./witnesses.ts";

/** A probe that should be sent sooner than its regular time: at `at`, monotonic milliseconds. */
export interface WantedProbe {
  readonly key: string;
  readonly at: number;
  readonly reason: "fast" | "witness";
}

/** A change of verdict. */
export interface Transition {
  readonly target: CheckTarget;
  readonly isReference: boolean;
  readonly from: Verdict;
  readonly to: Verdict;
  /** Monotonic milliseconds. */
  readonly at: number;
  /** Why it went down; undefined if it came up. */
  readonly detail: string | undefined;
}

export interface MachineConfig {
  readonly targets: readonly CheckTarget[];
  /** Witnesses that belong to no pool. */
  readonly references: readonly CheckTarget[];
  readonly groups: readonly HealthGroup[];
}

export interface Machine {
  /** Targets that stay keep their standing; new ones start as `saved` says, or without a verdict. */
  configure(config: MachineConfig, now: number, saved?: ReadonlyMap<string, SavedTarget>): void;
  /**
   * Goes on from the verdicts of another that has checked the same targets longer, except where own results have it
   * that a target is down.
   */
  adopt(saved: ReadonlyMap<string, SavedTarget>, now: number): void;
  /** A probe of the target leaves. Unknown keys are ignored, here and below: the target has just been removed. */
  sent(key: string, now: number): readonly WantedProbe[];
  /** The probe that was sent at `sentAt` has its result. */
  result(key: string, result: ProbeResult, sentAt: number, now: number): readonly WantedProbe[];
  /** Passes verdicts. To be called every `TICK_MS`. */
  tick(now: number): readonly Transition[];
  /**
   * New targets that have not answered within `fast`: they are probed again without waiting for the timeout, so that
   * what is dead when the server starts leaves the answers soon.
   */
  overdue(now: number): readonly WantedProbe[];
  /** Everything seems silent, or a target would be down if anything proved that our own network works. */
  isBlind(): boolean;
  standings(): ReadonlyMap<string, Standing>;
}

/** Without a conclusive result for so many intervals a verdict is stale. */
const STALE_INTERVALS = 3;

export function createMachine(): Machine {
  let standings = new Map<string, Standing>();
  let order: readonly string[] = [];
  /** Keys of those that are failing and not down: whom an answer may convict. */
  const suspects = new Set<string>();
  let blind = false;
  const log = createAnswerLog();
  const velocity = createVelocityLimit();
  const isDown = (key: string): boolean => standings.get(key)?.verdict === "down";

  return {
    configure({ targets, references, groups }, now, saved) {
      const known = standings;
      standings = new Map();
      suspects.clear();
      for (const [list, isReference] of [[targets, false] as const, [references, true] as const]) {
        for (const target of list) {
          if (standings.has(target.key)) continue;
          const before = known.get(target.key);
          const fresh = createStanding(target, isReference, now);
          store(
            before === undefined
              ? adopt(fresh, saved?.get(target.key), now)
              : { ...before, target, isReference },
          );
        }
      }
      order = [...standings.keys()];
      velocity.configure(groups, new Map([...standings].map(([key, { target }]) => [key, target])));
    },

    adopt(saved, now) {
      for (const [key, target] of saved) {
        const standing = standings.get(key);
        if (standing === undefined || standing.isReference) continue;
        const { verdict, failures } = standing;
        const isProven = verdict === "down" && failures >= standing.target.check.fall;
        if (verdict !== target.verdict && !isProven) store(adopt(standing, target, now));
      }
    },

    sent(key, now) {
      const standing = standings.get(key);
      if (standing === undefined) return [];
      const next = noteSent(standing, now);
      store(next);
      return wantFastProbe(next, now);
    },

    result(key, result, sentAt, now) {
      const before = standings.get(key);
      if (before === undefined) return [];
      let standing = noteResult(before, result, sentAt, now);
      if (before.failures === 0 && standing.failures > 0) {
        for (const answer of log.answers()) standing = addWitness(standing, answer);
      }
      store(standing);
      const counted = standing.failures !== before.failures;
      const isAnswer = result.kind === "success" || (result.kind === "failure" && result.contact);
      return [
        ...(counted ? wantWitnesses(standing, now) : []),
        ...wantFastProbe(standing, now),
        ...(isAnswer ? hearAnswer(standing, sentAt, now) : []),
      ];
    },

    tick(now) {
      const transitions: Transition[] = [];
      const change = (standing: Standing, to: Verdict): void => {
        const { target, isReference, verdict: from, lastError } = standing;
        store(changeVerdict(standing, to, now));
        const detail = to === "down" ? lastError : undefined;
        transitions.push({ target, isReference, from, to, at: now, detail });
      };
      for (const standing of refreshAll(now)) {
        if (standing.verdict === "init" && standing.successes > 0) change(standing, "up");
        else if (standing.verdict === "down" && hasRisen(standing) && !standing.held) {
          change(standing, "up");
        }
      }
      let isAnyBlind = false;
      for (const standing of findFallen()) {
        const { key } = standing.target;
        const evidence = findEvidence(standing);
        const blind = evidence.length === 0;
        const limited = !blind && countSubnets(evidence) < 2 && !velocity.allows(key, isDown, now);
        isAnyBlind ||= blind;
        if (blind || limited) flag(standing, blind, limited);
        else {
          velocity.record(key, isDown, now);
          change(standing, "down");
        }
      }
      blind = isAnyBlind || isAllSilent();
      return transitions;
    },

    overdue: (now) =>
      [...standings.values()]
        .filter((standing) => isOverdue(standing, now))
        .map(({ target: { key } }) => ({ key, at: now, reason: "fast" })),

    isBlind: () => blind,
    standings: () => standings,
  };

  function store(standing: Standing): void {
    const { key } = standing.target;
    standings.set(key, standing);
    if (standing.failures > 0 && standing.verdict !== "down") suspects.add(key);
    else suspects.delete(key);
  }

  function flag(standing: Standing, blind: boolean, limited: boolean): void {
    if (blind === standing.blind && limited === standing.limited) return;
    store({ ...standing, blind, limited });
  }

  /** An answer testifies for every target that is failing at this time; some then want one more probe. */
  function hearAnswer({ place }: Standing, sent: number, now: number): WantedProbe[] {
    const answer = { sent, place };
    log.record(answer);
    return [...suspects].flatMap((key) => {
      const suspect = standings.get(key)!;
      const next = addWitness(suspect, answer);
      if (next === suspect) return [];
      store(next);
      return wantFastProbe(next, now);
    });
  }

  function wantWitnesses(suspect: Standing, now: number): WantedProbe[] {
    const { verdict, failures, target } = suspect;
    if (verdict === "down" || failures === 0 || failures > fastProbeLimit(target.check)) return [];
    if (failures > 1 && findEvidence(suspect).length > 0) return [];
    const all = order.map((key) => standings.get(key)!);
    const from = order.indexOf(target.key) + 1;
    return chooseWitnesses(suspect, all, from).map((key) => ({ key, at: now, reason: "witness" }));
  }

  function refreshAll(now: number): Standing[] {
    return order.map((key) => {
      const standing = standings.get(key)!;
      const next = refresh(standing, now);
      if (next !== standing) store(next);
      return next;
    });
  }

  /** Targets with enough failures to go down, in the order in which they began to fail. */
  function findFallen(): Standing[] {
    return [...suspects]
      .map((key) => standings.get(key)!)
      .filter(({ failures, target }) => failures >= target.check.fall)
      .sort((a, b) => a.runStart - b.runStart);
  }

  /** True if two or more addresses are not down, and the latest probe of each of them met silence. */
  function isAllSilent(): boolean {
    const hosts = new Set<string>();
    for (const { verdict, failures, ownAnswer, place } of standings.values()) {
      if (verdict === "down") continue;
      if (failures === 0 || ownAnswer !== undefined) return false;
      hosts.add(place.host);
    }
    return hosts.size > 1;
  }
}

function wantFastProbe(standing: Standing, now: number): WantedProbe[] {
  const at = findFastProbeTime(standing, now);
  return at === undefined ? [] : [{ key: standing.target.key, at, reason: "fast" }];
}

function isOverdue(standing: Standing, now: number): boolean {
  const { verdict, failures, successes, pending, lastSent, target } = standing;
  const isUntried = verdict === "init" && failures + successes === 0;
  const { fall, fast } = target.check;
  return isUntried && pending > 0 && pending < fall && now - lastSent >= fast;
}

/** Brings the flags up to date that depend on the time. */
function refresh(standing: Standing, now: number): Standing {
  const { verdict, lastResultAt, target, isAdopted, downs, runSince } = standing;
  // The downs before the last down count for as long as it lasts: whoever keeps flapping stays out.
  const isOwing = now - runSince < holdDownMs(downs.length);
  const held = verdict === "down" && hasRisen(standing) && isOwing;
  const stale = isAdopted || now - lastResultAt > STALE_INTERVALS * target.check.interval;
  if (held === standing.held && stale === standing.stale) return standing;
  return { ...standing, held, stale };
}

function hasRisen({ successes, target }: Standing): boolean {
  return successes >= target.check.rise;
}

function adopt(standing: Standing, saved: SavedTarget | undefined, now: number): Standing {
  if (saved === undefined) return standing;
  return {
    ...standing,
    verdict: saved.verdict,
    since: now - saved.sinceAgeMs,
    downs: saved.downAgesMs.map((age) => now - age),
    lastError: saved.lastError,
    isAdopted: true,
    stale: true,
  };
}
