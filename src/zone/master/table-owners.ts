import { equalNames } from "../../wire/name.ts";
import {
  TYPE_A,
  TYPE_AAAA,
  TYPE_CAA,
  TYPE_DNAME,
  TYPE_NS,
  TYPE_PTR,
  TYPE_TXT,
} from "../../wire/rr-types.ts";
import type { StaticDraft } from "../draft.ts";
import type { Name } from "../model.ts";
import { foldName } from "../names.ts";
import { hashName, NameTable } from "./name-table.ts";
import type { RRsetTable } from "./rrset-table.ts";

/** Types that mean the same whatever else a zone holds: no check looks at an owner for their sake. */
const PLAIN: ReadonlySet<number> = new Set([TYPE_A, TYPE_AAAA, TYPE_TXT, TYPE_PTR, TYPE_CAA]);

function isSpecial(type: number): boolean {
  return !PLAIN.has(type);
}

function isNoAddress(type: number): boolean {
  return type !== TYPE_A && type !== TYPE_AAAA;
}

/** The owners of a table for the checks between records: who exists, and which of them want a look. */
export class TableOwners {
  readonly #rrsets: RRsetTable;
  readonly #apex: Name;
  /** Names that exist because something lies below them, and own nothing (RFC 4592 §2.2.2). */
  readonly #empty = new NameTable();

  constructor(rrsets: RRsetTable, apex: Name) {
    this.#rrsets = rrsets;
    this.#apex = apex;
    const { owners } = rrsets.table;
    for (let owner = 0; owner < owners.count; owner++) {
      if (this.#isOwner(owner)) this.#noteAbove(owner);
    }
  }

  /** Whether a name in lower case exists, owner or empty. */
  has(name: Name): boolean {
    return this.#numberOf(name) >= 0 || this.#empty.numberOf(name) >= 0;
  }

  /** All that a name in lower case owns; empty if it owns nothing. */
  draftsOf(name: Name): StaticDraft[] {
    const owner = this.#numberOf(name);
    return owner < 0 ? [] : this.#rrsets.draftsOf(owner);
  }

  /** Whether a name in lower case owns a type that is wanted. */
  owns(name: Name, isWanted: (type: number) => boolean): boolean {
    const owner = this.#numberOf(name);
    return owner >= 0 && this.#hasType(owner, isWanted);
  }

  /** Of what a name in lower case owns, the types that are wanted whose TTL is below so many seconds. */
  draftsBelow(name: Name, ttl: number, isWanted: (type: number) => boolean): StaticDraft[] {
    const drafts: StaticDraft[] = [];
    const owner = this.#numberOf(name);
    if (owner < 0) return drafts;
    const { owners } = this.#rrsets;
    for (let rrset = owners[owner]!; rrset < owners[owner + 1]!; rrset++) {
      if (!isWanted(this.#rrsets.typeOf(rrset)) || this.#rrsets.ttlOf(rrset) >= ttl) continue;
      drafts.push(this.#rrsets.draftOf(rrset, name));
    }
    return drafts;
  }

  /** The owners of NS records below the apex, and of DNAME records. */
  listHiding(): { cuts: Name[]; dnames: Name[] } {
    const cuts: Name[] = [];
    const dnames: Name[] = [];
    const { owners } = this.#rrsets.table;
    for (let owner = 0; owner < owners.count; owner++) {
      this.#rrsets.forEachType(owner, (type) => {
        if (type !== TYPE_NS && type !== TYPE_DNAME) return;
        const name = owners.nameAt(owner);
        if (type === TYPE_DNAME) dnames.push(name);
        else if (!equalNames(name, this.#apex)) cuts.push(name);
      });
    }
    return { cuts, dnames };
  }

  /**
   * The owners that the checks look at one by one: those of records that name others or stand alone, and those below a name
   * that hides them, but for the glue of delegations of the table. All others can have nothing wrong that their own records
   * do not show.
   */
  *listSpecial(cuts: NameTable, dnames: NameTable): Generator<Name> {
    const { owners } = this.#rrsets.table;
    const servers = cuts.count > 0 ? this.#markServers() : undefined;
    for (let owner = 0; owner < owners.count; owner++) {
      if (!this.#isOwner(owner)) continue;
      const isPlain = !this.#hasType(owner, isSpecial);
      if (isPlain && cuts.count + dnames.count === 0) continue;
      const name = owners.nameAt(owner);
      if (isPlain && !this.#isBelow(name, dnames)) {
        if (!this.#isBelow(name, cuts)) continue;
        if (servers?.[owner] === 1 && !this.#hasType(owner, isNoAddress)) continue;
      }
      yield name;
    }
  }

  /** By owner: 1 if an NS record names it. */
  #markServers(): Uint8Array {
    const { table, count, records, first, size } = this.#rrsets;
    const marks = new Uint8Array(table.owners.count);
    for (let rrset = 0; rrset < count; rrset++) {
      if (this.#rrsets.typeOf(rrset) !== TYPE_NS) continue;
      for (let i = 0; i < size[rrset]!; i++) {
        const target = foldName(table.rdataAt(records[first[rrset]! + i]!));
        const owner = table.owners.numberOf(target);
        if (owner >= 0) marks[owner] = 1;
      }
    }
    return marks;
  }

  /** The number of an owner that has records left, or -1. */
  #numberOf(name: Name): number {
    const owner = this.#rrsets.table.owners.numberOf(name);
    return owner >= 0 && this.#isOwner(owner) ? owner : -1;
  }

  #isOwner(owner: number): boolean {
    const { owners } = this.#rrsets;
    return owners[owner + 1]! > owners[owner]!;
  }

  #hasType(owner: number, isWanted: (type: number) => boolean): boolean {
    const { owners } = this.#rrsets;
    for (let rrset = owners[owner]!; rrset < owners[owner + 1]!; rrset++) {
      if (isWanted(this.#rrsets.typeOf(rrset))) return true;
    }
    return false;
  }

  /** Whether a name lies below one of the table. */
  #isBelow(name: Name, table: NameTable): boolean {
    if (table.count === 0) return false;
    for (let at = 1 + name[0]!; name.length - at >= this.#apex.length; at += 1 + name[at]!) {
      if (table.find(name, at, name.length - at, hashName(name, at)) >= 0) return true;
    }
    return false;
  }

  /** The names between an owner and the apex exist, too. */
  #noteAbove(owner: number): void {
    const { owners } = this.#rrsets.table;
    const { octets, offsets } = owners;
    const end = offsets[owner + 1]!;
    let at = offsets[owner]!;
    for (at += 1 + octets[at]!; end - at > this.#apex.length; at += 1 + octets[at]!) {
      const hash = hashName(octets, at);
      const { count } = this.#empty;
      if (owners.find(octets, at, end - at, hash) >= 0) return;
      // What lies above a name that is known is known as well.
      if (this.#empty.add(octets, at, end - at, hash) < count) return;
    }
  }
}
