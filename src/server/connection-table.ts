import type { Address } from "../address/address.ts";

/** A connection as the table sees it. */
export interface TableEntry<E> {
  /** From {@link sourceKey}; undefined while it is not known, which is as long as the cap per source does not hold. */
  readonly source: string | undefined;
  /** When it last did something useful, in milliseconds. */
  readonly activeAt: number;
  /** The table's, undefined while the entry is in none. */
  place: TablePlace<E> | undefined;
}

/** Where an entry stands among the others. */
export interface TablePlace<E> {
  /** Idle for longer. */
  older: E | undefined;
  newer: E | undefined;
  /** All of the same source, in the order they came. */
  readonly siblings: E[] | undefined;
}

/**
 * All connections of a thread, with the caps that decide who has to go when one more comes.
 *
 * A list that runs through its entries, and no Set: those that come and go have a Set grow into ever new tables, each of which refers to the
 * next. As soon as one is in the old generation of the heap, no table after it is collected with the young one, and no
 * connection that one of them knew: a third of all that connections allocate had to be copied.
 */
export class ConnectionTable<E extends TableEntry<E>> {
  readonly #limit: number;
  readonly #limitPerSource: number;
  #oldest: E | undefined;
  #newest: E | undefined;
  #size = 0;
  readonly #bySource = new Map<string, E[]>();

  constructor(limit: number, limitPerSource: number) {
    this.#limit = limit;
    this.#limitPerSource = limitPerSource;
  }

  get size(): number {
    return this.#size;
  }

  /** Adds an entry. Returns the one that had to go for it: the longest idle of the source that is over, else of all. */
  add(entry: E): E | undefined {
    const evicted = this.#findEvicted(entry.source);
    if (evicted !== undefined) this.remove(evicted);
    const siblings = entry.source === undefined ? undefined : this.#siblingsOf(entry.source);
    siblings?.push(entry);
    entry.place = { older: undefined, newer: undefined, siblings };
    this.#append(entry, entry.place);
    this.#size += 1;
    return evicted;
  }

  /** Notes that an entry was active just now. */
  touch(entry: E): void {
    const { place } = entry;
    if (place === undefined || entry === this.#newest) return;
    this.#unlink(place);
    this.#append(entry, place);
  }

  remove(entry: E): void {
    const { place, source } = entry;
    if (place === undefined) return;
    this.#unlink(place);
    entry.place = undefined;
    this.#size -= 1;
    const { siblings } = place;
    if (siblings === undefined || source === undefined) return;
    siblings.splice(siblings.indexOf(entry), 1);
    if (siblings.length === 0) this.#bySource.delete(source);
  }

  /** A copy, longest idle first: entries may be removed meanwhile. */
  list(): E[] {
    const entries: E[] = [];
    for (let at = this.#oldest; at !== undefined; at = at.place?.newer) entries.push(at);
    return entries;
  }

  #findEvicted(source: string | undefined): E | undefined {
    const siblings = source === undefined ? undefined : this.#bySource.get(source);
    if (siblings !== undefined && siblings.length >= this.#limitPerSource) {
      return findLongestIdle(siblings);
    }
    return this.#size >= this.#limit ? this.#oldest : undefined;
  }

  #siblingsOf(source: string): E[] {
    const known = this.#bySource.get(source);
    if (known !== undefined) return known;
    const siblings: E[] = [];
    this.#bySource.set(source, siblings);
    return siblings;
  }

  #append(entry: E, place: TablePlace<E>): void {
    const before = this.#newest;
    place.older = before;
    place.newer = undefined;
    if (before?.place === undefined) this.#oldest = entry;
    else before.place.newer = entry;
    this.#newest = entry;
  }

  /** Takes an entry out of the list; what is left behind refers to no other. */
  #unlink(place: TablePlace<E>): void {
    const { older, newer } = place;
    if (older?.place === undefined) this.#oldest = newer;
    else older.place.newer = newer;
    if (newer?.place === undefined) this.#newest = older;
    else newer.place.older = older;
    place.older = undefined;
    place.newer = undefined;
  }
}

/** What counts as one source: an IPv4 address, or the /56 that one IPv6 customer has. */
export function sourceKey({ family, octets: o }: Address): string {
  // Spelled out, for it is made for every connection: join() takes several times as long.
  return family === 4
    ? `${o[0]}.${o[1]}.${o[2]}.${o[3]}`
    : `${o[0]}.${o[1]}.${o[2]}.${o[3]}.${o[4]}.${o[5]}.${o[6]}`;
}

function findLongestIdle<E extends TableEntry<E>>(entries: readonly E[]): E | undefined {
  let longest: E | undefined;
  for (const entry of entries) {
    if (longest === undefined || entry.activeAt < longest.activeAt) longest = entry;
  }
  return longest;
}
