import { expandRdata } from "../rdata/expand-rdata.ts";
import { HEADER_OCTETS } from "../wire/message.ts";
import { equalNames, formatName, isSubdomain, MAX_LABEL, MAX_NAME } from "../wire/name.ts";
import { lowerOctet } from "../wire/name-key.ts";
import type { RecordCursor } from "../wire/record-cursor.ts";
import {
  CLASS_IN,
  formatType,
  TYPE_A,
  TYPE_AAAA,
  TYPE_ANY,
  TYPE_OPT,
  TYPE_SOA,
} from "../wire/rr-types.ts";
import { hashName, type NameTable } from "../zone/master/name-table.ts";
import { type RecordTable, TABLE_LIMITS } from "../zone/master/record-table.ts";
import type { Name } from "../zone/model.ts";

/** Meta-types and question types are from here to 255 (RFC 6895 §3.1). */
const FIRST_META = 128;
/** A TTL with its highest bit set counts as 0 (RFC 2181 §8). */
const MAX_TTL = 0x7fff_ffff;
const NONE = -1;

/** Takes records out of messages; what was taken last stands in the fields, and its rdata behind those of the table. */
export class RecordReader {
  /** Its number in the table. */
  owner: number = NONE;
  type = 0;
  /** Seconds. */
  ttl = 0;
  readonly #apex: Name;
  /** The last owner, in lower case. */
  readonly #name = new Uint8Array(MAX_NAME + 1);
  #owners: NameTable | undefined;

  constructor(apex: Name) {
    this.#apex = apex;
  }

  /** Reads the record that the cursor stands on. @returns why a zone cannot have it */
  read(records: RecordCursor, table: RecordTable): string | undefined {
    const { octets, length, ownerAt, type, ttl, rdataAt, rdataEnd } = records;
    if (table.isFull) return `it is too large: at most ${TABLE_LIMITS} are taken`;
    const size = expandLower(octets, ownerAt, length, this.#name);
    if (size < 0) return "the owner of a record is malformed";
    if (!this.#findOwner(size, table.owners)) return `${this.#show(size, type)} is not in the zone`;
    if (records.class !== CLASS_IN) {
      return `${this.#show(size, type)} is of class ${records.class}, not IN`;
    }
    if (isMeta(type)) return `${this.#show(size, type)} is no record of a zone`;
    if (type === TYPE_SOA && !equalNames(this.#name.subarray(0, size), this.#apex)) {
      return `${this.#show(size, type)} is not at the apex`;
    }
    if (!takeRdata(type, octets, rdataAt, rdataEnd, length, table)) {
      return `the data of ${this.#show(size, type)} is malformed`;
    }
    this.type = type;
    this.ttl = ttl > MAX_TTL ? 0 : ttl;
    return undefined;
  }

  /** The record that was read last, as messages call it. */
  describe(table: RecordTable): string {
    return `${formatName(table.owners.nameAt(this.owner))} ${formatType(this.type)}`;
  }

  #findOwner(size: number, owners: NameTable): boolean {
    const name = this.#name;
    // Records of a name mostly come together.
    const isKnown = owners === this.#owners && this.owner !== NONE;
    if (isKnown && owners.holds(this.owner, name, 0, size)) return true;
    if (!isSubdomain(name.subarray(0, size), this.#apex)) return false;
    this.#owners = owners;
    this.owner = owners.add(name, 0, size, hashName(name, 0));
    return true;
  }

  #show(size: number, type: number): string {
    return `${formatName(this.#name.subarray(0, size))} ${formatType(type)}`;
  }
}

/** Types that only messages have. */
function isMeta(type: number): boolean {
  return type === 0 || type === TYPE_OPT || (type >= FIRST_META && type <= TYPE_ANY);
}

/** Appends rdata, uncompressed; false if it is malformed. */
function takeRdata(
  type: number,
  octets: Uint8Array,
  start: number,
  end: number,
  length: number,
  table: RecordTable,
): boolean {
  if (type === TYPE_A || type === TYPE_AAAA) {
    if (end - start !== (type === TYPE_A ? 4 : 16)) return false;
    table.appendRange(octets, start, end);
    return true;
  }
  const rdata = expandRdata(type, octets.subarray(0, length), start, end - start);
  if (rdata !== undefined) table.append(rdata);
  return rdata !== undefined;
}

/**
 * Writes a possibly compressed name in lower case. Pointers lead backwards only, so that it ends (RFC 1035 §4.1.4).
 *
 * @returns its length, or -1 if it is malformed
 */
function expandLower(octets: Uint8Array, start: number, length: number, out: Uint8Array): number {
  let size = 0;
  let at = start;
  let before = start;
  for (;;) {
    if (at >= length) return NONE;
    const label = octets[at]!;
    if (label > MAX_LABEL) {
      if (label < 0xc0 || at + 2 > length) return NONE;
      at = ((label & 0x3f) << 8) | octets[at + 1]!;
      if (at >= before || at < HEADER_OCTETS) return NONE;
      before = at;
      continue;
    }
    if (size + label + 1 > MAX_NAME || at + label + 1 > length) return NONE;
    for (let i = 0; i <= label; i++) out[size++] = lowerOctet(octets[at++]!);
    if (label === 0) return size;
  }
}
