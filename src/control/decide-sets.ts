import type { AnswerSet } from "../image/answer-sets.ts";
import type { RRsetSource } from "../image/compile-rrset.ts";
import { settleTtl } from "../steering/settle-ttl.ts";
import type { ClassPast, World } from "../steering/world.ts";
import type { Zone } from "../zone/model.ts";
import {
  type DecidedAnswers,
  type DecidedClass,
  type Draft,
  decideAnswers,
  decideClass,
} from "./decide-answers.ts";
import type { ClassKin, Kin, PlanKin, Timing } from "./list-kin.ts";

/** What a plan answers at the moment; the same object for plans that answer the same for the same reasons. */
export interface DecidedSets {
  /** By class; the same array as before exactly if the answers are. */
  readonly sets: readonly AnswerSet[];
  readonly answers: DecidedAnswers;
}

/**
 * Decides in one world what the plans of a zone answer. Ten thousand names may differ by little that matters here: plans
 * of one kin that answered the same before are decided once, and have the same answer sets where their TTLs are the same.
 * Those of different kin may still have classes in common.
 */
export class DecisionRound {
  readonly #zone: Zone;
  readonly #world: World;
  readonly #classes: Memo<ClassKin, ClassPast, DecidedClass> = new Map();
  readonly #answers: Memo<Kin, DecidedAnswers | undefined, DecidedAnswers> = new Map();
  readonly #sets: Memo<DecidedAnswers, Timing, DecidedSets> = new Map();

  constructor(zone: Zone, world: World) {
    this.#zone = zone;
    this.#world = world;
  }

  /** @param before the last decision for the same plan, or for that of the same settings before the zone was loaded again */
  decide({ kin, timing }: PlanKin, before: DecidedSets | undefined): DecidedSets {
    const decide = (): DecidedAnswers => this.#decideAnswers(kin, before?.answers);
    const answers = kin.isShared ? once(this.#answers, kin, before?.answers, decide) : decide();
    if (before !== undefined && answers === before.answers) return before;
    const settle = (): DecidedSets => ({ answers, sets: settleSets(answers, timing, before) });
    return kin.isShared ? once(this.#sets, answers, timing, settle) : settle();
  }

  #decideAnswers(kin: Kin, before: DecidedAnswers | undefined): DecidedAnswers {
    const { rrset, classes } = kin.plan;
    return decideAnswers(kin, before, (number, known) => {
      const clientClass = classes.classes[number]!;
      const classKin = kin.classes[number]!;
      const decide = (): DecidedClass =>
        decideClass(this.#zone, rrset, clientClass, this.#world, known);
      return classKin.isShared ? once(this.#classes, classKin, known, decide) : decide();
    });
  }
}

/** What has been made of pairs. */
type Memo<A, B, C> = Map<A, Map<B, C>>;

function once<A, B, C>(memo: Memo<A, B, C>, a: A, b: B, make: () => C): C {
  let ofA = memo.get(a);
  if (ofA === undefined) {
    ofA = new Map();
    memo.set(a, ofA);
  }
  let made = ofA.get(b);
  if (made === undefined) {
    made = make();
    ofA.set(b, made);
  }
  return made;
}

/** The drafts with their TTLs: classes that share a draft share the answer set. */
function settleSets(
  { drafts }: DecidedAnswers,
  timing: Timing,
  before: DecidedSets | undefined,
): readonly AnswerSet[] {
  if (before !== undefined && isSettledAlike(drafts, before.answers.drafts, timing)) {
    return before.sets;
  }
  const sets: AnswerSet[] = [];
  for (const [i, draft] of drafts.entries()) {
    if (typeof draft === "string") {
      sets.push(draft);
      continue;
    }
    const first = drafts.indexOf(draft);
    sets.push(first < i ? sets[first]! : settle(draft, timing));
  }
  return sets;
}

function settle({ body, lifetime }: Draft, timing: Timing): RRsetSource {
  const { type, rdata, answers, cycle, rotation, sticky } = body;
  // Written out: a spread takes longer, and there may be one for each of ten thousand names.
  return { type, ttl: settleTtl(timing, lifetime), rdata, answers, cycle, rotation, sticky };
}

/** Whether drafts make the same answer sets, though their lifetimes may have other reasons. */
function isSettledAlike(
  drafts: DecidedAnswers["drafts"],
  others: DecidedAnswers["drafts"],
  timing: Timing,
): boolean {
  if (drafts === others) return true;
  return (
    drafts.length === others.length &&
    drafts.every((draft, i) => {
      const other = others[i]!;
      if (draft === other) return true;
      if (typeof draft === "string" || typeof other === "string") return false;
      const { body, lifetime } = draft;
      return (
        body === other.body && settleTtl(timing, lifetime) === settleTtl(timing, other.lifetime)
      );
    })
  );
}
