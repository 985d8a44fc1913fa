/**
 * Which values may still be in the caches of resolvers, and for how long: what a drained machine must wait for.
 */
import type { AnswerSet } from "../image/answer-sets.ts";

interface Spell {
  /** Answer sets in force that hold the value with this TTL. */
  users: number;
  /** Monotonic milliseconds at which the last of them went out of force. */
  endedAt: number;
}

/** Between two looks for what can be forgotten, in milliseconds. */
const PRUNE_MS = 10_000;

type Source = Exclude<AnswerSet, string>;

/** Remembers with which TTLs every value has been answered. Times are monotonic milliseconds. */
export class HandedOut {
  #current = new Set<Source>();
  /** By value, then by TTL in seconds. */
  readonly #spells = new Map<string, Map<number, Spell>>();
  /** Values with a TTL that is out of force. */
  readonly #ended = new Set<string>();
  #prunedAt = Number.NEGATIVE_INFINITY;

  /** How many values it knows. */
  get size(): number {
    return this.#spells.size;
  }

  /** Takes note of what is answered from now on; answer sets that are the same objects as before are not looked into. */
  note(sets: Iterable<AnswerSet>, now: number): void {
    const before = this.#current;
    const after = new Set<Source>();
    for (const set of sets) if (typeof set !== "string") after.add(set);
    for (const set of after) if (!before.has(set)) this.#begin(set);
    for (const set of before) if (!after.has(set)) this.#end(set, now);
    this.#current = after;
    if (now - this.#prunedAt >= PRUNE_MS) this.#prune(now);
  }

  /** The largest TTL in seconds with which a resolver may hold the value; 0 if none can. */
  largestTtl(type: number, rdata: Uint8Array, now: number): number {
    const spells = this.#spells.get(keyOf(type, rdata));
    let largest = 0;
    for (const [ttl, { users, endedAt }] of spells ?? []) {
      if (users > 0 || endedAt + ttl * 1000 > now) largest = Math.max(largest, ttl);
    }
    return largest;
  }

  /** Whether the value is in an answer set that is in force. */
  isAnswered(type: number, rdata: Uint8Array): boolean {
    const spells = this.#spells.get(keyOf(type, rdata));
    return [...(spells?.values() ?? [])].some(({ users }) => users > 0);
  }

  #begin({ type, ttl, rdata }: Source): void {
    for (const octets of rdata) {
      const key = keyOf(type, octets);
      let spells = this.#spells.get(key);
      if (spells === undefined) {
        spells = new Map();
        this.#spells.set(key, spells);
      }
      const spell = spells.get(ttl);
      if (spell === undefined) spells.set(ttl, { users: 1, endedAt: 0 });
      else spell.users++;
    }
  }

  #end({ type, ttl, rdata }: Source, now: number): void {
    for (const octets of rdata) {
      const key = keyOf(type, octets);
      const spell = this.#spells.get(key)?.get(ttl);
      if (spell === undefined || --spell.users > 0) continue;
      spell.endedAt = now;
      this.#ended.add(key);
    }
  }

  /** Forgets what no cache can hold any more. */
  #prune(now: number): void {
    this.#prunedAt = now;
    for (const key of this.#ended) {
      const spells = this.#spells.get(key)!;
      let waiting = 0;
      for (const [ttl, { users, endedAt }] of spells) {
        if (users > 0) continue;
        if (endedAt + ttl * 1000 <= now) spells.delete(ttl);
        else waiting++;
      }
      if (waiting === 0) this.#ended.delete(key);
      if (spells.size === 0) this.#spells.delete(key);
    }
  }
}

function keyOf(type: number, rdata: Uint8Array): string {
  return `${type} ${Buffer.from(rdata).toString("latin1")}`;
}
