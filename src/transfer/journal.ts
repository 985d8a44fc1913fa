import type { RRset } from "../zone/model.ts";
import { condense, type Difference } from "./difference.ts";
import type { ZoneContent } from "./zone-content.ts";

/** From one serial of a zone to the next. */
interface Step {
  readonly from: number;
  readonly soa: RRset;
  readonly difference: Difference;
  readonly octets: number;
}

/** What brings a secondary from its version of a zone to the newest. */
export interface Update extends Difference {
  /** The SOA of the version it has. */
  readonly from: RRset;
}

/** Versions of a zone that are remembered at most. */
const MAX_STEPS = 100;
/** Octets that a zone may take, and all zones together. */
export const MAX_ZONE_OCTETS: number = 8 * 2 ** 20;
const MAX_TOTAL_OCTETS = 64 * 2 ** 20;
/** What a step takes beside its records, about. */
const STEP_OCTETS = 512;

/** The octets all journals take, so that they can be bounded together. */
export class JournalSpace {
  readonly #max: number;
  /** In the order they were written to last. */
  readonly #journals = new Set<Journal>();
  #octets = 0;

  constructor(maxOctets: number = MAX_TOTAL_OCTETS) {
    this.#max = maxOctets;
  }

  /** Takes note of what a journal takes more (or less) than before, and makes room at the expense of the one unchanged for longest. */
  note(journal: Journal, more: number): void {
    this.#octets += more;
    if (more > 0) {
      this.#journals.delete(journal);
      this.#journals.add(journal);
    } else if (journal.octets === 0) {
      this.#journals.delete(journal);
    }
    while (this.#octets > this.#max) {
      const [oldest] = this.#journals;
      if (oldest === undefined) return;
      oldest.dropOldest();
    }
  }
}

/** The changes between the last versions of a zone (RFC 1995), in memory alone: after a restart it begins anew. */
export class Journal {
  readonly #space: JournalSpace;
  #steps: Step[] = [];
  #octets = 0;
  /** The serial that the last step leads to. */
  #serial: number | undefined;

  constructor(space: JournalSpace) {
    this.#space = space;
  }

  get octets(): number {
    return this.#octets;
  }

  /** Adds what has changed between two versions; undefined: too much to keep. */
  add(before: ZoneContent, after: ZoneContent, difference: Difference | undefined): void {
    if (difference === undefined || this.#serial !== before.serial) this.clear();
    this.#serial = after.serial;
    if (difference === undefined) return;
    const octets = STEP_OCTETS + difference.removed.octets + difference.added.octets;
    this.#steps.push({ from: before.serial, soa: before.soa, difference, octets });
    this.#octets += octets;
    this.#space.note(this, octets);
    while (this.#steps.length > MAX_STEPS || this.#octets > MAX_ZONE_OCTETS) this.dropOldest();
  }

  /** Forgets the oldest version. */
  dropOldest(): void {
    const step = this.#steps.shift();
    const octets = step?.octets ?? 0;
    this.#octets -= octets;
    this.#space.note(this, -octets);
  }

  clear(): void {
    const octets = this.#octets;
    this.#steps = [];
    this.#octets = 0;
    this.#serial = undefined;
    this.#space.note(this, -octets);
  }

  /** @returns what leads from one serial to another in one step; undefined if that is not known */
  find(from: number, to: number): Update | undefined {
    if (to !== this.#serial) return undefined;
    const first = this.#steps.findIndex((step) => step.from === from);
    const step = this.#steps[first];
    if (step === undefined) return undefined;
    const differences = this.#steps.slice(first).map(({ difference }) => difference);
    return { from: step.soa, ...condense(differences) };
  }
}
