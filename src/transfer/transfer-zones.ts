/**
 * The zones that other name servers may have, or are told of: the version in service of each, and what has changed since
 * the versions before.
 */

import { isUnavailable } from "../loader/prepare-static.ts";
import type { PreparedZone } from "../loader/prepare-zone.ts";
import type { Log } from "../log/log.ts";
import { formatName } from "../wire/name.ts";
import { isNewerSerial } from "../wire/serial.ts";
import type { Name, NotifyTarget, TransferRule } from "../zone/model.ts";
import { keyOf } from "../zone/names.ts";
import { compareContents, type Difference } from "./difference.ts";
import { flattenPlans } from "./flatten-plans.ts";
import { Journal, JournalSpace, MAX_ZONE_OCTETS } from "./journal.ts";
import type { FindZone } from "./resolve-alias.ts";
import { ZoneContent } from "./zone-content.ts";

export interface TransferZonesOptions {
  /** Of zones that say nothing of it. */
  readonly allow: readonly TransferRule[];
  readonly notify: readonly NotifyTarget[];
  readonly log: Log;
  /** Told of a zone that is in service anew, once the journal knows what has changed. */
  readonly onChange: (zone: TransferZone) => void;
  /** Told of a zone that nobody may have or is told of any more. */
  readonly onGone: (zone: TransferZone) => void;
  /** Runs something when other work has had a turn. */
  readonly defer: (run: () => void) => void;
}

export interface TransferZone {
  /** Presentation form. */
  readonly name: string;
  readonly allow: readonly TransferRule[];
  readonly notify: readonly NotifyTarget[];
  readonly journal: Journal;
  /** Undefined while the zone has no data. */
  readonly content: ZoneContent | undefined;
}

interface Entry extends TransferZone {
  content: ZoneContent | undefined;
  /** Up to where the journal goes. */
  journaled: ZoneContent | undefined;
  comparison: Generator<undefined, Difference | undefined> | undefined;
}

/** Names in a line of the log. */
const MAX_LISTED = 10;

/** Steps of a comparison in one turn: some milliseconds. */
const STEPS_PER_TURN = 8;

export class TransferZones {
  readonly #options: TransferZonesOptions;
  readonly #space = new JournalSpace();
  /** All that are served, by `keyOf()` their apex. */
  readonly #served = new Map<string, PreparedZone>();
  readonly #zones = new Map<string, Entry>();

  constructor(options: TransferZonesOptions) {
    this.#options = options;
  }

  /** The zone of that apex in lower case; undefined if it is not served, or nobody may have it. */
  find(apex: Name): TransferZone | undefined {
    return this.#zones.get(keyOf(apex));
  }

  /** Whether a zone with that apex in lower case is served. */
  isServed(apex: Name): boolean {
    return this.#served.has(keyOf(apex));
  }

  /** Takes note of all zones that are in service now. */
  follow(zones: readonly PreparedZone[]): void {
    const gone = new Set(this.#served.keys());
    const changed: PreparedZone[] = [];
    for (const prepared of zones) {
      const key = keyOf(prepared.zone.apex);
      gone.delete(key);
      if (this.#served.get(key) === prepared) continue;
      this.#served.set(key, prepared);
      changed.push(prepared);
    }
    for (const key of gone) {
      this.#served.delete(key);
      this.#forget(key);
    }
    for (const prepared of changed) this.#update(prepared);
  }

  #update(prepared: PreparedZone): void {
    const { transfer, apex } = prepared.zone;
    const key = keyOf(apex);
    const allow = transfer?.allow ?? this.#options.allow;
    const notify = transfer?.notify ?? this.#options.notify;
    if (allow.length + notify.length === 0) {
      this.#forget(key);
      return;
    }
    const before = this.#zones.get(key);
    if (before?.content?.isOf(prepared)) {
      // Other geo data or other addresses of a target elsewhere: nothing that is transferred is different.
      before.content = new ZoneContent(prepared, before.content.plans);
      return;
    }
    const name = before?.name ?? formatName(apex);
    const journal = before?.journal ?? new Journal(this.#space);
    const content = this.#readContent(prepared, name);
    const entry: Entry = {
      name,
      allow,
      notify,
      journal,
      content,
      journaled: before?.journaled,
      comparison: undefined,
    };
    if (before !== undefined) before.comparison = undefined;
    this.#zones.set(key, entry);
    this.#journal(entry);
  }

  #forget(key: string): void {
    const entry = this.#zones.get(key);
    if (entry === undefined) return;
    entry.comparison = undefined;
    entry.journal.clear();
    this.#zones.delete(key);
    this.#options.onGone(entry);
  }

  #readContent(prepared: PreparedZone, name: string): ZoneContent | undefined {
    if (isUnavailable(prepared)) return undefined;
    const findZone: FindZone = (target) => this.#findZone(target);
    const outside = prepared.compiled.plans.filter(
      ({ rrset: { alias } }) => alias !== undefined && findZone(alias.target) === undefined,
    );
    if (outside.length > 0) {
      const names = new Set(outside.map(({ rrset }) => formatName(rrset.owner)));
      const fields = { zone: name, names: [...names].slice(0, MAX_LISTED), count: names.size };
      const why = "ALIAS records lead to names elsewhere: secondaries have nothing there";
      this.#options.log.warn(fields, why);
    }
    const plans = flattenPlans(prepared, findZone);
    return new ZoneContent(prepared, plans);
  }

  #journal(entry: Entry): void {
    const { content, journaled } = entry;
    if (content === undefined) return;
    const isBack = journaled !== undefined && isNewerSerial(journaled.serial, content.serial);
    if (isBack) {
      const fields = { zone: entry.name, serial: content.serial, before: journaled.serial };
      const why = "serial of a zone has gone back: secondaries keep what they have";
      this.#options.log.warn(fields, why);
    }
    if (journaled === undefined || isBack) {
      entry.journal.clear();
      this.#settle(entry, content);
      return;
    }
    entry.comparison = compareContents(journaled, content, MAX_ZONE_OCTETS);
    this.#compare(entry, journaled, content);
  }

  #compare(entry: Entry, before: ZoneContent, after: ZoneContent): void {
    for (let steps = 0; steps < STEPS_PER_TURN; steps++) {
      const result = entry.comparison?.next();
      // Overtaken by a newer version.
      if (result === undefined) return;
      if (result.done !== true) continue;
      entry.comparison = undefined;
      this.#record(entry, before, after, result.value);
      this.#settle(entry, after);
      return;
    }
    this.#options.defer(() => this.#compare(entry, before, after));
  }

  #record(
    { journal, name }: Entry,
    before: ZoneContent,
    after: ZoneContent,
    difference: Difference | undefined,
  ): void {
    if (before.serial !== after.serial) {
      journal.add(before, after, difference);
    } else if (difference === undefined || difference.removed.count + difference.added.count > 0) {
      journal.clear();
      const why = "zone has changed, its serial has not: secondaries will not follow";
      this.#options.log.warn({ zone: name, serial: after.serial }, why);
    }
  }

  #settle(entry: Entry, content: ZoneContent): void {
    entry.journaled = content;
    this.#options.onChange(entry);
  }

  #findZone(name: Name): PreparedZone | undefined {
    for (let at = 0; ; at += name[at]! + 1) {
      const zone = this.#served.get(keyOf(name.subarray(at)));
      if (zone !== undefined) return isUnavailable(zone) ? undefined : zone;
      if (name[at] === 0) return undefined;
    }
  }
}
