import { lowerOctet, MAX_NAME_OCTETS } from "../wire/name-key.ts";
import {
  TYPE_A,
  TYPE_AAAA,
  TYPE_HTTPS,
  TYPE_MX,
  TYPE_NS,
  TYPE_SRV,
  TYPE_SVCB,
} from "../wire/rr-types.ts";
import { hashName, NameTable } from "../zone/master/name-table.ts";
import type { RRsetTable } from "../zone/master/rrset-table.ts";
import { endsInApex } from "./append-record.ts";
import { NODE, OWNS_DNAME, RRSET } from "./layout.ts";
import type { OctetBuilder } from "./octet-builder.ts";
import type { ZoneTree } from "./zone-tree.ts";

/**
 * Types whose answers come with the addresses of the names in their rdata (RFC 1035 §3.3.9, §3.3.11, RFC 2782,
 * RFC 9460 §4.1), and how many octets of rdata stand before that name.
 */
const NAME_OFFSETS: ReadonlyMap<number, number> = new Map([
  [TYPE_NS, 0],
  [TYPE_MX, 2],
  [TYPE_SRV, 6],
  [TYPE_SVCB, 2],
  [TYPE_HTTPS, 2],
]);

/** The label of a wildcard. */
const WILDCARD = [1, 0x2a];

/**
 * Fills in where the addresses are that go with the static RRsets of a zone, all of which are compiled.
 *
 * @param references of the nodes, by name
 */
export function linkTargets(
  builder: OctetBuilder,
  tree: ZoneTree,
  references: Uint32Array,
  apex: Uint8Array,
): void {
  const linker = new TargetLinker(builder, tree, references, apex);
  for (const node of tree.order) {
    let entry = NODE.words;
    for (const table of tree.tables) {
      const end = table.endOf(node);
      for (let rrset = table.startOf(node); rrset < end; rrset++, entry += 2) {
        const offset = NAME_OFFSETS.get(table.typeOf(rrset));
        if (offset === undefined) continue;
        linker.link(builder.word(references[node]!, entry + 1), node, table, rrset, offset);
      }
    }
  }
}

/** Whether rdata is of SVCB or HTTPS and has a priority, which aliases have not. */
function isServiceMode(type: number, octets: Uint8Array, start: number): boolean {
  const isService = type === TYPE_SVCB || type === TYPE_HTTPS;
  return isService && (octets[start] !== 0 || octets[start + 1] !== 0);
}

class TargetLinker {
  readonly #builder: OctetBuilder;
  readonly #tree: ZoneTree;
  readonly #references: Uint32Array;
  readonly #apex: Uint8Array;
  /** The name that is being looked for, in lower case. */
  readonly #name = new Uint8Array(MAX_NAME_OCTETS + 1);
  /** Names of the zone that it does not have. */
  readonly #missing = new NameTable();

  constructor(builder: OctetBuilder, tree: ZoneTree, references: Uint32Array, apex: Uint8Array) {
    this.#builder = builder;
    this.#tree = tree;
    this.#references = references;
    this.#apex = apex;
  }

  /**
   * Gives an RRset a word per record, if addresses go with any; a name that several records have is found for the first
   * only.
   */
  link(reference: number, owner: number, rrsets: RRsetTable, rrset: number, offset: number): void {
    const { table, records, first, size } = rrsets;
    const type = rrsets.typeOf(rrset);
    const count = size[rrset]!;
    const seen = new Set<number>();
    let targets = 0;
    for (let i = 0; i < count; i++) {
      const record = records[first[rrset]! + i]!;
      const start = table.rdata[record]!;
      const length = this.#read(table.octets, start + offset);
      // The root stands for the owner, but in an alias (RFC 9460 §2.5.2).
      if (length === 1 && isServiceMode(type, table.octets, start)) {
        if (!seen.has(owner) && this.#isUseful(owner, type)) {
          if (targets === 0) targets = this.#builder.allocate(count);
          this.#builder.setWord(targets, i, this.#references[owner]!);
        }
        seen.add(owner);
        continue;
      }
      // Elsewhere it stands for no host at all (RFC 7505 §3, RFC 2782, RFC 9460 §2.5.1), though a root zone may have addresses at its apex.
      if (length === 1 && type !== TYPE_NS) continue;
      if (!endsInApex(this.#name, 0, length, this.#apex)) continue;
      const name = this.#numberOf(length);
      if (seen.has(name)) continue;
      seen.add(name);
      const node = this.#nodeFor(name, length);
      if (node < 0 || !this.#isUseful(node, type)) continue;
      if (targets === 0) targets = this.#builder.allocate(count);
      this.#builder.setWord(targets, i, this.#references[node]!);
    }
    if (targets !== 0) this.#builder.setWord(reference, RRSET.targets, targets);
  }

  /** Takes the name at a place. @returns its length */
  #read(octets: Uint8Array, start: number): number {
    let end = start;
    while (octets[end] !== 0) end += octets[end]! + 1;
    for (let at = start; at <= end; at++) this.#name[at - start] = lowerOctet(octets[at]!);
    return end + 1 - start;
  }

  /** A number of its own for every name; those that the zone does not have count down from -1. */
  #numberOf(length: number): number {
    const hash = hashName(this.#name, 0);
    const known = this.#tree.names.find(this.#name, 0, length, hash);
    return known >= 0 ? known : -1 - this.#missing.add(this.#name, 0, length, hash);
  }

  /** The node that answers for the name: its own, or the wildcard's at its closest encloser; -1 for none. */
  #nodeFor(name: number, length: number): number {
    const { names, redirects, apex } = this.#tree;
    if (this.#isNode(name)) return name;
    let encloser = -1;
    for (let at = 0; !this.#isNode(encloser); ) {
      at += this.#name[at]! + 1;
      encloser = names.find(this.#name, at, length - at, hashName(this.#name, at));
      if (encloser === apex) break;
    }
    if (redirects[encloser] === 1) return -1;
    const wildcard = this.#builder.word(this.#references[encloser]!, NODE.wildcard);
    return wildcard === 0 ? -1 : this.#wildcardBelow(encloser);
  }

  #wildcardBelow(encloser: number): number {
    const { names } = this.#tree;
    const owner = Uint8Array.of(...WILDCARD, ...names.nameAt(encloser));
    return names.numberOf(owner);
  }

  #isNode(name: number): boolean {
    return name >= 0 && this.#references[name] !== 0;
  }

  /** Whether a node has what goes with an answer of type `by`, and this zone may tell. */
  #isUseful(node: number, by: number): boolean {
    const { cuts, redirects } = this.#tree;
    // What lies below a cut is another's, but for the addresses of name servers, which is what glue is.
    const cut = cuts[node]!;
    if (cut >= 0 && (by !== TYPE_NS || redirects[cut] === 1)) return false;
    const reference = this.#references[node]!;
    const rrsets = this.#builder.word(reference, NODE.rrsets) & (OWNS_DNAME - 1);
    for (let i = 0; i < rrsets; i++) {
      const type = this.#builder.word(reference, NODE.words + i * 2) & 0xffff;
      if (type === TYPE_A || type === TYPE_AAAA) return true;
      if (type === by && (by === TYPE_SVCB || by === TYPE_HTTPS)) return true;
    }
    return false;
  }
}
