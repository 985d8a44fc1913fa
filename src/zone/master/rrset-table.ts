import type { StaticDraft } from "../draft.ts";
import type { RecordTable } from "./record-table.ts";

const FIRST_RRSETS = 64;

/**
 * The RRsets of a record table, in columns too: those of an owner side by side, owners by number. What needs objects gets
 * them one by one.
 */
export class RRsetTable {
  readonly table: RecordTable;
  /** Numbers of records, those of an RRset side by side. */
  readonly records: Uint32Array;
  count = 0;
  /** By RRset: where its records start in `records`, and how many they are. */
  first: Uint32Array = new Uint32Array(FIRST_RRSETS);
  size: Uint32Array = new Uint32Array(FIRST_RRSETS);
  /** By owner: its first RRset; the last is the one before the next owner's. */
  readonly owners: Uint32Array;
  /** By RRset: records per answer, of those that are not answered whole. */
  readonly answers: Map<number, number> = new Map();
  #owner = 0;

  constructor(table: RecordTable, records: Uint32Array) {
    this.table = table;
    this.records = records;
    this.owners = new Uint32Array(table.owners.count + 1);
  }

  /** The RRsets added from here on are those of the next owner. */
  startOwner(): void {
    this.owners[this.#owner++] = this.count;
  }

  add(first: number, size: number): void {
    const number = this.count;
    if (number === this.first.length) this.#grow();
    this.first[number] = first;
    this.size[number] = size;
    this.count = number + 1;
  }

  finish(): void {
    this.owners[this.#owner] = this.count;
  }

  /** The number of its owner. */
  ownerOf(rrset: number): number {
    return this.table.owner[this.records[this.first[rrset]!]!]!;
  }

  typeOf(rrset: number): number {
    return this.table.type[this.records[this.first[rrset]!]!]!;
  }

  /** Seconds. */
  ttlOf(rrset: number): number {
    return this.table.ttl[this.records[this.first[rrset]!]!]!;
  }

  /** The first RRset of an owner; names that were added to the owners later have none. */
  startOf(owner: number): number {
    return this.owners[owner] ?? this.count;
  }

  /** Behind its last. */
  endOf(owner: number): number {
    return this.owners[owner + 1] ?? this.count;
  }

  /** The number of an RRset, or -1. */
  find(owner: number, type: number): number {
    const end = this.endOf(owner);
    for (let rrset = this.startOf(owner); rrset < end; rrset++) {
      if (this.typeOf(rrset) === type) return rrset;
    }
    return -1;
  }

  /** Visits the records of all RRsets, by number. */
  forEachRecord(visit: (record: number) => void): void {
    for (let rrset = 0; rrset < this.count; rrset++) {
      const start = this.first[rrset]!;
      const end = start + this.size[rrset]!;
      for (let i = start; i < end; i++) visit(this.records[i]!);
    }
  }

  /** The number of records of all RRsets. */
  countRecords(): number {
    let records = 0;
    for (let rrset = 0; rrset < this.count; rrset++) records += this.size[rrset]!;
    return records;
  }

  forEachType(owner: number, visit: (type: number) => void): void {
    for (let rrset = this.owners[owner]!; rrset < this.owners[owner + 1]!; rrset++) {
      visit(this.typeOf(rrset));
    }
  }

  /** The RRsets of an owner with the places of their records. */
  draftsOf(owner: number): StaticDraft[] {
    const name = this.table.owners.nameAt(owner);
    const drafts: StaticDraft[] = [];
    for (let rrset = this.owners[owner]!; rrset < this.owners[owner + 1]!; rrset++) {
      drafts.push(this.draftOf(rrset, name));
    }
    return drafts;
  }

  /** An RRset with the places of its records, for checks. */
  draftOf(rrset: number, owner: Uint8Array): StaticDraft {
    const { table } = this;
    const records = this.#recordsOf(rrset);
    const place = placeOf(table, records[0]!);
    return {
      owner,
      type: this.typeOf(rrset),
      ttl: this.ttlOf(rrset),
      rdata: Array.from(records, (record) => ({
        octets: table.rdataAt(record).slice(),
        place: placeOf(table, record),
      })),
      answers: undefined,
      place,
      ttlPlace: place,
    };
  }

  #recordsOf(rrset: number): Uint32Array {
    const first = this.first[rrset]!;
    return this.records.subarray(first, first + this.size[rrset]!);
  }

  #grow(): void {
    const first = new Uint32Array(this.first.length * 2);
    first.set(this.first);
    const size = new Uint32Array(this.size.length * 2);
    size.set(this.size);
    this.first = first;
    this.size = size;
  }
}

function placeOf({ place }: RecordTable, record: number): { start: number; end: number } {
  return { start: place[record]!, end: place[record]! };
}
