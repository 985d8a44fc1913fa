import type { Place } from "../config/issue-list.ts";
import { equalNames } from "../wire/name.ts";
import { TYPE_DNAME, TYPE_NS } from "../wire/rr-types.ts";
import type { Draft, StaticDraft } from "./draft.ts";
import { hashName, NameTable } from "./master/name-table.ts";
import type { TableOwners } from "./master/table-owners.ts";
import type { Name } from "./model.ts";
import { foldName, keyOf } from "./names.ts";

/** All that one name owns. */
export interface OwnerNode {
  readonly owner: Name;
  readonly place: Place;
  readonly statics: StaticDraft[];
  /** Types that are steered. */
  readonly steered: number[];
}

/** Nodes by `keyOf()` of their owners. */
export interface OwnerNodes extends Iterable<readonly [string, OwnerNode]> {
  get(key: string): OwnerNode | undefined;
  values(): Iterable<OwnerNode>;
}

/** The names of a zone, for the checks that follow one record to another. */
export class OwnerIndex {
  /** All that checks have to look at one by one: of the records of a master file, see `TableOwners.listSpecial()`. */
  readonly nodes: OwnerNodes;
  readonly #imported: TableOwners | undefined;
  readonly #apex: Name;
  /** Names that exist because something lies below them (RFC 4592 §2.2.2), owners included; not those of the table. */
  readonly #existing = new NameTable();
  readonly #cuts = new NameTable();
  readonly #dnames = new NameTable();

