import { STEERED_ENTRY } from "../image/layout.ts";
import { readRRset } from "../image/list-rrsets.ts";
import { openSegment, type Segment } from "../image/segment.ts";
import type { PreparedZone } from "../loader/prepare-zone.ts";
import { readSoa } from "../rdata/soa.ts";
import { NameKey } from "../wire/name-key.ts";
import { TYPE_SOA } from "../wire/rr-types.ts";
import type { Name, RRset } from "../zone/model.ts";
import { listNodes, nameOfNode } from "./list-nodes.ts";
import type { PlainRRset } from "./plain-rrset.ts";

/** A name of a zone: where it stands in the segment. */
export type NodeReference = number;

/**
 * What of a zone goes to other name servers, as it was when the zone was taken into service: everything in it, glue and
 * what lies below zone cuts included, with steered names flattened. It holds on to the segment, which never changes, so a
 * transfer that takes long sends one version of the zone whatever is loaded meanwhile.
 */
export class ZoneContent {
  readonly apex: Name;
  readonly serial: number;
  readonly soa: RRset;
  /** Records, about: what flattening leaves out is counted. */
  readonly records: number;
  /** Octets of it all in memory: no less than in messages. */
  readonly octets: number;
  readonly segment: Segment;
  readonly #prepared: PreparedZone;
  /** By number of plan: what a steered name is transferred as; undefined: not at all. */
  readonly plans: readonly (PlainRRset | undefined)[];

  constructor(prepared: PreparedZone, plans: readonly (PlainRRset | undefined)[]) {
    const { zone, compiled } = prepared;
    this.#prepared = prepared;
    this.plans = plans;
    this.apex = zone.apex;
    this.segment = openSegment(compiled.segment);
    this.soa = this.#readSoa();
    this.serial = readSoa(this.soa.rdata[0]!).serial;
    this.records = compiled.records;
    this.octets = compiled.segment.byteLength;
  }

  /** Whether a zone was made of the same file: then it differs in nothing that is transferred. */
  isOf({ zone, compiled }: PreparedZone): boolean {
    return this.#prepared.zone === zone || this.#prepared.compiled === compiled;
  }

  /** The names of the zone in the order they were written, empty non-terminals included: the nodes. */
  listNodes(): Uint32Array {
    return listNodes(this.segment);
  }

  nameOf(node: NodeReference): Name {
    return nameOfNode(this.segment, node);
  }

  /** @returns the node of a name of the same zone in another version, or 0 */
  findNode(name: Name): NodeReference {
    key.read(name, 0, name.length);
    return this.segment.findNode(key, 0);
  }

  /** Of a node, but for the zone's SOA. */
  *rrsetsOf(node: NodeReference): Generator<RRset> {
    const { segment } = this;
    const count = segment.countEntries(node);
    if (count === 0) return;
    const owner = this.nameOf(node);
    let entry = segment.firstEntry(node);
    for (let left = count; left > 0; left--, entry = segment.nextEntry(entry)) {
      const rrset = this.#readEntry(entry, owner);
      if (rrset !== undefined && rrset.type !== TYPE_SOA) yield rrset;
    }
  }

  /** All RRsets but the zone's SOA. */
  *rrsets(): Generator<RRset> {
    for (const node of this.listNodes()) yield* this.rrsetsOf(node);
  }

  #readEntry(entry: number, owner: Name): RRset | undefined {
    const { segment, apex } = this;
    const reference = segment.entryReference(entry);
    if (!segment.isSteered(entry)) return readRRset(segment, reference, owner, apex);
    const plan = segment.words[(reference >> 2) + STEERED_ENTRY.plan]!;
    const plain = this.plans[plan];
    return plain && { owner, ...plain, answers: undefined };
  }

  #readSoa(): RRset {
    const { segment, apex } = this;
    const entry = segment.findEntry(segment.apex, TYPE_SOA);
    return readRRset(segment, segment.entryReference(entry), apex, apex);
  }
}

const key = new NameKey();
