import type { ClassPast } from "../steering/world.ts";
import type { DecidedAnswers } from "./decide-answers.ts";
import type { DecidedSets } from "./decide-sets.ts";

/**
 * Has no clients be with a pool that could not be held back from them: nobody has been answered yet. What plans share they
 * share afterwards.
 */
export function leavePools(plans: Iterable<{ decided: DecidedSets } | undefined>): void {
  const classes = new Map<ClassPast, ClassPast>();
  const leave = (past: ClassPast): ClassPast =>
    once(classes, past, ({ healthy }) => ({ pool: undefined, healthy }));
  const known = new Map<DecidedAnswers, DecidedAnswers>();
  const decisions = new Map<DecidedSets, DecidedSets>();
  for (const plan of plans) {
    if (plan === undefined) continue;
    plan.decided = once(decisions, plan.decided, ({ sets, answers }) => ({
      sets,
      answers: once(known, answers, (one) => ({ ...one, past: one.past.map(leave) })),
    }));
  }
}

function once<T>(made: Map<T, T>, from: T, make: (from: T) => T): T {
  const known = made.get(from) ?? make(from);
  made.set(from, known);
  return known;
}