  constructor({ apex, statics, steered, imported }: Draft) {
    const nodes = new Map<string, OwnerNode>();
    this.nodes = imported === undefined ? nodes : createNodes(nodes, imported);
    this.#imported = imported;
    this.#apex = apex;
    const nodeAt = (owner: Name, place?: Place): OwnerNode => {
      const key = keyOf(owner);
      const known = nodes.get(key);
      if (known !== undefined) return known;
      const own = imported?.draftsOf(owner) ?? [];
      const node = { owner, place: place ?? own[0]!.place, statics: own, steered: [] };
      nodes.set(key, node);
      // Of the names of the table it is known what lies above them.
      if (place !== undefined) this.#noteExisting(owner);
      return node;
    };
    for (const draft of statics) {
      nodeAt(draft.owner, draft.place).statics.push(draft);
      if (draft.type === TYPE_NS && !equalNames(draft.owner, apex)) this.#cuts.addName(draft.owner);
      if (draft.type === TYPE_DNAME) this.#dnames.addName(draft.owner);
    }
    for (const { rrset, place } of steered) nodeAt(rrset.owner, place).steered.push(rrset.type);
    if (imported === undefined) return;
    const { cuts, dnames } = imported.listHiding();
    for (const cut of cuts) this.#cuts.addName(cut);
    for (const dname of dnames) this.#dnames.addName(dname);
    for (const name of imported.listSpecial(this.#cuts, this.#dnames)) nodeAt(name);
  }

  /** What answers a query for a name: its own node, or the wildcard's at its closest encloser (RFC 4592 §3.3.1). */
  find(name: Name): OwnerNode | undefined {
    const lower = foldName(name);
    for (let at = 0; lower.length - at >= this.#apex.length; at += 1 + lower[at]!) {
      if (!this.#exists(lower, at)) continue;
      const key = keyOf(lower.subarray(at));
      return this.nodes.get(at === 0 ? key : `\u0001*${key}`);
    }
    return undefined;
  }

  /** The node of exactly this name. */
  at(name: Name): OwnerNode | undefined {
    return this.nodes.get(keyOf(foldName(name)));
  }

  /** Whether a name itself owns a type that is wanted, steered or not. */
  owns(name: Name, isWanted: (type: number) => boolean): boolean {
    return this.#owns(foldName(name), isWanted);
  }

  /** The same, but for what is steered: that is never handed out as glue. */
  ownsFixed(name: Name, isWanted: (type: number) => boolean): boolean {
    const lower = foldName(name);
    const node = this.#listed(lower);
    if (node !== undefined) return node.statics.some(({ type }) => isWanted(type));
    return this.#imported?.owns(lower, isWanted) ?? false;
  }

  /** Whether what `find()` finds owns a type that is wanted; for many names, most of which are in a master file. */
  answers(name: Name, isWanted: (type: number) => boolean): boolean {
    const lower = foldName(name);
    if (this.#exists(lower, 0)) return this.#owns(lower, isWanted);
    const node = this.find(lower);
    return node !== undefined && hasType(node, isWanted);
  }

  /** Of what a name itself owns, what is not steered, of a type that is wanted, with a TTL below so many seconds. */
  draftsBelow(name: Name, ttl: number, isWanted: (type: number) => boolean): StaticDraft[] {
    const lower = foldName(name);
    const node = this.#listed(lower);
    if (node === undefined) return this.#imported?.draftsBelow(lower, ttl, isWanted) ?? [];
    return node.statics.filter((draft) => draft.ttl < ttl && isWanted(draft.type));
  }

  /**
   * Where in a name of the zone the delegation begins that it lies at or below: 0 if it is the delegation itself, -1 if
   * there is none.
   */
  findCutOffset(name: Name): number {
    return this.#cuts.count === 0 ? -1 : this.#highestOffset(this.#cuts, foldName(name), 0);
  }

  #owns(lower: Name, isWanted: (type: number) => boolean): boolean {
    const node = this.#listed(lower);
    if (node !== undefined) return hasType(node, isWanted);
    return this.#imported?.owns(lower, isWanted) ?? false;
  }

  /** The node of a name that has records outside of the table. */
  #listed(lower: Name): OwnerNode | undefined {
    const isKnown = this.#existing.find(lower, 0, lower.length, hashName(lower, 0)) >= 0;
    return isKnown ? this.nodes.get(keyOf(lower)) : undefined;
  }

  /** The delegation that a name of the zone lies at or below: the highest, for that is where the zone ends. */
  findCut(name: Name): OwnerNode | undefined {
    return this.#cuts.count === 0 ? undefined : this.#findHighest(this.#cuts, foldName(name), 0);
  }

  /** The owner of the DNAME record that a name of the zone lies below: the highest, which hides all others. */
  findDname(name: Name): OwnerNode | undefined {
    if (this.#dnames.count === 0) return undefined;
    return this.#findHighest(this.#dnames, foldName(name), 1 + name[0]!);
  }

  get hasDnames(): boolean {
    return this.#dnames.count > 0;
  }

  get hasCuts(): boolean {
    return this.#cuts.count > 0;
  }

  /** Whether what begins at a place of a name exists. */
  #exists(lower: Name, at: number): boolean {
    const length = lower.length - at;
    if (this.#existing.find(lower, at, length, hashName(lower, at)) >= 0) return true;
    return this.#imported?.has(lower.subarray(at)) ?? false;
  }

  #noteExisting(owner: Name): void {
    for (let at = 0; owner.length - at >= this.#apex.length; at += 1 + owner[at]!) {
      const { count } = this.#existing;
      // What lies above a name that is known is known as well.
      if (this.#existing.add(owner, at, owner.length - at, hashName(owner, at)) < count) return;
    }
  }

  /** The node of the name in a table that a name lies at or below from the label at a place on: the highest there is. */
  #findHighest(table: NameTable, lower: Name, from: number): OwnerNode | undefined {
    const highest = this.#highestOffset(table, lower, from);
    return highest < 0 ? undefined : this.nodes.get(keyOf(lower.subarray(highest)));
  }

  #highestOffset(table: NameTable, lower: Name, from: number): number {
    let highest = -1;
    for (let at = from; lower.length - at >= this.#apex.length; at += 1 + lower[at]!) {
      if (table.find(lower, at, lower.length - at, hashName(lower, at)) >= 0) highest = at;
    }
    return highest;
  }
}

function hasType(node: OwnerNode, isWanted: (type: number) => boolean): boolean {
  return node.statics.some(({ type }) => isWanted(type)) || node.steered.some(isWanted);
}

/** Nodes that are listed, and those of all other owners of a table, each made when it is asked for. */
function createNodes(listed: Map<string, OwnerNode>, imported: TableOwners): OwnerNodes {
  const others = new Map<string, OwnerNode>();
  return {
    get(key) {
      const known = listed.get(key) ?? others.get(key);
      if (known !== undefined) return known;
      const owner = Buffer.from(key, "latin1");
      const statics = imported.draftsOf(owner);
      const [first] = statics;
      if (first === undefined) return undefined;
      const node = { owner, place: first.place, statics, steered: [] };
      others.set(key, node);
      return node;
    },
    values: () => listed.values(),
    [Symbol.iterator]: () => listed[Symbol.iterator](),
  };
}
