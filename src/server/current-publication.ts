import type { Publication, SegmentPlace } from "../image/publication.ts";
import { SharedWaste } from "./shared-waste.ts";

/** Merges publications, each of which holds only what changed, into the one that a reader which has none needs. */
export class CurrentPublication {
  readonly #segments = new Map<number, SegmentPlace>();
  readonly #maps = new Map<number, SharedArrayBuffer>();
  readonly #waste: Pick<SharedWaste, "note">;
  #last: Publication | undefined;

  /** @param waste told of what is replaced, in octets */
  constructor(waste: Pick<SharedWaste, "note"> = new SharedWaste()) {
    this.#waste = waste;
  }

  /** Takes over what `publication` changes. */
  merge(publication: Publication): void {
    const replaced =
      replace(this.#segments, publication.segments) + replace(this.#maps, publication.maps);
    this.#waste.note(replaced);
    this.#last = {
      ...publication,
      index: publication.index ?? this.#last?.index,
      steering: publication.steering ?? this.#last?.steering,
    };
  }

  /** Everything published so far as one publication; undefined before the first. */
  whole(): Publication | undefined {
    return this.#last && { ...this.#last, segments: [...this.#segments], maps: [...this.#maps] };
  }
}

/** @returns the octets of what was there before */
function replace<Part extends { readonly byteLength: number }>(
  parts: Map<number, Part>,
  changes: readonly (readonly [number, Part | null])[],
): number {
  let octets = 0;
  for (const [number, part] of changes) {
    octets += parts.get(number)?.byteLength ?? 0;
    if (part === null) parts.delete(number);
    else parts.set(number, part);
  }
  return octets;
}
