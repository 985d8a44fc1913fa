import { randomInt } from "node:crypto";
import { slotsFor } from "../wire/name-key.ts";
import type { RecordTable } from "../zone/master/record-table.ts";
import { type HashKey, hashWithKey } from "./keyed-hash.ts";

const FREE = 0;
/** What was there has been deleted: what was put behind it stays to be found. */
const DELETED = -1;

/** Finds the records of a table by what they are: owner, type and rdata, whoever has chosen them. */
export class RecordIndex {
  readonly #table: RecordTable;
  /** Numbers of records plus one. */
  #slots: Int32Array;
  /** Slots that are not free. */
  #used = 0;
  readonly #key: HashKey;

  /**
   * @param room for how many records
   * @param key that those who send records do not know
   */
  constructor(
    table: RecordTable,
    room: number,
    key: HashKey = [randomInt(2 ** 32), randomInt(2 ** 32)],
  ) {
    this.#table = table;
    this.#key = key;
    this.#slots = new Int32Array(slotsFor(room));
  }

  /** The record that is the same as one that has not been added; -1 if there is none. */
  find(record: number): number {
    const slots = this.#slots;
    const mask = slots.length - 1;
    for (let slot = this.#firstSlot(record); slots[slot] !== FREE; slot = (slot + 1) & mask) {
      const other = slots[slot]! - 1;
      if (other >= 0 && this.#isSame(other, record)) return other;
    }
    return -1;
  }

  add(record: number): void {
    if ((this.#used + 1) * 2 > this.#slots.length) this.#rebuild();
    const mask = this.#slots.length - 1;
    let slot = this.#firstSlot(record);
    while (this.#slots[slot] !== FREE) slot = (slot + 1) & mask;
    this.#slots[slot] = record + 1;
    this.#used += 1;
  }

  /** @param record that has been added */
  delete(record: number): void {
    const mask = this.#slots.length - 1;
    let slot = this.#firstSlot(record);
    while (this.#slots[slot] !== record + 1) slot = (slot + 1) & mask;
    this.#slots[slot] = DELETED;
  }

  #rebuild(): void {
    const before = this.#slots.filter((number) => number > FREE);
    this.#slots = new Int32Array(slotsFor(before.length * 2 + 1));
    this.#used = 0;
    for (const number of before) this.add(number - 1);
  }

  #isSame(a: number, b: number): boolean {
    const { owner, type } = this.#table;
    return owner[a] === owner[b] && type[a] === type[b] && this.#table.hasSameRdata(a, b);
  }

  #firstSlot(record: number): number {
    const { owner, type, rdata, octets } = this.#table;
    const start = rdata[record]!;
    const end = rdata[record + 1]!;
    const hash = hashWithKey(this.#key, owner[record]!, type[record]!, octets, start, end);
    return hash & (this.#slots.length - 1);
  }
}
