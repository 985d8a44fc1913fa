import type { AnswerSet } from "../image/answer-sets.ts";
import type { RRsetSource } from "../image/compile-rrset.ts";
import { settleTtl } from "../steering/settle-ttl.ts";
import type { World } from "../steering/world.ts";
import type { Zone } from "../zone/model.ts";
import { type DecidedAnswers, type Draft, decideAnswers } from "./decide-answers.ts";
import type { Kin, PlanKin, Timing } from "./list-kin.ts";

/** What a plan answers at the moment; the same object for plans that answer the same for the same reasons. */
export interface DecidedSets {
  /** By class; the same array as before exactly if the answers are. */
  readonly sets: readonly AnswerSet[];
  readonly answers: DecidedAnswers;
}

/**
 * Decides in one world what the plans of a zone answer. Ten thousand names may differ by little that matters here: plans
 * of one kin that answered the same before are decided once, and have the same answer sets where their TTLs are the same.
 */
export class DecisionRound {
  readonly #zone: Zone;
  readonly #world: World;
  readonly #answers = new Map<Kin, Map<DecidedAnswers | undefined, DecidedAnswers>>();
  readonly #sets = new Map<DecidedAnswers, Map<Timing, DecidedSets>>();

  constructor(zone: Zone, world: World) {
    this.#zone = zone;
    this.#world = world;
  }

  /** @param before the last decision for the same plan, or for that of the same settings before the zone was loaded again */
  decide({ kin, timing }: PlanKin, before: DecidedSets | undefined): DecidedSets {
    const answers = this.#decideAnswers(kin, before?.answers);
    if (before !== undefined && answers === before.answers) return before;
    if (!kin.isShared) return { answers, sets: settleSets(answers, timing, before) };
    let byTiming = this.#sets.get(answers);
    if (byTiming === undefined) {
      byTiming = new Map();
      this.#sets.set(answers, byTiming);
    }
    let decided = byTiming.get(timing);
    if (decided === undefined) {
      decided = { answers, sets: settleSets(answers, timing, before) };
      byTiming.set(timing, decided);
    }
    return decided;
  }

  #decideAnswers(kin: Kin, before: DecidedAnswers | undefined): DecidedAnswers {
    if (!kin.isShared) return decideAnswers(this.#zone, kin, this.#world, before);
    let known = this.#answers.get(kin);
    if (known === undefined) {
      known = new Map();
      this.#answers.set(kin, known);
    }
    let answers = known.get(before);
    if (answers === undefined) {
      answers = decideAnswers(this.#zone, kin, this.#world, before);
      known.set(before, answers);
    }
    return answers;
  }
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
