/**
 * Where published segments stand. A query for one of thousands of zones finds hardly anything in a processor's caches, so
 * small segments stand side by side in chunks: one set of views, few pages and few mappings for many zones.
 *
 * A chunk never changes. It is given back when no reader knows of a segment in it any more; so that a few zones do not
 * keep much memory, those of chunks that are hardly used move on into a new one from time to time.
 */
import type { SegmentPlace } from "./publication.ts";
import { relocateSegment } from "./relocate-segment.ts";

export const CHUNK_OCTETS: number = 256 * 1024;
/** A larger one has a buffer of its own. */
export const SMALL_OCTETS: number = 16 * 1024;
/** Chunks that may be less than half full, beside those that are being added. */
const MAX_SPARSE = 8;

interface Chunk {
  /** Octets of those that are still served from here. */
  octets: number;
  /** By number, as they were compiled. */
  readonly segments: Map<number, SharedArrayBuffer>;
}

/** Keeps the places of all segments that are served. */
export class SegmentChunks {
  readonly #chunkOf = new Map<number, Chunk>();
  readonly #chunks = new Set<Chunk>();

  /**
   * Takes over what becomes of segments, by number; null takes one out of service. Whoever could not pass the places on
   * may have them placed again.
   *
   * @returns the places of those, and of others that had to move
   */
  place(
    changes: ReadonlyMap<number, SharedArrayBuffer | null>,
  ): [number: number, place: SegmentPlace | null][] {
    const places: [number, SegmentPlace | null][] = [];
    const small = new Map<number, SharedArrayBuffer>();
    for (const [number, segment] of changes) {
      this.#remove(number);
      if (segment === null) places.push([number, null]);
      else if (segment.byteLength <= SMALL_OCTETS) small.set(number, segment);
      else places.push([number, ownPlace(segment)]);
    }
    const sparse = [...this.#chunks].filter(({ octets }) => octets < CHUNK_OCTETS / 2);
    if (sparse.length > MAX_SPARSE) {
      for (const { segments } of sparse) {
        for (const [number, segment] of segments) {
          this.#remove(number);
          small.set(number, segment);
        }
      }
    }
    for (const chunk of divide(small)) {
      this.#chunks.add(chunk);
      for (const number of chunk.segments.keys()) this.#chunkOf.set(number, chunk);
      places.push(...fill(chunk));
    }
    return places;
  }

  #remove(number: number): void {
    const chunk = this.#chunkOf.get(number);
    if (chunk === undefined) return;
    chunk.octets -= roomFor(chunk.segments.get(number)!);
    chunk.segments.delete(number);
    this.#chunkOf.delete(number);
    if (chunk.segments.size === 0) this.#chunks.delete(chunk);
  }
}

function ownPlace(buffer: SharedArrayBuffer): SegmentPlace {
  return { buffer, at: 0, byteLength: buffer.byteLength };
}

/** Divides segments among chunks that have room for them. */
function divide(segments: ReadonlyMap<number, SharedArrayBuffer>): Chunk[] {
  const chunks: Chunk[] = [];
  let last: Chunk | undefined;
  for (const [number, segment] of segments) {
    const octets = roomFor(segment);
    if (last === undefined || last.octets + octets > CHUNK_OCTETS) {
      last = { octets: 0, segments: new Map() };
      chunks.push(last);
    }
    last.octets += octets;
    last.segments.set(number, segment);
  }
  return chunks;
}

/** Copies the segments of a chunk into a buffer; one that is alone stays where it is. */
function fill({ octets, segments }: Chunk): [number, SegmentPlace][] {
  if (segments.size === 1) return [...segments].map(([number, one]) => [number, ownPlace(one)]);
  const buffer = new SharedArrayBuffer(octets);
  const image = new Uint8Array(buffer);
  const words = new Uint32Array(buffer);
  let next = 0;
  return [...segments].map(([number, segment]) => {
    const at = next;
    image.set(new Uint8Array(segment), at);
    relocateSegment(words, at);
    next += roomFor(segment);
    return [number, { buffer, at, byteLength: segment.byteLength }];
  });
}

/** Octets that a segment takes of a chunk: whole cache lines. */
function roomFor({ byteLength }: SharedArrayBuffer): number {
  return (byteLength + 63) & ~63;
}
