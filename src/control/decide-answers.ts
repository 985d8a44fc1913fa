import type { RRsetSource } from "../image/compile-rrset.ts";
import type { ClientClass } from "../steering/classes.ts";
import type { Answer, Decision, Mode } from "../steering/decision.ts";
import { compileSequence } from "../steering/sequence.ts";
import type { Lifetime } from "../steering/settle-ttl.ts";
import { steer } from "../steering/steer.ts";
import type { ClassPast, World } from "../steering/world.ts";
import type { SteeredRRset, Zone } from "../zone/model.ts";
import { type Kin, placesOf } from "./list-kin.ts";

/** What plans of the same kin answer at the moment, TTLs aside, and what must be remembered for the next time. */
export interface DecidedAnswers {
  readonly kin: Kin;
  /** By class; the same array as before if nothing in it is different, and so are the next two. */
  readonly drafts: readonly (Draft | "nodata" | "servfail")[];
  readonly modes: readonly Mode[];
  readonly past: readonly ClassPast[];
  /** By `DecidedClass.key`: what the drafts are made of. */
  readonly bodies: ReadonlyMap<string, BodyInUse>;
}

/** An answer set without its TTL. Classes that have the same one share the object. */
export interface Draft {
  readonly body: Body;
  readonly lifetime: Lifetime;
}

/** Records in their shares. Its rotation counter is its own among those of a name, and stays as long as the records do. */
export type Body = Omit<RRsetSource, "ttl">;

interface BodyInUse {
  readonly body: Body;
  readonly drafts: Draft[];
}

/** What the clients of a class get, and what is to be remembered of it. */
export interface DecidedClass {
  readonly decision: Decision;
  /** Equal for answer sets of the same values in the same shares; the TTL does not matter to whose turn it is. */
  readonly key: string;
  readonly past: ClassPast;
}

/** @param known what they got so far */
export function decideClass(
  zone: Zone,
  rrset: SteeredRRset,
  clientClass: ClientClass,
  world: World,
  known: ClassPast,
): DecidedClass {
  const decision = steer(zone, rrset, clientClass, world, undefined, known);
  return { decision, key: keyOf(decision), past: remember(decision, known) };
}

/**
 * Puts together what the classes of clients get under plans of one kin.
 *
 * @param before their last decision: records that were there keep their rotation counters, and so their turn
 * @param decide what the class with this number gets
 * @returns `before` itself if nothing is different
 */
export function decideAnswers(
  kin: Kin,
  before: DecidedAnswers | undefined,
  decide: (number: number, known: ClassPast) => DecidedClass,
): DecidedAnswers {
  const { rrset, countersPerSet } = kin.plan;
  const decided = alignPast(kin, before).map((known, number) => decide(number, known));
  const bodies = assignBodies(rrset.type, decided, countersPerSet, before?.bodies);
  const drafts = decided.map(({ decision, key }) =>
    decision.kind === "answer"
      ? shareDraft(decision.lifetime, bodies.get(key)!, before?.bodies.get(key))
      : decision.kind,
  );
  const answers: DecidedAnswers = {
    kin,
    drafts: keep(before?.drafts, drafts),
    modes: keep(
      before?.modes,
      decided.map(({ decision }) => decision.mode),
    ),
    past: keep(
      before?.past,
      decided.map(({ past }) => past),
    ),
    bodies,
  };
  const isSame =
    kin === before?.kin &&
    answers.drafts === before.drafts &&
    answers.modes === before.modes &&
    answers.past === before.past;
  return isSame ? before : answers;
}

/** A new name owes nothing to what another of its settings has got, which is what the world would remember. */
const NO_PAST: ClassPast = { pool: undefined, healthy: undefined };

/** What the classes got so far: they may stand in another order since the zone or the geo data were loaded again. */
function alignPast(
  { classes }: Kin,
  before: Pick<DecidedAnswers, "kin" | "past"> | undefined,
): readonly ClassPast[] {
  if (before === undefined) return classes.map(() => NO_PAST);
  if (before.kin.classes === classes) return before.past;
  const places = placesOf(before.kin.classes);
  return classes.map(({ key }) => before.past[places.get(key) ?? -1] ?? NO_PAST);
}

/** @returns `before` itself if nothing is different */
function remember(decision: Decision, before: ClassPast): ClassPast {
  if (decision.kind !== "answer" || decision.pool === undefined) return before;
  const { pool, values, mode } = decision;
  const healthy =
    mode === "normal" && !isSameHealthy(decision, before.healthy)
      ? { pool, values: values.map(({ text }) => text) }
      : before.healthy;
  return pool === before.pool && healthy === before.healthy ? before : { pool, healthy };
}

function isSameHealthy({ pool, values }: Answer, before: ClassPast["healthy"]): boolean {
  if (before === undefined || before.pool !== pool || before.values.length !== values.length) {
    return false;
  }
  return values.every(({ text }, i) => text === before.values[i]);
}

/**
 * There are never more answer sets than classes, and a name has a run of counters per class, long enough for any of its
 * sets: one is always free.
 */
function assignBodies(
  type: number,
  decided: readonly DecidedClass[],
  perSet: number,
  before: DecidedAnswers["bodies"] | undefined,
): Map<string, BodyInUse> {
  const bodies = new Map<string, BodyInUse>();
  const taken = new Set<number>();
  for (const { key } of decided) {
    const body = before?.get(key)?.body;
    if (body === undefined || bodies.has(key)) continue;
    const { rotation } = body;
    // A reload may have changed how many there are, and how many belong together.
    if (rotation % perSet !== 0 || rotation >= decided.length * perSet) continue;
    bodies.set(key, { body, drafts: [] });
    taken.add(rotation);
  }
  let next = 0;
  for (const { decision, key } of decided) {
    if (decision.kind !== "answer" || bodies.has(key)) continue;
    while (taken.has(next)) next += perSet;
    bodies.set(key, { body: toBody(type, decision, next), drafts: [] });
    next += perSet;
  }
  return bodies;
}

/** The draft that another class, or this one before, has already; else a new one. */
function shareDraft(
  lifetime: Lifetime,
  { body, drafts }: BodyInUse,
  before: BodyInUse | undefined,
): Draft {
  const isLike = (draft: Draft): boolean =>
    draft.lifetime.basis === lifetime.basis && draft.lifetime.most === lifetime.most;
  const known = drafts.find(isLike);
  if (known !== undefined) return known;
  const kept = before?.body === body ? before.drafts.find(isLike) : undefined;
  const draft = kept ?? { body, lifetime };
  drafts.push(draft);
  return draft;
}

function toBody(type: number, answer: Answer, rotation: number): Body {
  const { values, sticky, answers } = answer;
  return {
    type,
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

function keyOf(decision: Decision): string {
  if (decision.kind !== "answer") return decision.kind;
  const { sticky, rotate, answers } = decision;
  let key = rotate ? "rotate" : "first";
  if (sticky !== undefined) key = `sticky ${sticky.prefix4} ${sticky.prefix6}`;
  key += ` ${answers} `;
  for (const { text, weight } of decision.values) key += `${text}*${weight},`;
  return key;
}

/** @returns `before` itself if it has the same in it */
function keep<T>(before: readonly T[] | undefined, after: readonly T[]): readonly T[] {
  if (before?.length !== after.length) return after;
  return after.every((one, i) => one === before[i]) ? before : after;
}
