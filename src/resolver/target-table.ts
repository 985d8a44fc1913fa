/**
 * What resolvers have said of names that somebody needs to know all the time: asked again whenever the TTL ends, and kept
 * whatever happens then. A resolver that is out of order changes nothing; one that says that there is nothing any more has to
 * say so several times.
 */
import { formatName } from "../wire/name.ts";
import { formatType } from "../wire/rr-types.ts";
import type { Resolved } from "./stub-resolver.ts";

/** What a name has of a type, as it was said last. */
export interface Known {
  /** Empty: nothing. */
  readonly rdata: readonly Uint8Array[];
  /** Seconds, as the resolver gave it. */
  readonly ttl: number;
}

export interface Target {
  /** Lower case. */
  readonly name: Uint8Array;
  readonly type: number;
}

/** Something that people should hear of. */
export interface TargetEvent {
  /** Presentation form. */
  readonly name: string;
  readonly type: string;
  /** `failing`: nobody could say; `recovered`: somebody can again; `vanished`: there is nothing there any more. */
  readonly kind: "failing" | "recovered" | "vanished";
  readonly reason: string;
}

export interface TargetTableOptions {
  readonly resolve: (name: Uint8Array, type: number) => Promise<Resolved>;
  /** Monotonic milliseconds, and timers. */
  readonly clock: {
    now(): number;
    schedule(callback: () => void, delayMs: number): () => void;
  };
  /** From 0 to below 1. */
  readonly random: () => number;
  /** What `find()` returns for some name has changed. */
  readonly onChange: () => void;
  readonly onEvent: (event: TargetEvent) => void;
}

/** Results of lookups since the start. */
export interface LookupCounts {
  readonly records: number;
  readonly none: number;
  readonly failed: number;
}

interface Entry extends Target {
  known: Known | undefined;
  /** In a row. */
  failures: number;
  /** In a row, of a name that had something. */
  denials: number;
  cancelTimer: () => void;
  isDropped: boolean;
}

/** Bounds on the time between two lookups, in seconds. */
const MIN_TTL = 5;
const MAX_TTL = 3600;
const MAX_NEGATIVE_TTL = 60;
/** How often in a row, and how long after each other, something must be said to be gone. */
const DENIALS = 3;
const DENIAL_PAUSE_MS = 10_000;
/** After a failure; twice as long after every further one. */
const FIRST_RETRY_MS = 1000;
const LAST_RETRY_MS = 60_000;
/** Lookups of one moment are spread over this time. */
const SPREAD_MS = 1000;

export class TargetTable {
  readonly #options: TargetTableOptions;
  readonly #entries = new Map<string, Entry>();
  readonly #counts = { records: 0, none: 0, failed: 0 };

  constructor(options: TargetTableOptions) {
    this.#options = options;
  }

  get counts(): LookupCounts {
    return this.#counts;
  }

  /** How many are followed, how many of these failed when they were looked up last, and of how many nothing is known. */
  get sizes(): { readonly targets: number; readonly failing: number; readonly unknown: number } {
    const entries = [...this.#entries.values()];
    return {
      targets: entries.length,
      failing: entries.filter(({ failures }) => failures > 0).length,
      unknown: entries.filter(({ known }) => known === undefined).length,
    };
  }

  /** What is known of a name; undefined: nothing, or nobody follows it. */
  find(name: Uint8Array, type: number): Known | undefined {
    return this.#entries.get(keyOfTarget({ name, type }))?.known;
  }

  /** Everything that is known. */
  list(): (Target & { readonly known: Known })[] {
    return [...this.#entries.values()].flatMap(({ name, type, known }) =>
      known === undefined ? [] : [{ name, type, known }],
    );
  }

  /**
   * Looks these names up from now on, and forgets all others.
   *
   * @param remembered what was known of one in an earlier run
   */
  follow(targets: readonly Target[], remembered?: (target: Target) => Known | undefined): void {
    const wanted = new Map(targets.map((target) => [keyOfTarget(target), target]));
    for (const [key, entry] of this.#entries) {
      if (wanted.has(key)) continue;
      entry.cancelTimer();
      entry.isDropped = true;
      this.#entries.delete(key);
    }
    let added = 0;
    for (const [key, { name, type }] of wanted) {
      if (this.#entries.has(key)) continue;
      const entry: Entry = {
        name,
        type,
        known: remembered?.({ name, type }),
        failures: 0,
        denials: 0,
        cancelTimer: () => undefined,
        isDropped: false,
      };
      this.#entries.set(key, entry);
      // What nothing is known of cannot wait.
      const delayMs = entry.known === undefined ? 0 : this.#options.random() * SPREAD_MS;
      this.#schedule(entry, delayMs);
      added++;
    }
    if (added > 0) this.#options.onChange();
  }

  close(): void {
    this.follow([]);
  }

  #schedule(entry: Entry, delayMs: number): void {
    const { clock } = this.#options;
    entry.cancelTimer = clock.schedule(() => void this.#lookUp(entry), delayMs);
  }

  async #lookUp(entry: Entry): Promise<void> {
    const resolved = await this.#options.resolve(entry.name, entry.type);
    if (entry.isDropped) return;
    this.#counts[resolved.kind]++;
    const delayMs =
      resolved.kind === "failed"
        ? this.#noteFailure(entry, resolved.reason)
        : this.#noteReply(entry, resolved);
    this.#schedule(entry, delayMs + this.#options.random() * Math.min(SPREAD_MS, delayMs));
  }

  /** @returns when to ask again, in milliseconds from now */
  #noteFailure(entry: Entry, reason: string): number {
    if (entry.failures === 0) this.#report(entry, "failing", reason);
    const delayMs = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(entry.failures, 10));
    entry.failures++;
    return delayMs;
  }

  #noteReply(entry: Entry, resolved: Exclude<Resolved, { kind: "failed" }>): number {
    if (entry.failures > 0) this.#report(entry, "recovered", "");
    entry.failures = 0;
    const { ttl } = resolved;
    if (resolved.kind === "records") {
      entry.denials = 0;
      this.#learn(entry, { rdata: resolved.rdata, ttl });
      return clamp(ttl, MAX_TTL) * 1000;
    }
    const had = entry.known !== undefined && entry.known.rdata.length > 0;
    if (had && ++entry.denials < DENIALS) return DENIAL_PAUSE_MS;
    if (had) this.#report(entry, "vanished", `said ${DENIALS} times`);
    entry.denials = 0;
    this.#learn(entry, { rdata: [], ttl });
    return clamp(ttl, MAX_NEGATIVE_TTL) * 1000;
  }

  #learn(entry: Entry, known: Known): void {
    const before = entry.known;
    const isSame =
      before?.ttl === known.ttl &&
      before.rdata.length === known.rdata.length &&
      before.rdata.every((octets, i) => Buffer.compare(octets, known.rdata[i]!) === 0);
    if (isSame) return;
    entry.known = known;
    this.#options.onChange();
  }

  #report({ name, type }: Entry, kind: TargetEvent["kind"], reason: string): void {
    this.#options.onEvent({ name: formatName(name), type: formatType(type), kind, reason });
  }
}

function clamp(ttl: number, most: number): number {
  return Math.max(MIN_TTL, Math.min(ttl, most));
}

/** Equal for equal targets. */
export function keyOfTarget({ name, type }: Target): string {
  return `${type} ${Buffer.from(name).toString("latin1")}`;
}
