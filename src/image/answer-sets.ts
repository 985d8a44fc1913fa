import { compileRRset, type RRsetSource } from "./compile-rrset.ts";
import { ImageView } from "./image-view.ts";
import { PLAN, SERVFAIL_SET, SETS } from "./layout.ts";
import { OctetBuilder } from "./octet-builder.ts";

/** What each class of clients gets under one plan. */
export interface PlanSets {
  /** Number of the location map that tells the classes apart; undefined if there is one class only. */
  readonly map: number | undefined;
  /** By class. Classes that share an answer set hold the same object. */
  readonly sets: readonly AnswerSet[];
}

/** An RRset, or the absence of one. */
export type AnswerSet = RRsetSource | "nodata" | "servfail";

/** Compiles the answer sets of all plans; plans of no zone are undefined. */
export function compileAnswerSets(plans: readonly (PlanSets | undefined)[]): SharedArrayBuffer {
  const builder = new OctetBuilder();
  const header = builder.allocate(SETS.words);
  const table = builder.allocate(plans.length);
  builder.setWord(header, SETS.plans, plans.length);
  builder.setWord(header, SETS.table, table);
  plans.forEach((plan, number) => {
    if (plan === undefined) return;
    const reference = builder.allocate(PLAN.words + plan.sets.length);
    builder.setWord(table, number, reference);
    builder.setWord(reference, PLAN.map, plan.map === undefined ? 0 : plan.map + 1);
    builder.setWord(reference, PLAN.classes, plan.sets.length);
    const compiled = new Map<RRsetSource, number>();
    plan.sets.forEach((source, number) => {
      if (source === "nodata") return;
      if (source === "servfail") {
        builder.setWord(reference, PLAN.words + number, SERVFAIL_SET);
        return;
      }
      const rrset = compiled.get(source) ?? compileRRset(builder, source, undefined);
      compiled.set(source, rrset);
      builder.setWord(reference, PLAN.words + number, rrset);
    });
  });
  return builder.finish();
}

/** Reads the answer sets. Plans and RRsets are references, 0 for none. */
export class AnswerSets extends ImageView {
  readonly #table: number;

  constructor(buffer: SharedArrayBuffer) {
    super(buffer);
    this.#table = this.words[SETS.table]! >> 2;
  }

  plan(number: number): number {
    return this.words[this.#table + number]!;
  }

  /** @returns the number of the plan's location map, or -1 if it tells no clients apart */
  mapOf(plan: number): number {
    return this.words[(plan >> 2) + PLAN.map]! - 1;
  }

  /** @returns the RRset of a class of clients, SERVFAIL_SET, or 0 for NODATA */
  rrsetOf(plan: number, clientClass: number): number {
    return this.words[(plan >> 2) + PLAN.words + clientClass]!;
  }
}
