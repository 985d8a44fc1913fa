import type { Context } from "../answer/context.ts";
import type { Publication } from "../image/publication.ts";

/** The reader of the published image, one per thread. */
export interface ImageReader {
  apply(publication: Publication): void;
  /** Rotation counters that the image applied last needs. */
  readonly rotationSlots: number;
}

/** What the transports need of the answer side; every transport runs the same one. */
export interface Engine<S extends ImageReader> {
  createServing(): S;
  /**
   * Answers the query in the first `length` octets of `query`.
   *
   * @param now milliseconds of a monotonic clock, of which the lower 32 bits count
   * @param out room for 65 535 octets if the context says stream, for 4096 otherwise
   * @returns the length of the response in `out`, 0 to stay silent
   */
  respond(
    query: Uint8Array,
    length: number,
    context: Context,
    serving: S,
    now: number,
    out: Uint8Array,
  ): number;
}
