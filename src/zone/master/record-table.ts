import { NameTable } from "./name-table.ts";

const FIRST_RECORDS = 64;
const EXPECTED_OCTETS = 16;

/** What a zone may have at most: far above any real one, and below what 32 bits count. */
const MAX_RECORDS = 2 ** 27;
/** Of rdata, and of the names of owners, which compression or an origin may make far longer than what was read. */
const MAX_OCTETS = 2 ** 30;
/** The same for people. */
export const TABLE_LIMITS: string = `${MAX_RECORDS} records, ${MAX_OCTETS} octets of rdata and ${MAX_OCTETS} octets of names`;

/**
 * Records in the order of their files, in columns: about 40 octets each and no object per record, so that a million of
 * them are read in a moment. Rdata is uncompressed wire form, one behind the other in a single buffer.
 *
 * Rdata is written first, to `octets` from `rdataEnd` on after `reserve()`; `add()` then makes a record of it.
 */
export class RecordTable {
  readonly owners: NameTable;
  count = 0;
  /** By record: the number of its owner. */
  owner: Uint32Array;
  type: Uint16Array;
  /** Seconds. */
  ttl: Uint32Array;
  /** Where it is written: an offset of an `IssueList`. */
  place: Uint32Array;
  /** Where its rdata starts; it ends where the next record's starts. */
  rdata: Uint32Array;
  octets: Uint8Array;
  /** Behind the rdata of the last record, and of what is being written. */
  rdataEnd = 0;

  /**
   * @param expected how many records there is room for at first; memory that is never written to costs nothing
   * @param owners may hold other names, too
   */
  constructor(
    expected: number = FIRST_RECORDS,
    owners: NameTable = new NameTable(Math.max(expected, FIRST_RECORDS)),
  ) {
    const size = Math.max(expected, FIRST_RECORDS);
    this.owners = owners;
    this.owner = new Uint32Array(size);
    this.type = new Uint16Array(size);
    this.ttl = new Uint32Array(size);
    this.place = new Uint32Array(size);
    this.rdata = new Uint32Array(size + 1);
    this.octets = new Uint8Array(size * EXPECTED_OCTETS);
  }

  /** Whether it has all that a zone may have. */
  get isFull(): boolean {
    const { owners } = this;
    return (
      this.count >= MAX_RECORDS ||
      this.rdataEnd > MAX_OCTETS ||
      owners.offsets[owners.count]! > MAX_OCTETS
    );
  }

  /** Makes room for more rdata; `octets` may be another array afterwards. */
  reserve(more: number): void {
    const wanted = this.rdataEnd + more;
    if (wanted <= this.octets.length) return;
    const octets = new Uint8Array(Math.max(wanted, this.octets.length * 2));
    octets.set(this.octets.subarray(0, this.rdataEnd));
    this.octets = octets;
  }

  /** Appends to the rdata that is being written. */
  append(octets: Uint8Array): void {
    this.reserve(octets.length);
    this.octets.set(octets, this.rdataEnd);
    this.rdataEnd += octets.length;
  }

  /** A view of the rdata that is being written. */
  pending(): Uint8Array {
    return this.octets.subarray(this.rdata[this.count]!, this.rdataEnd);
  }

  /** Makes a record of the rdata that was written since the last one. */
  add(owner: number, type: number, ttl: number, place: number): void {
    const number = this.count;
    if (number === this.owner.length) this.#grow();
    this.owner[number] = owner;
    this.type[number] = type;
    this.ttl[number] = ttl;
    this.place[number] = place;
    this.count = number + 1;
    this.rdata[number + 1] = this.rdataEnd;
  }

  /** Forgets the rdata that was written since the last record. */
  dropRdata(): void {
    this.rdataEnd = this.rdata[this.count]!;
  }

  /** Appends what stands between two places to the rdata that is being written. */
  appendRange(octets: Uint8Array, start: number, end: number): void {
    this.reserve(end - start);
    for (let at = start; at < end; at++) this.octets[this.rdataEnd++] = octets[at]!;
  }

  /** Forgets the last record. */
  dropLast(): void {
    this.count -= 1;
    this.rdataEnd = this.rdata[this.count]!;
  }

  /** Whether the rdata of two records is the same, octet for octet. */
  hasSameRdata(a: number, b: number): boolean {
    const { rdata, octets } = this;
    const [from, to] = [rdata[a]!, rdata[b]!];
    const length = rdata[a + 1]! - from;
    if (rdata[b + 1]! - to !== length) return false;
    for (let i = 0; i < length; i++) if (octets[from + i] !== octets[to + i]) return false;
    return true;
  }

  /** A view of a record's rdata, valid until more is written. */
  rdataAt(number: number): Uint8Array {
    return this.octets.subarray(this.rdata[number]!, this.rdata[number + 1]!);
  }

  #grow(): void {
    const size = this.owner.length * 2;
    this.owner = copyOf(this.owner, new Uint32Array(size));
    this.type = copyOf(this.type, new Uint16Array(size));
    this.ttl = copyOf(this.ttl, new Uint32Array(size));
    this.place = copyOf(this.place, new Uint32Array(size));
    this.rdata = copyOf(this.rdata, new Uint32Array(size + 1));
  }
}

function copyOf<Column extends Uint16Array | Uint32Array>(from: Column, to: Column): Column {
  to.set(from);
  return to;
}
