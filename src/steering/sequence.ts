/**
 * Who leads which answer: smooth weighted round robin, worked out once per set of weights.
 */
import { findGcd } from "./find-gcd.ts";

/**
 * One full cycle of leaders: entry k is the index of the value that leads the k-th answer. Over the cycle each value
 * leads exactly in proportion to its weight, and after every answer each is less than one turn away from its share.
 *
 * The cycle is as long as the sum of the weights after division by their greatest common divisor.
 *
 * @param weights at least 1 each, at most 65 536 of them
 * @returns undefined for equal weights: there the k-th answer is led by value k modulo their number
 */
export function compileSequence(weights: readonly number[]): Uint16Array | undefined {
  if (weights.every((weight) => weight === weights[0])) return undefined;
  const divisor = weights.reduce(findGcd, 0);
  const parts = weights.map((weight) => weight / divisor);
  const key = parts.join();
  const known = cache.get(key);
  if (known !== undefined) return known;
  const sequence = schedule(parts);
  if (cache.size >= MAX_CACHED) cache.clear();
  cache.set(key, sequence);
  return sequence;
}

/** Sequences are a function of the weights alone; health changes come back to the same few again and again. */
const cache = new Map<string, Uint16Array>();
const MAX_CACHED = 1024;

interface Turn {
  readonly index: number;
  /** The answer by which this turn must have been taken. */
  readonly deadline: number;
}

/**
 * Turn j of a value of part p in a cycle of n may be taken from answer floor(j·n/p) on and must be before answer
 * ceil((j+1)·n/p). Taking the turn that is due first meets all of these windows (Baruah et al., Proportionate Progress,
 * 1996), which is what keeps every value within one turn of its share.
 */
function schedule(parts: readonly number[]): Uint16Array {
  const length = parts.reduce((sum, part) => sum + part, 0);
  const taken = new Array<number>(parts.length).fill(0);
  // Whose next turn opens at each answer.
  const opening = new Map<number, number[]>();
  for (const index of parts.keys()) addTo(opening, 0, index);
  const due: Turn[] = [];
  const sequence = new Uint16Array(length);
  for (let at = 0; at < length; at++) {
    for (const index of opening.get(at) ?? []) {
      const turn = taken[index]! + 1;
      pushTurn(due, { index, deadline: Math.ceil((turn * length) / parts[index]!) });
    }
    opening.delete(at);
    const { index } = popTurn(due);
    sequence[at] = index;
    const next = ++taken[index]!;
    if (next < parts[index]!) {
      // A turn that opened while the one before was waiting can be taken from the next answer on.
      const opens = Math.floor((next * length) / parts[index]!);
      addTo(opening, Math.max(at + 1, opens), index);
    }
  }
  return sequence;
}

function addTo(lists: Map<number, number[]>, key: number, index: number): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [index]);
  else list.push(index);
}

/** The turn that is due first; of equals the one of the earlier value. */
function isBefore(a: Turn, b: Turn): boolean {
  return a.deadline < b.deadline || (a.deadline === b.deadline && a.index < b.index);
}

function pushTurn(heap: Turn[], turn: Turn): void {
  let at = heap.length;
  heap.push(turn);
  while (at > 0) {
    const parent = (at - 1) >> 1;
    if (isBefore(heap[parent]!, turn)) break;
    heap[at] = heap[parent]!;
    at = parent;
  }
  heap[at] = turn;
}

function popTurn(heap: Turn[]): Turn {
  const top = heap[0]!;
  const last = heap.pop()!;
  if (heap.length === 0) return top;
  let at = 0;
  for (;;) {
    let child = 2 * at + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child += 1;
    if (isBefore(last, heap[child]!)) break;
    heap[at] = heap[child]!;
    at = child;
  }
  heap[at] = last;
  return top;
}
