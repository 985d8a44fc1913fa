/**
 * The measured split: how many answers each value of a steered name has led, beside how many its weight asks for. Every
 * answer moves a rotation counter of its answer set anyway, and the order in which a set is led is fixed: two readings
 * of the counter tell who led the answers in between. Nothing is counted for it per query.
 *
 * A thread takes up a publication within milliseconds; what it answers until then counts for the sets that come after
 * if they count with the same counter, and is left out if not.
 */
import { formatName } from "../wire/name.ts";
import type { SteeringInForce } from "./control-plane.ts";
import type { CountedName } from "./counted-names.ts";
import { type CountedSet, listSets } from "./counted-sets.ts";
import { CounterReadings, type CounterView } from "./counter-readings.ts";
import { listSteeredValues, type ValueOrigin } from "./steered-values.ts";
import { countLeads, distributeTurns } from "./turns.ts";

/** The split of one name and type since it is served. */
export interface NameShares {
  /** The apex, and the name itself, in presentation form. */
  readonly zone: string;
  readonly name: string;
  readonly type: number;
  readonly answers: number;
  /** Every value that the name can answer with. */
  readonly values: readonly ValueShare[];
}

export interface ValueShare extends Omit<ValueOrigin, "rdata"> {
  /** Answers that it led. */
  readonly answers: number;
  /** Of the name's answers; 0 if there are none. */
  readonly share: number;
  /** What the weights in force when they were given ask for; 0 if there are none. */
  readonly configuredShare: number;
}

/** By value of the name. */
interface Tally {
  readonly owner: string;
  readonly firstCounter: number;
  readonly led: Float64Array;
  readonly due: Float64Array;
}

interface PlanTally {
  readonly zone: string;
  readonly type: number;
  readonly values: readonly ValueOrigin[];
  readonly names: readonly CountedName[];
  readonly tallies: readonly Tally[];
  /** As it was published, to tell a change. */
  readonly published: SteeringInForce["sets"];
  readonly sets: readonly CountedSet[];
}

/** Keeps the split of every steered name. */
export class Shares {
  readonly #readings: CounterReadings;
  #plans: readonly PlanTally[] = [];

  /** @param read the rotation counters of all threads, in an order that stays */
  constructor(read: () => readonly CounterView[]) {
    this.#readings = new CounterReadings(read);
  }

  /** Takes note of what was just published: what was answered until now counts for what was in force until now. */
  follow(steering: readonly SteeringInForce[]): void {
    this.#readings.refresh();
    const next = new Map(steering.map((one) => [one.names, one]));
    const before = new Map(this.#plans.map((plan) => [plan.names, plan]));
    const changed = this.#plans.filter(
      ({ names, published }) => next.get(names)?.sets !== published,
    );
    for (const plan of changed) this.#samplePlan(plan);
    const known = new Set(changed.flatMap(listCounters));
    const gone = indexNames(changed.filter(({ names }) => !next.has(names)));
    this.#plans = steering.map((one) => {
      const was = before.get(one.names);
      if (was?.published === one.sets) return was;
      const plan =
        was === undefined
          ? startPlan(one, gone)
          : { ...was, published: one.sets, sets: listSets(one.sets, was.values) };
      for (const counter of listCounters(plan))
        if (!known.has(counter)) this.#readings.skip(counter);
      return plan;
    });
  }

  /** Takes in what was counted; to be called often enough that no counter wraps around in between. */
  sample(): void {
    this.#readings.refresh();
    for (const plan of this.#plans) this.#samplePlan(plan);
  }

  /** The split up to now. */
  list(): NameShares[] {
    this.sample();
    return this.#plans.flatMap(({ zone, type, values, tallies }) =>
      tallies.map(({ owner, led, due }) => {
        const answers = led.reduce((sum, count) => sum + count, 0);
        const portion = (count: number): number => (answers === 0 ? 0 : count / answers);
        return {
          zone,
          name: owner,
          type,
          answers,
          values: values.map(({ pool, value, datacenter }, i) => ({
            pool,
            value,
            datacenter,
            answers: led[i]!,
            share: portion(led[i]!),
            configuredShare: portion(due[i]!),
          })),
        };
      }),
    );
  }

  #samplePlan({ tallies, sets }: PlanTally): void {
    for (const tally of tallies) {
      for (const set of sets) {
        const counter = tally.firstCounter + set.source.rotation;
        if (set.source.sticky === undefined) this.#sampleTurns(tally, set, counter);
        else this.#sampleSticky(tally, set, set.source.sticky.weights, counter);
      }
    }
  }

  #sampleTurns(tally: Tally, { source, values }: CountedSet, counter: number): void {
    const { cycle } = source;
    this.#readings.take(counter, (from, turns) => {
      distributeTurns(values.length, cycle, from, turns, (record, answers) =>
        add(tally.led, values[record], answers),
      );
      const length = cycle?.length ?? values.length;
      countLeads(values.length, cycle).forEach((leads, record) => {
        add(tally.due, values[record], (leads / length) * turns);
      });
    });
  }

  #sampleSticky(
    tally: Tally,
    { values }: CountedSet,
    weights: readonly number[],
    first: number,
  ): void {
    let answers = 0;
    values.forEach((value, record) => {
      this.#readings.take(first + record, (_, turns) => {
        add(tally.led, value, turns);
        answers += turns;
      });
    });
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    weights.forEach((weight, record) => {
      add(tally.due, values[record], (weight / total) * answers);
    });
  }
}

function startPlan(
  { zone, plan, names, sets }: SteeringInForce,
  gone: ReadonlyMap<string, [PlanTally, Tally]>,
): PlanTally {
  const apex = formatName(zone.apex);
  const { type } = plan.rrset;
  const values = listSteeredValues(zone, plan.rrset);
  const tallies = names.map(({ owner, firstCounter }) => {
    const name = formatName(owner);
    const tally = {
      owner: name,
      firstCounter,
      led: new Float64Array(values.length),
      due: new Float64Array(values.length),
    };
    const was = gone.get(`${apex} ${name} ${type}`);
    if (was !== undefined) carryOver(was, values, tally);
    return tally;
  });
  return {
    zone: apex,
    type,
    values,
    names,
    tallies,
    published: sets,
    sets: listSets(sets, values),
  };
}

/** A name goes on with what its values have led so far, over a reload of its zone. */
function carryOver(
  [{ values: oldValues }, { led, due }]: [PlanTally, Tally],
  values: readonly ValueOrigin[],
  tally: Tally,
): void {
  const places = new Map(oldValues.map(({ pool, value }, i) => [`${pool} ${value}`, i]));
  values.forEach(({ pool, value }, i) => {
    const place = places.get(`${pool} ${value}`);
    if (place === undefined) return;
    tally.led[i] = led[place]!;
    tally.due[i] = due[place]!;
  });
}

function indexNames(plans: readonly PlanTally[]): Map<string, [PlanTally, Tally]> {
  return new Map(
    plans.flatMap((plan) =>
      plan.tallies.map((tally) => [`${plan.zone} ${tally.owner} ${plan.type}`, [plan, tally]]),
    ),
  );
}

function listCounters({ tallies, sets }: Pick<PlanTally, "tallies" | "sets">): number[] {
  const relative = sets.flatMap(({ source }) =>
    source.sticky === undefined
      ? [source.rotation]
      : source.rdata.map((_, record) => source.rotation + record),
  );
  return tallies.flatMap(({ firstCounter }) => relative.map((counter) => firstCounter + counter));
}

function add(counts: Float64Array, at: number | undefined, count: number): void {
  if (at !== undefined) counts[at] = counts[at]! + count;
}
