import { LocationMap } from "../steering/location-map.ts";
import type { NameKey } from "../wire/name-key.ts";
import { TYPE_DS } from "../wire/rr-types.ts";
import { AnswerSets, compileAnswerSets } from "./answer-sets.ts";
import type { Publication } from "./publication.ts";
import { Segment } from "./segment.ts";
import { SegmentTable } from "./segment-table.ts";
import { compileZoneIndex, ZoneIndex } from "./zone-index.ts";

/** Who reads a zone that is found: so many may be looked at in turn, and each is with its reader until that is sent elsewhere. */
export const READER = { asked: 0, alias: 1, furtherAlias: 2 } as const;

/** What a reader answers from: everything published so far. Changes only between two queries, through `apply()`. */
export class Serving {
  version = 0;
  rotationSlots = 0;
  sets: AnswerSets = new AnswerSets(compileAnswerSets([]));
  /** By number; a plan names its own. */
  readonly maps: (LocationMap | undefined)[] = [];
  #index = new ZoneIndex(compileZoneIndex([]));
  readonly #segments = new SegmentTable();
  readonly #readers: readonly Segment[] = Object.values(READER).map(() => new Segment());

  apply(publication: Publication): void {
    this.version = publication.version;
    this.rotationSlots = publication.rotationSlots;
    this.#segments.apply(publication.segments);
    // What they were left at may be gone, and large.
    for (const reader of this.#readers) reader.close();
    for (const [number, map] of publication.maps) {
      this.maps[number] = map === null ? undefined : new LocationMap(map);
    }
    if (publication.steering !== undefined) this.sets = new AnswerSets(publication.steering);
    if (publication.index !== undefined) this.#index = new ZoneIndex(publication.index);
  }

  /**
   * The zone a name is in. The DS RRset of an apex is the parent's, if that is served too (RFC 4035 §3.1.4.1).
   *
   * @param reader one of `READER`: it leaves the zone that it has read so far
   */
  findZone(name: NameKey, type: number, reader: number): Segment | undefined {
    let number = this.#index.find(name, name.labels);
    if (number < 0) return undefined;
    if (
      type === TYPE_DS &&
      name.labels > 0 &&
      this.#segments.apexLabelsOf(number) === name.labels
    ) {
      const parent = this.#index.find(name, name.labels - 1);
      if (parent >= 0) number = parent;
    }
    if (!this.#segments.has(number)) return undefined;
    const segment = this.#readers[reader]!;
    this.#segments.open(number, segment);
    return segment;
  }
}
