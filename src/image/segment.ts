import { type NameKey, slotOf } from "../wire/name-key.ts";
import { ImageView } from "./image-view.ts";
import { ALIASED, NODE, OWNS_DNAME, RRSET, SEGMENT, STEERED } from "./layout.ts";

const NODE_ENTRY_WORDS = 2;
const NOTHING = new ImageView(new SharedArrayBuffer(0));

/** Reads one compiled zone, then another. Nodes and RRsets are references into the buffer that it stands in, 0 for none. */
export class Segment implements ImageView {
  octets: Uint8Array = NOTHING.octets;
  halves: Uint16Array = NOTHING.halves;
  words: Uint32Array = NOTHING.words;
  floats: Float32Array = NOTHING.floats;
  view: DataView = NOTHING.view;
  apex = 0;
  /** Octets of the apex name. */
  apexLength = 0;
  apexLabels = 0;
  negativeSoa = 0;
  planBase = 0;
  isUnavailable = false;
  /** See expiry-table.ts. */
  expirySlot = 0;
  #table = 0;
  #mask = 0;

  /**
   * Reads another zone from now on.
   *
   * @param image of the buffer that it stands in
   * @param headers hold its header from word `at` on
   */
  open(image: ImageView, headers: Int32Array, at: number): void {
    // A pointer that is written is one that the garbage collector hears of.
    if (this.words !== image.words) {
      this.octets = image.octets;
      this.halves = image.halves;
      this.words = image.words;
      this.floats = image.floats;
      this.view = image.view;
    }
    this.#mask = headers[at + SEGMENT.tableMask]!;
    this.#table = headers[at + SEGMENT.table]! >> 2;
    this.apex = headers[at + SEGMENT.apex]!;
    this.apexLength = headers[at + SEGMENT.apexLength]!;
    this.apexLabels = headers[at + SEGMENT.apexLabels]!;
    this.negativeSoa = headers[at + SEGMENT.negativeSoa]!;
    this.planBase = headers[at + SEGMENT.planBase]!;
    this.isUnavailable = headers[at + SEGMENT.unavailable] !== 0;
    this.expirySlot = headers[at + SEGMENT.expirySlot]!;
  }

  /** Lets go of the zone's memory. */
  close(): void {
    this.octets = NOTHING.octets;
    this.halves = NOTHING.halves;
    this.words = NOTHING.words;
    this.floats = NOTHING.floats;
    this.view = NOTHING.view;
  }

  /** @returns the node of a name of this zone, without its first `label` labels, or 0 */
  findNode(name: NameKey, label: number): number {
    const { words, view } = this;
    const hash = name.hashes[label]!;
    let slot = slotOf(hash, this.#mask);
    for (;;) {
      const at = this.#table + slot * 2;
      const node = words[at + 1]!;
      if (node === 0) return 0;
      if ((words[at]! | 0) === hash) {
        const word = node >> 2;
        const length = words[word + NODE.nameLength]!;
        const nameAt = words[word + NODE.name]!;
        if (name.suffixEquals(label, view, nameAt, length, this.apexLength)) return node;
      }
      slot = (slot + 1) & this.#mask;
    }
  }

  /** @returns the node of the deepest existing name above one that does not exist (RFC 4592 §3.3.1) */
  findClosestEncloser(name: NameKey): number {
    const apexLabel = name.labels - this.apexLabels;
    for (let label = 1; label < apexLabel; label++) {
      const node = this.findNode(name, label);
      if (node !== 0) return node;
    }
    return this.apex;
  }

  /** @returns the word of a node's RRset entry of that type, steered or not, or 0 */
  findEntry(node: number, type: number): number {
    const { words } = this;
    let entry = (node >> 2) + NODE.words;
    for (let left = this.countEntries(node); left > 0; left--, entry += NODE_ENTRY_WORDS) {
      if ((words[entry]! & 0xffff) === type) return entry;
    }
    return 0;
  }

  /** How many RRset entries a node has; an empty non-terminal has none. */
  countEntries(node: number): number {
    return this.words[(node >> 2) + NODE.rrsets]! & (OWNS_DNAME - 1);
  }

  /** @returns the word of a node's first RRset entry, if it has any */
  firstEntry(node: number): number {
    return (node >> 2) + NODE.words;
  }

  /** @returns the word of the entry behind another one of the same node, if there is one */
  nextEntry(entry: number): number {
    return entry + NODE_ENTRY_WORDS;
  }

  isSteered(entry: number): boolean {
    return (this.words[entry]! & STEERED) !== 0;
  }

  /** Whether an entry is that of an ALIAS record, which is steered, too. */
  isAliased(entry: number): boolean {
    return (this.words[entry]! & ALIASED) !== 0;
  }

  /** The RR type of an entry. */
  typeOf(entry: number): number {
    return this.words[entry]! & 0xffff;
  }

  /** What an RRset entry points to: an RRset, or a steered entry. */
  entryReference(entry: number): number {
    return this.words[entry + 1]!;
  }

  /** What the targets of an RRset entry are: see layout.ts. */
  targetsOf(entry: number): number {
    return this.words[(this.words[entry + 1]! >> 2) + RRSET.targets]!;
  }

  /** The zone cut at or above a node, or the owner of a DNAME above it, or 0: what is nearest to the apex. */
  cutOf(node: number): number {
    return this.words[(node >> 2) + NODE.cut]!;
  }

  /** What `cutOf()` would be for a name below a node that has no node of its own. */
  cutBelow(node: number): number {
    const cut = this.cutOf(node);
    return cut === 0 && this.ownsDname(node) ? node : cut;
  }

  /** Whether names below a node are redirected; never true of a zone cut. */
  ownsDname(node: number): boolean {
    return (this.words[(node >> 2) + NODE.rrsets]! & OWNS_DNAME) !== 0;
  }

  /** A node's name, lower case. */
  nameOf(node: number): Uint8Array {
    const at = this.words[(node >> 2) + NODE.name]!;
    return this.octets.subarray(at, at + this.nameLengthOf(node));
  }

  /** Octets of a node's name. */
  nameLengthOf(node: number): number {
    return this.words[(node >> 2) + NODE.nameLength]!;
  }

  /** The node of the wildcard below a node, or 0. */
  wildcardOf(node: number): number {
    return this.words[(node >> 2) + NODE.wildcard]!;
  }
}

/** Reads a segment that has a buffer of its own, as the compiler makes them. */
export function openSegment(buffer: SharedArrayBuffer): Segment {
  const segment = new Segment();
  segment.open(new ImageView(buffer), new Int32Array(buffer), 0);
  return segment;
}
