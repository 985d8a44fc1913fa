import type { Place } from "../config/issue-list.ts";
import { labelOffsets, lowerName } from "../wire/name.ts";
import { TYPE_CNAME, TYPE_DNAME, TYPE_NS } from "../wire/rr-types.ts";
import type { Draft, StaticDraft } from "./draft.ts";
import type { TableOwners } from "./master/table-owners.ts";
import type { Name } from "./model.ts";
import { keyOf } from "./names.ts";

/** All that one name owns. */
export interface OwnerNode {
  readonly owner: Name;
  readonly place: Place;
  readonly statics: StaticDraft[];
  /** Types that are steered. */
  readonly steered: number[];
}

/** Whether a name is another name for something, for everybody or as steering decides. */
export function isAlias(node: OwnerNode | undefined): boolean {
  return (
    node !== undefined &&
    (node.steered.includes(TYPE_CNAME) || node.statics.some(({ type }) => type === TYPE_CNAME))
  );
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
  readonly #apexKey: string;
  /** Names that exist because something lies below them (RFC 4592 §2.2.2), owners included. */
  readonly #existing = new Set<string>();
  readonly #cuts = new Set<string>();
  readonly #dnames = new Set<string>();

  constructor({ apex, statics, steered, imported }: Draft) {
    const nodes = new Map<string, OwnerNode>();
    this.nodes = imported === undefined ? nodes : createNodes(nodes, imported);
    this.#imported = imported;
    this.#apexKey = keyOf(apex);
    const nodeAt = (owner: Name, place?: Place): OwnerNode => {
      const key = keyOf(owner);
      const known = nodes.get(key);
      if (known !== undefined) return known;
      const own = imported?.draftsOf(owner) ?? [];
      const node = { owner, place: place ?? own[0]!.place, statics: own, steered: [] };
      nodes.set(key, node);
      for (const ancestor of this.#lineage(owner)) this.#existing.add(ancestor);
      return node;
    };
    for (const draft of statics) {
      nodeAt(draft.owner, draft.place).statics.push(draft);
      if (draft.type === TYPE_NS && keyOf(draft.owner) !== this.#apexKey) {
        this.#cuts.add(keyOf(draft.owner));
      }
      if (draft.type === TYPE_DNAME) this.#dnames.add(keyOf(draft.owner));
    }
    for (const { rrset, place } of steered) nodeAt(rrset.owner, place).steered.push(rrset.type);
    if (imported === undefined) return;
    const { cuts, dnames } = imported.listHiding();
    for (const cut of cuts) this.#cuts.add(keyOf(cut));
    for (const dname of dnames) this.#dnames.add(keyOf(dname));
    const hiding = [...this.#cuts, ...this.#dnames].map((key) => Buffer.from(key, "latin1"));
    for (const name of imported.listSpecial(hiding)) nodeAt(name);
  }

  /** What answers a query for a name: its own node, or the wildcard's at its closest encloser (RFC 4592 §3.3.1). */
  find(name: Name): OwnerNode | undefined {
    const lower = lowerName(name);
    const lineage = this.#lineage(lower);
    const depth = lineage.findIndex((key) => this.#exists(key, lower));
    if (depth === 0) return this.nodes.get(lineage[0] ?? "");
    return depth < 0 ? undefined : this.nodes.get(`\u0001*${lineage[depth]}`);
  }

  /** The node of exactly this name. */
  at(name: Name): OwnerNode | undefined {
    return this.nodes.get(keyOf(lowerName(name)));
  }

  /** The delegation that a name of the zone lies at or below: the highest, for that is where the zone ends. */
  findCut(name: Name): OwnerNode | undefined {
    const cut = this.#lineage(lowerName(name)).findLast((key) => this.#cuts.has(key));
    return cut === undefined ? undefined : this.nodes.get(cut);
  }

  /** The owner of the DNAME record that a name of the zone lies below: the highest, which hides all others. */
  findDname(name: Name): OwnerNode | undefined {
    const [, ...above] = this.#lineage(lowerName(name));
    const dname = above.findLast((key) => this.#dnames.has(key));
    return dname === undefined ? undefined : this.nodes.get(dname);
  }

  get hasDnames(): boolean {
    return this.#dnames.size > 0;
  }

  get hasCuts(): boolean {
    return this.#cuts.size > 0;
  }

  /** Whether the end of a name that has this key exists. */
  #exists(key: string, name: Name): boolean {
    if (this.#existing.has(key)) return true;
    return this.#imported?.has(name.subarray(name.length - key.length)) ?? false;
  }

  /** Keys of a name and of those above it, up to the apex. */
  #lineage(name: Name): string[] {
    const key = keyOf(name);
    const keys = labelOffsets(name).map((offset) => key.slice(offset));
    keys.push("\0");
    return keys.slice(0, keys.indexOf(this.#apexKey) + 1);
  }
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
