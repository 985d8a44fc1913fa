import type { StaticTurns } from "../image/static-turns.ts";
import { slotOf, slotsFor } from "../wire/name-key.ts";
import type { RangeAllocator } from "./range-allocator.ts";

/** The static RRsets of a zone that rotate, and which counter each has; columns of equal length. */
export interface PlacedTurns {
  readonly keys: Float64Array;
  readonly counters: Uint32Array;
}

export const NO_TURNS: PlacedTurns = { keys: new Float64Array(0), counters: new Uint32Array(0) };

/**
 * Gives every RRset a counter: the one that it had before, if it did. Counters that nobody wants any more are released.
 */
export function placeTurns(
  { keys }: StaticTurns,
  before: PlacedTurns,
  allocator: RangeAllocator,
): PlacedTurns {
  const counters = new Uint32Array(keys.length);
  const kept = new CounterTable(before);
  const wanting: number[] = [];
  keys.forEach((key, i) => {
    const counter = kept.take(key);
    if (counter === undefined) wanting.push(i);
    else counters[i] = counter;
  });
  allocator.releaseEach(kept.left());
  allocator.takeEach(wanting.length).forEach((counter, n) => {
    counters[wanting[n]!] = counter;
  });
  return { keys, counters };
}

const FREE = 0;
/** Slots that are looked at for one key. Keys that were chosen to share one do without their counters of before. */
const MAX_STEPS = 256;

/** Counters by key, each to be had once. */
class CounterTable {
  readonly #turns: PlacedTurns;
  /** Numbers of turns plus one. */
  readonly #slots: Uint32Array;
  readonly #isTaken: Uint8Array;

  constructor(turns: PlacedTurns) {
    this.#turns = turns;
    this.#slots = new Uint32Array(slotsFor(turns.keys.length));
    this.#isTaken = new Uint8Array(turns.keys.length);
    const mask = this.#slots.length - 1;
    turns.keys.forEach((key, i) => {
      let slot = this.#slotOf(key);
      for (let step = 0; this.#slots[slot] !== FREE; step++, slot = (slot + 1) & mask) {
        if (step === MAX_STEPS) return;
      }
      this.#slots[slot] = i + 1;
    });
  }

  take(key: number): number | undefined {
    const { keys, counters } = this.#turns;
    const mask = this.#slots.length - 1;
    let slot = this.#slotOf(key);
    for (let step = 0; step <= MAX_STEPS; step++, slot = (slot + 1) & mask) {
      const i = this.#slots[slot]! - 1;
      if (i < 0) return undefined;
      if (keys[i] !== key || this.#isTaken[i] === 1) continue;
      this.#isTaken[i] = 1;
      return counters[i];
    }
    return undefined;
  }

  left(): Uint32Array {
    return this.#turns.counters.filter((_, i) => this.#isTaken[i] === 0);
  }

  /** The lower 32 bits of a key are a hash. */
  #slotOf(key: number): number {
    return slotOf(key | 0, this.#slots.length - 1);
  }
}
