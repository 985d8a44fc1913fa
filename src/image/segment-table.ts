import { ImageView } from "./image-view.ts";
import { SEGMENT } from "./layout.ts";
import type { SegmentPlace } from "./publication.ts";
import type { Segment } from "./segment.ts";

/** A row: which buffer a segment stands in, 0 for none, then its header. */
const IMAGE = 0;
const HEADER = 1;
const ROW_WORDS: number = HEADER + SEGMENT.words;

/**
 * Where a thread finds the segments, by number. What a query needs of a zone before it looks up a name is copied here from
 * the headers: the rows of thousands of zones stay in a processor's caches, where objects would not.
 */
export class SegmentTable {
  #rows = new Int32Array(0);
  /** By the number that rows have; the first stands for none. */
  readonly #images: (ImageView | undefined)[] = [undefined];
  /** Segments in each. */
  readonly #users: number[] = [0];
  readonly #free: number[] = [];

  /** Takes over where segments stand from now on; null takes one out. */
  apply(changes: readonly (readonly [number: number, place: SegmentPlace | null])[]): void {
    const numbers = new Map<SharedArrayBuffer, number>();
    for (const [segment, place] of changes) {
      if (segment * ROW_WORDS >= this.#rows.length) this.#grow(segment);
      const row = segment * ROW_WORDS;
      this.#release(this.#rows[row + IMAGE]!);
      this.#rows[row + IMAGE] = 0;
      if (place === null) continue;
      const { buffer, at } = place;
      const image = numbers.get(buffer) ?? this.#add(buffer);
      numbers.set(buffer, image);
      this.#users[image]!++;
      this.#rows[row + IMAGE] = image;
      this.#rows.set(new Int32Array(buffer, at, SEGMENT.words), row + HEADER);
    }
  }

  has(segment: number): boolean {
    return this.#rows[segment * ROW_WORDS + IMAGE]! > 0;
  }

  apexLabelsOf(segment: number): number {
    return this.#rows[segment * ROW_WORDS + HEADER + SEGMENT.apexLabels]!;
  }

  /** Lets `reader` read a segment that there is. */
  open(segment: number, reader: Segment): void {
    const row = segment * ROW_WORDS;
    reader.open(this.#images[this.#rows[row + IMAGE]!]!, this.#rows, row + HEADER);
  }

  #grow(segment: number): void {
    const before = this.#rows;
    this.#rows = new Int32Array((segment + 1) * 2 * ROW_WORDS);
    this.#rows.set(before);
  }

  #add(buffer: SharedArrayBuffer): number {
    const number = this.#free.pop() ?? this.#images.length;
    this.#images[number] = new ImageView(buffer);
    this.#users[number] = 0;
    return number;
  }

  #release(image: number): void {
    if (image === 0 || --this.#users[image]! > 0) return;
    this.#images[image] = undefined;
    this.#free.push(image);
  }
}
