import { compileRRset, type RRsetSource } from "./compile-rrset.ts";
import { ImageView } from "./image-view.ts";
import { SERVFAIL_SET, SETS } from "./layout.ts";
import { OctetBuilder } from "./octet-builder.ts";

/** What each class of clients gets under one plan. */
export interface PlanSets {
  /** Number of the location map that tells the classes apart; undefined if there is one class only. */
  readonly map: number | undefined;
  /**
   * By class. Classes that share an answer set hold the same object, and plans that answer the same, as they did before
   * or as others do, hold the same array: then they are not compiled again.
   */
  readonly sets: readonly AnswerSet[];
}

/** An RRset, or the absence of one. */
export type AnswerSet = RRsetSource | "nodata" | "servfail";

const PLAN_WORDS = 2;

/** Octets of a plan, if nothing is known: two answers of a few addresses. */
const PLAN_OCTETS = 160;

/** Compiles the answer sets of all plans; plans of no zone are undefined. */
export function compileAnswerSets(plans: readonly (PlanSets | undefined)[]): SharedArrayBuffer {
  return new AnswerSetCompiler().compile(plans);
}

/** Compiles answer sets again and again. Plans that answer the same stand in an image once. */
export class AnswerSetCompiler {
  /** The last image. A plan refers to nothing outside of itself: it is copied as it is. */
  #image: Uint8Array = new Uint8Array(0);
  /** Where every plan starts in it, and where the last one ends. */
  #starts: readonly number[] = [];
  /** Indexes into these. */
  #places: ReadonlyMap<readonly AnswerSet[], number> = new Map();

  /** @param plans by number; those of no zone are undefined */
  compile(plans: readonly (PlanSets | undefined)[]): SharedArrayBuffer {
    const known = this.#starts.at(-1);
    const builder = new OctetBuilder(
      known === undefined ? estimateOctets(plans) : known + (known >> 4),
    );
    const header = builder.allocate(SETS.words);
    const table = builder.allocate(plans.length * PLAN_WORDS);
    builder.setWord(header, SETS.table, table);
    const starts: number[] = [];
    const places = new Map<readonly AnswerSet[], number>();
    for (const [number, plan] of plans.entries()) {
      if (plan === undefined) continue;
      const { sets, map = -1 } = plan;
      let place = places.get(sets);
      if (place === undefined) {
        place = starts.push(this.#append(builder, sets)) - 1;
        places.set(sets, place);
      }
      builder.setWord(table, number * PLAN_WORDS, starts[place]!);
      builder.setWord(table, number * PLAN_WORDS + 1, map + 1);
    }
    builder.align();
    starts.push(builder.length);
    const image = builder.finish();
    this.#image = new Uint8Array(image);
    this.#starts = starts;
    this.#places = places;
    return image;
  }

  #append(builder: OctetBuilder, sets: readonly AnswerSet[]): number {
    builder.align();
    const known = this.#places.get(sets);
    if (known === undefined) return appendPlan(builder, sets);
    return builder.appendRange(this.#image, this.#starts[known]!, this.#starts[known + 1]!);
  }
}

function estimateOctets(plans: readonly (PlanSets | undefined)[]): number {
  const distinct = new Set(plans.map((plan) => plan?.sets));
  return plans.length * PLAN_WORDS * 4 + distinct.size * PLAN_OCTETS;
}

function appendPlan(builder: OctetBuilder, sets: readonly AnswerSet[]): number {
  const plan = builder.allocate(sets.length);
  for (let number = 0; number < sets.length; number++) {
    const set = sets[number]!;
    if (set === "nodata") continue;
    if (set === "servfail") {
      builder.setWord(plan, number, SERVFAIL_SET);
      continue;
    }
    const first = sets.indexOf(set);
    const rrset = first < number ? builder.word(plan, first) : compileRRset(builder, set) - plan;
    builder.setWord(plan, number, rrset);
  }
  return plan;
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
