import { compileRRset, type RRsetSource } from "./compile-rrset.ts";
import { ImageView } from "./image-view.ts";
import { SERVFAIL_SET, SETS } from "./layout.ts";
import { OctetBuilder } from "./octet-builder.ts";

/** What each class of clients gets under one plan. */
export interface PlanSets {
  /** Number of the location map that tells the classes apart; undefined if there is one class only. */
  readonly map: number | undefined;
  /**
   * By class. Classes that share an answer set hold the same object, and a plan whose answers are what they were holds
   * the same array: then it is not compiled again.
   */
  readonly sets: readonly AnswerSet[];
}

/** An RRset, or the absence of one. */
export type AnswerSet = RRsetSource | "nodata" | "servfail";

const PLAN_WORDS = 2;

/** Plans as they stand in an image, wherever in it: they refer to nothing outside of themselves. */
const compiledPlans = new WeakMap<readonly AnswerSet[], Uint8Array>();

/** Compiles the answer sets of all plans; plans of no zone are undefined. */
export function compileAnswerSets(plans: readonly (PlanSets | undefined)[]): SharedArrayBuffer {
  const builder = new OctetBuilder();
  const header = builder.allocate(SETS.words);
  const table = builder.allocate(plans.length * PLAN_WORDS);
  builder.setWord(header, SETS.table, table);
  plans.forEach((plan, number) => {
    if (plan === undefined) return;
    builder.align();
    builder.setWord(table, number * PLAN_WORDS, builder.append(compilePlan(plan.sets)));
    const map = plan.map === undefined ? 0 : plan.map + 1;
    builder.setWord(table, number * PLAN_WORDS + 1, map);
  });
  return builder.finish();
}

function compilePlan(sets: readonly AnswerSet[]): Uint8Array {
  const known = compiledPlans.get(sets);
  if (known !== undefined) return known;
  const builder = new OctetBuilder(1024);
  const plan = builder.allocate(sets.length);
  const references = new Map<RRsetSource, number>();
  sets.forEach((set, number) => {
    if (set === "nodata") return;
    if (set === "servfail") {
      builder.setWord(plan, number, SERVFAIL_SET);
      return;
    }
    const rrset = references.get(set) ?? compileRRset(builder, set);
    references.set(set, rrset);
    builder.setWord(plan, number, rrset - plan);
  });
  const compiled = builder.octets();
  compiledPlans.set(sets, compiled);
  return compiled;
}

/** Reads the answer sets, by number of plan. RRsets are references, 0 for none. */
export class AnswerSets extends ImageView {
  readonly #table: number;

  constructor(buffer: SharedArrayBuffer) {
    super(buffer);
    this.#table = this.words[SETS.table]! >> 2;
  }

  /** @returns the number of a plan's location map, or -1 if it tells no clients apart */
  mapOf(plan: number): number {
    return this.words[this.#table + plan * PLAN_WORDS + 1]! - 1;
  }

  /** @returns the RRset of a class of clients, SERVFAIL_SET, or 0 for NODATA */
  rrsetOf(plan: number, clientClass: number): number {
    const { words } = this;
    const at = words[this.#table + plan * PLAN_WORDS]!;
    const rrset = words[(at >> 2) + clientClass]!;
    return rrset > SERVFAIL_SET ? at + rrset : rrset;
  }
}
