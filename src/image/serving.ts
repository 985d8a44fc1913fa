import { LocationMap } from "../steering/location-map.ts";
import type { NameKey } from "../wire/name-key.ts";
import { TYPE_DS } from "../wire/rr-types.ts";
import { AnswerSets, compileAnswerSets } from "./answer-sets.ts";
import { ImageView } from "./image-view.ts";
import type { Publication, SegmentPlace } from "./publication.ts";
import { Segment } from "./segment.ts";
import { compileZoneIndex, ZoneIndex } from "./zone-index.ts";

/** What a reader answers from: everything published so far. Changes only between two queries, through `apply()`. */
export class Serving {
  version = 0;
  rotationSlots = 0;
  sets: AnswerSets = new AnswerSets(compileAnswerSets([]));
  /** By number; a plan names its own. */
  readonly maps: (LocationMap | undefined)[] = [];
  #index = new ZoneIndex(compileZoneIndex([]));
  readonly #segments: (Segment | undefined)[] = [];

  apply(publication: Publication): void {
    this.version = publication.version;
    this.rotationSlots = publication.rotationSlots;
    const images = new Map<SharedArrayBuffer, ImageView>();
    for (const [number, place] of publication.segments) {
      this.#segments[number] = place === null ? undefined : openPlace(place, images);
    }
    for (const [number, map] of publication.maps) {
      this.maps[number] = map === null ? undefined : new LocationMap(map);
    }
    if (publication.steering !== undefined) this.sets = new AnswerSets(publication.steering);
    if (publication.index !== undefined) this.#index = new ZoneIndex(publication.index);
  }

  /**
   * The zone a name is in. The DS RRset of an apex is the parent's, if that is served too (RFC 4035 §3.1.4.1).
   */
  findZone(name: NameKey, type: number): Segment | undefined {
    const number = this.#index.find(name, name.labels);
    if (number < 0) return undefined;
    const segment = this.#segments[number];
    if (type !== TYPE_DS || segment?.apexLabels !== name.labels || name.labels === 0)
      return segment;
    const parent = this.#index.find(name, name.labels - 1);
    return parent < 0 ? segment : this.#segments[parent];
  }
}

/** @param images those of the buffers that have been met */
function openPlace(
  { buffer, at }: SegmentPlace,
  images: Map<SharedArrayBuffer, ImageView>,
): Segment {
  const image = images.get(buffer) ?? new ImageView(buffer);
  images.set(buffer, image);
  return new Segment(image, at);
}
