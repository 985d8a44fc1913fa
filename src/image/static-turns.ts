import type { RRsetTable } from "../zone/master/rrset-table.ts";

/** The rotation counters that static RRsets want, one each; columns of equal length. */
export interface StaticTurns {
  /** Words of the segment that take the numbers of the counters. */
  readonly words: Uint32Array;
  /**
   * The same for the same name, type and values, so that a counter outlives a reload: integers of 53 bits, spread so well
   * that two are hardly ever equal, which costs no more than somebody's turn.
   */
  readonly keys: Float64Array;
}

/** Collects them. */
export class TurnList {
  readonly #words: number[] = [];
  readonly #keys: number[] = [];

  add(word: number, rrsets: RRsetTable, rrset: number): void {
    this.#words.push(word);
    this.#keys.push(keyOfRRset(rrsets, rrset));
  }

  list(): StaticTurns {
    return { words: Uint32Array.from(this.#words), keys: Float64Array.from(this.#keys) };
  }
}

const PRIME = 0x01000193;
const OTHER_PRIME = 0x85ebca6b;
const HIGH_BITS = 21;

/** Two hashes side by side: of the owner, the type, and the rdata of all records. */
function keyOfRRset({ table, records, first, size }: RRsetTable, rrset: number): number {
  const start = first[rrset]!;
  const record = records[start]!;
  const { owners, octets, rdata } = table;
  let low = owners.hashes[table.owner[record]!]! ^ table.type[record]!;
  let high = Math.imul(low, OTHER_PRIME);
  for (let i = start; i < start + size[rrset]!; i++) {
    const end = rdata[records[i]! + 1]!;
    for (let at = rdata[records[i]!]!; at < end; at++) {
      low = Math.imul(low ^ octets[at]!, PRIME);
      high = Math.imul(high ^ (high >>> 15) ^ octets[at]!, OTHER_PRIME);
    }
    // Where a record ends makes a difference.
    low = Math.imul(low ^ (end - rdata[records[i]!]!), PRIME);
  }
  return (high >>> (32 - HIGH_BITS)) * 2 ** 32 + (low >>> 0);
}
