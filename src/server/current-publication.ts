import type { Publication } from "../image/publication.ts";

/** Merges publications, each of which holds only what changed, into the one that a reader which has none needs. */
export class CurrentPublication {
  readonly #segments = new Map<number, SharedArrayBuffer>();
  readonly #maps = new Map<number, SharedArrayBuffer>();
  #last: Publication | undefined;

  /** Takes over what `publication` changes. */
  merge(publication: Publication): void {
    replace(this.#segments, publication.segments);
    replace(this.#maps, publication.maps);
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

function replace(
  parts: Map<number, SharedArrayBuffer>,
  changes: readonly (readonly [number, SharedArrayBuffer | null])[],
): void {
  for (const [number, part] of changes) {
    if (part === null) parts.delete(number);
    else parts.set(number, part);
  }
}
