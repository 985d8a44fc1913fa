import { AnswerSetCompiler, type PlanSets } from "../image/answer-sets.ts";
import type { Publication } from "../image/publication.ts";
import { SegmentChunks } from "../image/segment-chunks.ts";
import { compileZoneIndex } from "../image/zone-index.ts";
import type { Log } from "../log/log.ts";

export interface PublisherOptions {
  readonly publish: (publication: Publication) => void;
  /** Told when other zones than before are published. */
  readonly onZones?: () => void;
  readonly log: Log;
}

/** What is to be served, beside the parts of the image that are told of when they change. */
export interface PublishedState {
  readonly zones: readonly { readonly apex: Uint8Array; readonly segment: number }[];
  /** By number; those of no zone are undefined. */
  readonly plans: readonly (PlanSets | undefined)[];
  readonly rotationSlots: number;
}

/** Parts of the image, by number; null frees the number. */
type ChangedParts = Iterable<readonly [number: number, part: SharedArrayBuffer | null]>;

/**
 * Tells the data plane of changes. What fails, for want of memory above all, is kept for the next publication: whoever
 * went on without it would read zones as they were with the numbers of what they are.
 */
export class Publisher {
  readonly #options: PublisherOptions;
  #version = 0;
  readonly #answerSets = new AnswerSetCompiler();
  readonly #chunks = new SegmentChunks();
  /** What has not been told yet. */
  readonly #segments = new Map<number, SharedArrayBuffer | null>();
  readonly #maps = new Map<number, SharedArrayBuffer | null>();
  #isOtherIndex = false;
  #areZonesOther = false;
  #isDue = false;
  #failure: Error | undefined;

  constructor(options: PublisherOptions) {
    this.#options = options;
  }

  /** Whether there is something to publish. */
  get isDue(): boolean {
    return this.#isDue;
  }

  /** Why the last publication failed; undefined: it did not. */
  get failure(): Error | undefined {
    return this.#failure;
  }

  /**
   * Notes other zones for the next publication: what becomes of a number last is what counts.
   *
   * @param segments as they were compiled
   * @param maps location maps
   * @param isOtherIndex whether zones have come or gone
   */
  noteZones(segments: ChangedParts, maps: ChangedParts, isOtherIndex: boolean): void {
    for (const [number, segment] of segments) this.#segments.set(number, segment);
    for (const [number, map] of maps) this.#maps.set(number, map);
    this.#isOtherIndex ||= isOtherIndex;
    this.#areZonesOther = true;
    this.#isDue = true;
  }

  /** Notes that answers are others than before. */
  noteAnswers(): void {
    this.#isDue = true;
  }

  /** Publishes what is due. Never throws: what was published before goes on being answered. */
  publish(state: PublishedState): void {
    const { log } = this.#options;
    const before = this.#failure;
    try {
      this.#options.publish(this.#compile(state));
      this.#forget();
      if (before !== undefined) log.info({}, "Changes are published again");
    } catch (err) {
      this.#failure = err as Error;
      // As long as it fails for the same reason that is no news.
      if (before?.message === this.#failure.message) return;
      const kept = "what was answered before goes on, and it is tried again";
      log.error({ err }, `Cannot publish what has changed: ${kept}`);
      return;
    }
    if (!this.#areZonesOther) return;
    // Before they are told: that may well bring other zones.
    this.#areZonesOther = false;
    this.#options.onZones?.();
  }

  #compile({ zones, plans, rotationSlots }: PublishedState): Publication {
    const index = this.#isOtherIndex ? compileZoneIndex(zones) : undefined;
    const steering = this.#answerSets.compile(plans);
    const segments = this.#chunks.place(this.#segments);
    const version = ++this.#version;
    return { version, index, segments, maps: [...this.#maps], steering, rotationSlots };
  }

  #forget(): void {
    this.#segments.clear();
    this.#maps.clear();
    this.#isOtherIndex = false;
    this.#isDue = false;
    this.#failure = undefined;
  }
}
