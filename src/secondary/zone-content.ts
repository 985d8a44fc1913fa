import { TYPE_SOA } from "../wire/rr-types.ts";
import { dropRepeated, gatherRecords, takeLowestTtl } from "../zone/master/gather-records.ts";
import { RecordTable } from "../zone/master/record-table.ts";
import type { RRsetTable } from "../zone/master/rrset-table.ts";
import { keyOf } from "../zone/names.ts";
import { RecordIndex } from "./record-index.ts";

/**
 * The records of a zone on their way from one version to the next, in columns. Whoever brings one writes its rdata to
 * `table` first, and says then what to do with it.
 */
export class ZoneContent {
  #table = new RecordTable();
  /** Made when a record is looked for: the whole of a zone is taken in without. */
  #index: RecordIndex | undefined;
  /** By record: 1 if it has been removed again. */
  #isGone = new Uint8Array(0);
  #gone = 0;

  get table(): RecordTable {
    return this.#table;
  }

  get records(): number {
    return this.#table.count - this.#gone;
  }

  /** Adds a record that may be there already: `gather()` takes it once. TTLs are in seconds. */
  append(owner: number, type: number, ttl: number): void {
    this.#table.add(owner, type, ttl, 0);
  }

  /** Adds a record. @returns false if it is there already */
  add(owner: number, type: number, ttl: number): boolean {
    const index = this.#useIndex();
    const record = this.#table.count;
    this.#table.add(owner, type, ttl, 0);
    if (index.find(record) >= 0) {
      this.#table.dropLast();
      return false;
    }
    index.add(record);
    return true;
  }

  /** Removes the record of this rdata, whatever its TTL. @returns false if it is not there */
  remove(owner: number, type: number): boolean {
    const index = this.#useIndex();
    const record = this.#table.count;
    this.#table.add(owner, type, 0, 0);
    const found = index.find(record);
    this.#table.dropLast();
    if (found < 0) return false;
    index.delete(found);
    this.#drop(found);
    return true;
  }

  clear(): void {
    this.#table = new RecordTable();
    this.#index = undefined;
    this.#isGone = new Uint8Array(0);
    this.#gone = 0;
  }

  /** The rdata of the SOA; undefined if there is none. */
  findSoa(): Uint8Array | undefined {
    const { count, type } = this.#table;
    for (let record = 0; record < count; record++) {
      if (type[record] === TYPE_SOA && this.#isGone[record] !== 1) {
        return this.#table.rdataAt(record);
      }
    }
    return undefined;
  }

  /** All RRsets. Their records have the lowest TTL of any (RFC 2181 §5.2). */
  gather(): RRsetTable {
    const table = this.#table;
    return gatherRecords(
      table,
      (_owner, _type, records, start, end) => {
        if (end - start === 1) return 1;
        const own = records.subarray(start, end);
        takeLowestTtl(table, own);
        return dropRepeated(
          own,
          (a, b) => table.hasSameRdata(a, b),
          (record) => keyOf(table.rdataAt(record)),
          () => undefined,
        );
      },
      this.#gone > 0 ? this.#isGone : undefined,
    );
  }

  #useIndex(): RecordIndex {
    if (this.#index !== undefined) return this.#index;
    const { count } = this.#table;
    const index = new RecordIndex(this.#table, count + 1);
    for (let record = 0; record < count; record++) {
      if (index.find(record) < 0) index.add(record);
      else this.#drop(record);
    }
    this.#index = index;
    return index;
  }

  #drop(record: number): void {
    if (record >= this.#isGone.length) {
      const longer = new Uint8Array(this.#table.owner.length);
      longer.set(this.#isGone);
      this.#isGone = longer;
    }
    this.#isGone[record] = 1;
    this.#gone += 1;
  }
}
