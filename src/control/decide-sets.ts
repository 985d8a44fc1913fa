import type { AnswerSet } from "../image/answer-sets.ts";
import type { RRsetSource } from "../image/compile-rrset.ts";
import type { Plan } from "../image/compile-segment.ts";
import type { Mode } from "../steering/pool-choice.ts";
import { compileSequence } from "../steering/sequence.ts";
import { type Decision, steer } from "../steering/steer.ts";
import type { World } from "../steering/world.ts";
import type { Zone } from "../zone/model.ts";

/** What a plan answers at the moment, and what must be remembered for the next time. */
export interface DecidedSets {
  /** By class. */
  readonly sets: readonly AnswerSet[];
  readonly modes: readonly (Mode | "nodata")[];
  /** The rotation counter of each answer set, relative to the name's first. */
  readonly counters: ReadonlyMap<string, number>;
  /** Equal exactly if the answers are. */
  readonly fingerprint: string;
}

/**
 * Decides what each class of clients gets under a plan.
 *
 * @param before the plan's last decision: an answer set that was there keeps its rotation counter, and so its turn
 */
export function decideSets(
  zone: Zone,
  plan: Plan,
  world: World,
  before: DecidedSets | undefined,
): DecidedSets {
  const decisions = plan.classes.classes.map((one) => steer(zone, plan.rrset, one, world));
  const keys = decisions.map(keyOf);
  const counters = assignCounters(keys, before?.counters);
  const shared = new Map<string, RRsetSource>();
  const sets = decisions.map((decision, i): AnswerSet => {
    if (decision.kind === "nodata") return "nodata";
    const key = `${decision.ttl} ${keys[i]}`;
    const known = shared.get(key);
    if (known !== undefined) return known;
    const source: RRsetSource = {
      type: plan.rrset.type,
      ttl: decision.ttl,
      rdata: decision.values.map(({ rdata }) => rdata),
      answers: decision.answers,
      cycle: decision.rotate
        ? compileSequence(decision.values.map(({ weight }) => weight))
        : FIRST_LEADS,
      rotation: counters.get(keys[i]!)!,
      sticky: undefined,
    };
    shared.set(key, source);
    return source;
  });
  const modes = decisions.map((decision) =>
    decision.kind === "nodata" ? "nodata" : decision.mode,
  );
  const fingerprint = decisions
    .map((decision, i) => (decision.kind === "nodata" ? "" : `${decision.ttl} ${keys[i]}`))
    .join("\n");
  return { sets, modes, counters, fingerprint };
}

/** Every answer is counted, so that shares can be told; here the count decides nothing. */
const FIRST_LEADS = Uint16Array.of(0);

/** Equal for answer sets of the same values in the same shares; the TTL does not matter to whose turn it is. */
function keyOf(decision: Decision): string {
  if (decision.kind === "nodata") return "";
  const values = decision.values.map(({ text, weight }) => `${text}*${weight}`).join();
  return `${decision.rotate ? "rotate" : "first"} ${decision.answers} ${values}`;
}

/** There are never more answer sets than classes, and a name has a counter per class: one is always free. */
function assignCounters(
  keys: readonly string[],
  before: ReadonlyMap<string, number> | undefined,
): Map<string, number> {
  const counters = new Map<string, number>();
  for (const key of keys) {
    const kept = before?.get(key);
    if (kept !== undefined) counters.set(key, kept);
  }
  const taken = new Set(counters.values());
  let next = 0;
  for (const key of keys) {
    if (counters.has(key)) continue;
    while (taken.has(next)) next++;
    taken.add(next);
    counters.set(key, next);
  }
  return counters;
}
