/**
 * ALIAS records whose targets are somebody else's: finds them, has resolvers asked for them, and gives what these say to the
 * control plane as the values of the records' pools.
 */

import type { Clock } from "../clock/clock.ts";
import type { PreparedZone } from "../loader/prepare-zone.ts";
import type { Log } from "../log/log.ts";
import type { StubResolver } from "../resolver/stub-resolver.ts";
import { type Known, keyOfTarget, type Target, TargetTable } from "../resolver/target-table.ts";
import { formatName } from "../wire/name.ts";
import { TYPE_A, TYPE_AAAA } from "../wire/rr-types.ts";
import type { Zone } from "../zone/model.ts";
import { keyOf } from "../zone/names.ts";
import { type AliasKnowledge, fillAliases } from "./fill-aliases.ts";
import { findOutsideTargets } from "./find-outside-targets.ts";
import type { SavedTarget } from "./saved-targets.ts";

export interface AliasesOptions {
  /** Undefined: there is nobody to ask. */
  readonly resolver: StubResolver | undefined;
  readonly clock: Clock;
  /** From 0 to below 1. */
  readonly random: () => number;
  readonly log: Log;
  /** What was known at the end of an earlier run. */
  readonly remembered: readonly SavedTarget[];
  /** The zones that are served, and what to do with those whose pools have other values now. */
  readonly zones: () => readonly PreparedZone[];
  readonly replacePools: (zones: readonly Zone[]) => void;
  /** What `export()` returns has changed. */
  readonly onChange: () => void;
}

/** What comes within this time is served together. */
const GATHER_MS = 100;

export class Aliases {
  readonly #options: AliasesOptions;
  readonly #table: TargetTable;
  readonly #remembered: ReadonlyMap<string, Known>;
  readonly #knowledge: AliasKnowledge;
  /** Keys of the targets outside; undefined: nobody has looked yet. */
  #outside: ReadonlySet<string> | undefined;
  /** Those that nobody can be asked for, and the log has been told of. */
  #complained: ReadonlySet<string> = new Set();
  #cancelTimer: (() => void) | undefined;
  #isClosed = false;

  constructor(options: AliasesOptions) {
    this.#options = options;
    const { resolver, clock, random, log } = options;
    this.#remembered = new Map(options.remembered.map((one) => [keyOfTarget(one), one.known]));
    this.#table = new TargetTable({
      resolve: (name, type) =>
        resolver?.resolve(name, type) ??
        Promise.resolve({ kind: "failed", reason: "there is no resolver" }),
      clock,
      random,
      onChange: () => {
        options.onChange();
        this.#replaceSoon();
      },
      onEvent: ({ name, type, kind, reason }) => {
        const fields = { name, type, ...(reason === "" ? {} : { reason }) };
        if (kind === "recovered") log.info(fields, `${name} ${type} can be resolved again`);
        else if (kind === "vanished") log.warn(fields, `the ALIAS target ${name} has no ${type}`);
        else log.warn(fields, `${name} ${type} cannot be resolved: what was known of it stays`);
      },
    });
    this.#knowledge = {
      find: (name, type) =>
        this.#table.find(name, type) ?? this.#remembered.get(keyOfTarget({ name, type })),
      isInside: (name) => this.#outside?.has(keyOf(name)) === false,
    };
  }

  /** The table of what is looked up, for metrics. */
  get lookups(): Pick<TargetTable, "counts" | "sizes"> {
    return this.#table;
  }

  /** The zone with what is known at the moment. */
  fill(zone: Zone): Zone {
    return fillAliases(zone, this.#knowledge);
  }

  /** Other zones are served now: finds out who has to be asked for what. */
  follow(): void {
    const { zones, resolver, log } = this.#options;
    const outside = findOutsideTargets(zones());
    const keys = new Set(outside.map(keyOf));
    const before = this.#outside ?? new Set();
    const isSame = keys.size === before.size && [...keys].every((key) => before.has(key));
    this.#outside = keys;
    if (resolver === undefined) {
      for (const name of outside) {
        if (this.#complained.has(keyOf(name))) continue;
        const target = formatName(name);
        log.error(
          { target },
          `ALIAS records to ${target} fail: it is in no zone here, and the server file names no resolver to ask; write resolver: [ADDR:PORT]`,
        );
      }
      this.#complained = keys;
    } else if (!isSame) {
      const targets = outside.flatMap((name): Target[] => [
        { name, type: TYPE_A },
        { name, type: TYPE_AAAA },
      ]);
      this.#table.follow(targets, (target) => this.#remembered.get(keyOfTarget(target)));
    }
    this.#replace();
  }

  /** All that is known. */
  export(): SavedTarget[] {
    return this.#table.list();
  }

  close(): void {
    this.#isClosed = true;
    this.#cancelTimer?.();
    this.#table.close();
  }

  #replaceSoon(): void {
    if (this.#cancelTimer !== undefined || this.#isClosed) return;
    this.#cancelTimer = this.#options.clock.schedule(() => {
      this.#cancelTimer = undefined;
      this.#replace();
    }, GATHER_MS);
  }

  #replace(): void {
    if (this.#isClosed) return;
    const { zones, replacePools } = this.#options;
    const changed = zones().flatMap(({ zone }) => {
      const filled = this.fill(zone);
      return filled === zone ? [] : [filled];
    });
    if (changed.length > 0) replacePools(changed);
  }
}
