import { TYPE_DNAME, TYPE_NS } from "../wire/rr-types.ts";
import { hashName, NameTable } from "../zone/master/name-table.ts";
import type { RRsetTable } from "../zone/master/rrset-table.ts";
import type { SteeredRRset, Zone } from "../zone/model.ts";
import { tabulateRRsets } from "../zone/tabulate-rrsets.ts";

const NONE = -1;
const WILDCARD_LABEL = 0x2a;

/**
 * The names of a zone on their way into a segment, by the numbers that they have in `names`. Columns, so that a name costs
 * no object.
 */
export interface ZoneTree {
  /** May hold names that are no nodes. */
  readonly names: NameTable;
  /** The nodes: every owner and the empty non-terminals above, parents first, else as written. */
  readonly order: Uint32Array;
  readonly apex: number;
  /** Static RRsets; those of a name may be in several tables. */
  readonly tables: readonly RRsetTable[];
  readonly steered: ReadonlyMap<number, readonly SteeredRRset[]>;
  /** By name: the one without its first label; -1 for those above the apex. */
  readonly parents: Int32Array;
  /**
   * By node: where the zone's own data ends on the way down to this name, or -1: a zone cut, possibly itself, or the owner
   * of a DNAME above. Of several the one nearest to the apex: it hides the others.
   */
  readonly cuts: Int32Array;
  /** By node: 1 if the names below are redirected by a DNAME here. */
  readonly redirects: Uint8Array;
}

export function buildZoneTree(zone: Zone): ZoneTree {
  const names = zone.table?.table.owners ?? new NameTable();
  const own = tabulateRRsets(zone.rrsets, names);
  const tables = zone.table === undefined ? [own] : [own, zone.table];
  const steered = new Map<number, SteeredRRset[]>();
  for (const rrset of zone.steered) {
    const number = names.addName(rrset.owner);
    const known = steered.get(number);
    if (known === undefined) steered.set(number, [rrset]);
    else known.push(rrset);
  }
  const apex = names.addName(zone.apex);
  const parents = addParents(names, zone.apex.length);
  const order = new NodeOrder(parents);
  order.add(apex);
  for (const table of tables) {
    // RRsets are in the order of their owners' numbers, which is that of the first record of each.
    for (let rrset = 0; rrset < table.count; rrset++) order.add(table.ownerOf(rrset));
  }
  for (const number of steered.keys()) order.add(number);
  const tree = {
    names,
    order: order.list(),
    apex,
    tables,
    steered,
    parents,
    cuts: new Int32Array(names.count).fill(NONE),
    redirects: new Uint8Array(names.count),
  };
  for (const node of tree.order) findEnd(tree, node);
  return tree;
}

/** Whether a name is `*` and something below it. */
export function isWildcard({ octets, offsets }: NameTable, name: number): boolean {
  const at = offsets[name]!;
  return octets[at] === 1 && octets[at + 1] === WILDCARD_LABEL;
}

/** Adds what lies between the names and the apex, and tells of each name which one it is directly below. */
function addParents(names: NameTable, apexLength: number): Int32Array {
  let parents = new Int32Array(names.count);
  let last = NONE;
  // What is added has its turn later on.
  for (let name = 0; name < names.count; name++) {
    if (name === parents.length) {
      const longer = new Int32Array(name * 2);
      longer.set(parents);
      parents = longer;
    }
    const start = names.offsets[name]!;
    const end = names.offsets[name + 1]!;
    if (end - start <= apexLength) {
      parents[name] = NONE;
      continue;
    }
    const above = start + 1 + names.octets[start]!;
    // Names that stand side by side are mostly those of one parent.
    if (last === NONE || !names.holds(last, names.octets, above, end - above)) {
      last = names.add(names.octets, above, end - above, hashName(names.octets, above));
    }
    parents[name] = last;
  }
  return parents.subarray(0, names.count);
}

/** Lists names, each behind the one above it. */
class NodeOrder {
  readonly #parents: Int32Array;
  readonly #order: Uint32Array;
  readonly #isListed: Uint8Array;
  #count = 0;

  constructor(parents: Int32Array) {
    this.#parents = parents;
    this.#order = new Uint32Array(parents.length);
    this.#isListed = new Uint8Array(parents.length);
  }

  add(name: number): void {
    if (this.#isListed[name] === 1) return;
    this.#isListed[name] = 1;
    const parent = this.#parents[name]!;
    if (parent !== NONE) this.add(parent);
    this.#order[this.#count++] = name;
  }

  list(): Uint32Array {
    return this.#order.subarray(0, this.#count);
  }
}

/** Expects the parent's to be known. */
function findEnd({ names, apex, tables, parents, cuts, redirects }: ZoneTree, node: number): void {
  const parent = parents[node]!;
  const above = node === apex ? NONE : redirects[parent] === 1 ? parent : cuts[parent]!;
  // NS at the apex are the zone's own; at a wildcard they have no meaning (RFC 4592 §4.2): ordinary data here.
  const isCut = node !== apex && !isWildcard(names, node) && owns(tables, node, TYPE_NS);
  cuts[node] = above !== NONE ? above : isCut ? node : NONE;
  redirects[node] = cuts[node] === NONE && owns(tables, node, TYPE_DNAME) ? 1 : 0;
}

function owns(tables: readonly RRsetTable[], name: number, type: number): boolean {
  for (const table of tables) if (table.find(name, type) >= 0) return true;
  return false;
}
