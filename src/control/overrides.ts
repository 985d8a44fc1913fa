/**
 * What operators have said of values: an ordered list of overrides, the last one that matches a value wins. It outlives
 * restarts, and what has a term ends by itself.
 */
import { randomBytes } from "node:crypto";
import type { Clock } from "../clock/clock.ts";
import { scheduleLong } from "../clock/schedule-long.ts";
import type { Log } from "../log/log.ts";
import type { OrderedOverride, Override, Overrides } from "../steering/world.ts";
import { matchGlob } from "./match-glob.ts";
import type { OverridesFile, SavedOverride } from "./overrides-file.ts";
import { parseSelector, type Selector } from "./selector.ts";

export interface StoredOverride extends OrderedOverride {
  readonly id: string;
  readonly selector: Selector;
  /** Wall clock, milliseconds since 1970. */
  readonly since: number;
  /** Undefined: until it is removed. */
  readonly until: number | undefined;
}

export interface NewOverride extends Override {
  readonly selector: Selector;
  /** Milliseconds; undefined: until it is removed. */
  readonly forMs: number | undefined;
}

export interface OverrideStoreOptions {
  readonly file: OverridesFile;
  readonly clock: Clock;
  /** Milliseconds since 1970. */
  readonly wallClock: () => number;
  readonly log: Log;
  /** Called after every change, expiry included. */
  readonly onChange: (view: Overrides) => void;
}

/** Owns the list, its file and the timers that end what has a term. */
export class OverrideStore {
  readonly #options: OverrideStoreOptions;
  #list: readonly StoredOverride[] = [];
  readonly #cancelTimers = new Map<string, () => void>();
  #nextOrder = 0;
  /** By whether the last write succeeded. */
  #isSaved = true;

  private constructor(options: OverrideStoreOptions) {
    this.#options = options;
  }

  /** Takes up what the file holds, less what has ended meanwhile. */
  static async open(options: OverrideStoreOptions): Promise<OverrideStore> {
    const store = new OverrideStore(options);
    const now = options.wallClock();
    for (const saved of await options.file.read()) {
      const selector = parseSelector(saved.selector);
      if (typeof selector === "string") {
        options.log.error({ selector: saved.selector, problem: selector }, "override not taken up");
      } else if (saved.until === null || saved.until > now) {
        store.#put({
          ...saved,
          order: store.#nextOrder++,
          selector,
          reason: saved.reason ?? undefined,
          until: saved.until ?? undefined,
        });
      }
    }
    return store;
  }

  /** In order: later ones win. */
  list(): readonly StoredOverride[] {
    return this.#list;
  }

  view(): Overrides {
    return viewOf(this.#list);
  }

  /** What would hold with one more. */
  preview(added: NewOverride): Overrides {
    return viewOf([...this.#without(added), this.#create(added)]);
  }

  /**
   * Adds an override at the end, in place of an equal one.
   *
   * @returns what holds now, and whether it is on disk: if not, it holds until the next restart
   */
  async add(added: NewOverride): Promise<{ stored: StoredOverride; isSaved: boolean }> {
    const stored = this.#create(added);
    for (const { id } of this.#list) if (this.#isReplaced(id, added)) this.#drop(id);
    this.#put(stored);
    this.#options.onChange(this.view());
    return { stored, isSaved: await this.#save() };
  }

  /** Removes overrides, by id. */
  async remove(ids: readonly string[]): Promise<{ isSaved: boolean }> {
    for (const id of ids) this.#drop(id);
    if (ids.length > 0) this.#options.onChange(this.view());
    return { isSaved: ids.length === 0 ? this.#isSaved : await this.#save() };
  }

  /** The overrides that a pattern names by id or by the text of their selector. */
  findByText(pattern: string): readonly StoredOverride[] {
    return this.#list.filter(
      ({ id, selector }) => id === pattern || matchGlob(pattern, selector.text),
    );
  }

  /** Resolves when all changes so far are on disk, or are known not to be: those are tried once more. @returns whether they are */
  async settle(): Promise<boolean> {
    await this.#options.file.settle();
    return this.#isSaved || (await this.#save());
  }

  /** Stops the timers; the list stays as it is on disk. */
  async close(): Promise<void> {
    for (const cancel of this.#cancelTimers.values()) cancel();
    this.#cancelTimers.clear();
    await this.#options.file.settle();
  }

  #create({ action, selector, by, reason, forMs }: NewOverride): StoredOverride {
    const since = this.#options.wallClock();
    const until = forMs === undefined ? undefined : since + forMs;
    const id = randomBytes(4).toString("hex");
    return { id, order: this.#nextOrder++, action, selector, by, reason, since, until };
  }

  #without(added: NewOverride): StoredOverride[] {
    return this.#list.filter(({ id }) => !this.#isReplaced(id, added));
  }

  #isReplaced(id: string, { action, selector }: NewOverride): boolean {
    const known = this.#list.find((one) => one.id === id);
    return known?.action === action && known.selector.text === selector.text;
  }

  #put(stored: StoredOverride): void {
    this.#list = [...this.#list, stored];
    if (stored.until !== undefined)
      this.#armTimer(stored.id, stored.until - this.#options.wallClock());
  }

  #drop(id: string): void {
    this.#list = this.#list.filter((one) => one.id !== id);
    this.#cancelTimers.get(id)?.();
    this.#cancelTimers.delete(id);
  }

  /** By the monotonic clock: a step of the wall clock ends nothing early. */
  #armTimer(id: string, leftMs: number): void {
    const { clock } = this.#options;
    this.#cancelTimers.set(
      id,
      scheduleLong(clock, () => this.#expire(id), Math.max(0, leftMs)),
    );
  }

  #expire(id: string): void {
    const ended = this.#list.find((one) => one.id === id);
    if (ended === undefined) return;
    this.#drop(id);
    const { action, selector, by } = ended;
    this.#options.log.info({ id, action, selector: selector.text, by }, "override has ended");
    this.#options.onChange(this.view());
    void this.#save();
  }

  async #save(): Promise<boolean> {
    const error = await this.#options.file.write(this.#list.map(toSaved));
    if (error !== undefined) {
      this.#options.log.error(
        { err: error },
        "overrides cannot be saved: they end with this process",
      );
    }
    this.#isSaved = error === undefined;
    return this.#isSaved;
  }
}

function viewOf(list: readonly StoredOverride[]): Overrides {
  if (list.length === 0) return { find: () => undefined };
  return {
    find: (zone, pool, value) =>
      list.findLast(({ selector }) => selector.matches(zone, pool, value)),
  };
}

function toSaved({
  id,
  action,
  selector,
  by,
  reason,
  since,
  until,
}: StoredOverride): SavedOverride {
  return {
    id,
    action,
    selector: selector.text,
    by,
    reason: reason ?? null,
    since,
    until: until ?? null,
  };
}
