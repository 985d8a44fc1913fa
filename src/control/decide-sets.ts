import type { AnswerSet } from "../image/answer-sets.ts";
import type { RRsetSource } from "../image/compile-rrset.ts";
import type { Plan } from "../image/compile-segment.ts";
import type { ClientClass } from "../steering/classes.ts";
import type { Answer, Decision, Mode } from "../steering/decision.ts";
import { compileSequence } from "../steering/sequence.ts";
import { steer } from "../steering/steer.ts";
import type { ClassPast, World } from "../steering/world.ts";
import type { Zone } from "../zone/model.ts";

/** What a plan answers at the moment, and what must be remembered for the next time. */
export interface DecidedSets {
  /** By class; the same object as before if nothing in it is different. */
  readonly sets: readonly AnswerSet[];
  readonly modes: readonly Mode[];
  /** The first rotation counter of each answer set, relative to the name's first. */
  readonly counters: ReadonlyMap<string, number>;
  /** By `keyOfClass()`. */
  readonly past: ReadonlyMap<string, ClassPast>;
  /** Equal exactly if the answers are. */
  readonly fingerprint: string;
}

/**
 * Decides what each class of clients gets under a plan.
 *
 * @param before the plan's last decision: an answer set that was there keeps its rotation counters, and so its turn
 */
export function decideSets(
  zone: Zone,
  plan: Plan,
  world: World,
  before: DecidedSets | undefined,
): DecidedSets {
  const past = new Map<string, ClassPast>();
  const decisions = plan.classes.classes.map((clientClass) => {
    const key = keyOfClass(clientClass);
    const known = before?.past.get(key) ?? NO_PAST;
    const decision = steer(zone, plan.rrset, clientClass, world, undefined, known);
    past.set(key, remember(decision, known));
    return decision;
  });
  const keys = decisions.map(keyOf);
  const counters = assignCounters(keys, plan.countersPerSet, before?.counters);
  const shared = new Map<string, RRsetSource>();
  const sets = decisions.map((decision, i): AnswerSet => {
    if (decision.kind !== "answer") return decision.kind;
    const key = `${decision.ttl} ${keys[i]}`;
    const known = shared.get(key);
    if (known !== undefined) return known;
    const source = toSource(plan.rrset.type, decision, counters.get(keys[i]!)!);
    shared.set(key, source);
    return source;
  });
  const modes = decisions.map(({ mode }) => mode);
  const fingerprint = decisions
    .map((decision, i) =>
      decision.kind === "answer" ? `${decision.ttl} ${keys[i]}` : decision.kind,
    )
    .join("\n");
  const isSame =
    before?.fingerprint === fingerprint &&
    keys.every((key) => before.counters.get(key) === counters.get(key));
  return { sets: isSame ? before.sets : sets, modes, counters, past, fingerprint };
}

/** Equal for classes that are answered alike, also over a reload of the zone or of the geo data. */
export function keyOfClass(clientClass: ClientClass): string {
  const known = classKeys.get(clientClass);
  if (known !== undefined) return known;
  const { pools, last, near, parts = [] } = clientClass;
  const key = [`${pools}|${last}|${near}`, ...parts.map(keyOfClass)].join(" ");
  classKeys.set(clientClass, key);
  return key;
}

/** There may be hundreds of classes, which stay the same from decision to decision. */
const classKeys = new WeakMap<ClientClass, string>();

/** A new name owes nothing to what another of its settings has got, which is what the world would remember. */
const NO_PAST: ClassPast = { pool: undefined, healthy: undefined };

function remember(decision: Decision, before: ClassPast): ClassPast {
  const pool = decision.kind === "answer" ? (decision.pool ?? before.pool) : before.pool;
  const healthy =
    decision.mode === "normal" && decision.pool !== undefined
      ? { pool: decision.pool, values: new Set(decision.values.map(({ text }) => text)) }
      : before.healthy;
  return { pool, healthy };
}

function toSource(type: number, answer: Answer, rotation: number): RRsetSource {
  const { values, sticky, ttl, answers } = answer;
  return {
    type,
    ttl,
    rdata: values.map(({ rdata }) => rdata),
    answers,
    cycle: sticky === undefined ? compileCycle(answer) : undefined,
    rotation,
    sticky: sticky && { ...sticky, weights: values.map(({ weight }) => weight) },
  };
}

/** Every answer is counted, so that shares can be told, also where the count decides nothing. */
function compileCycle({ values, rotate, sequence: given }: Answer): Uint16Array | undefined {
  if (given !== undefined) return Uint16Array.from(given);
  if (!rotate) return FIRST_LEADS;
  const leading = values.filter(({ weight }) => weight > 0);
  const sequence = compileSequence(leading.map(({ weight }) => weight));
  if (sequence !== undefined || leading.length === values.length) return sequence;
  return Uint16Array.from(leading.keys());
}

const FIRST_LEADS = Uint16Array.of(0);

/** Equal for answer sets of the same values in the same shares; the TTL does not matter to whose turn it is. */
function keyOf(decision: Decision): string {
  if (decision.kind !== "answer") return decision.kind;
  const { sticky, rotate, answers } = decision;
  const values = decision.values.map(({ text, weight }) => `${text}*${weight}`).join();
  const how =
    sticky === undefined
      ? rotate
        ? "rotate"
        : "first"
      : `sticky ${sticky.prefix4} ${sticky.prefix6}`;
  return `${how} ${answers} ${values}`;
}

/**
 * There are never more answer sets than classes, and a name has a run of counters per class, long enough for any of its
 * sets: one is always free.
 */
function assignCounters(
  keys: readonly string[],
  perSet: number,
  before: ReadonlyMap<string, number> | undefined,
): Map<string, number> {
  const counters = new Map<string, number>();
  for (const key of keys) {
    const kept = before?.get(key);
    // A reload may have changed how many there are, and how many belong together.
    const fits = kept !== undefined && kept % perSet === 0 && kept < keys.length * perSet;
    if (fits) counters.set(key, kept);
  }
  const taken = new Set(counters.values());
  let next = 0;
  for (const key of keys) {
    if (counters.has(key)) continue;
    while (taken.has(next)) next += perSet;
    taken.add(next);
    counters.set(key, next);
  }
  return counters;
}
