/**
 * The seam: what the control plane publishes and the data plane reads. A publication is one message; a reader applies it
 * whole between two batches of queries, so an answer is wholly of the old state or wholly of the new.
 */

/** Only what changed since the publication before; a new reader gets one that holds everything. */
export interface Publication {
  /** Rises by one each time. */
  readonly version: number;
  /** Hash table from apex to segment (zone-index.ts); present when the set of zones or a segment's number changed. */
  readonly index: SharedArrayBuffer | undefined;
  /** Zone segments by number (segment.ts); null frees the number. */
  readonly segments: readonly (readonly [number: number, place: SegmentPlace | null])[];
  /** Location maps by number (steering/location-map.ts). */
  readonly maps: readonly (readonly [number: number, map: SharedArrayBuffer | null])[];
  /** The answer sets of all steered names (answer-sets.ts). */
  readonly steering: SharedArrayBuffer | undefined;
  /** How many rotation counters a worker needs. */
  readonly rotationSlots: number;
}

/** Where a segment stands: a small one beside others, see segment-chunks.ts. */
export interface SegmentPlace {
  readonly buffer: SharedArrayBuffer;
  /** Octets from the start of the buffer. */
  readonly at: number;
  /** Its own. */
  readonly byteLength: number;
}
