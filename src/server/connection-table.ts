import type { Address } from "../address/address.ts";

/** A connection as the table sees it. */
export interface TableEntry {
  /** From {@link sourceKey}; undefined while it is not known, which is as long as the cap per source does not hold. */
  readonly source: string | undefined;
  /** When it last did something useful, in milliseconds. */
  readonly activeAt: number;
}

/** All connections of a thread, with the caps that decide who has to go when one more comes. */
export class ConnectionTable<E extends TableEntry> {
  readonly #limit: number;
  readonly #limitPerSource: number;
  /** Longest idle first. */
  readonly #entries = new Set<E>();
  readonly #bySource = new Map<string, Set<E>>();

  constructor(limit: number, limitPerSource: number) {
    this.#limit = limit;
    this.#limitPerSource = limitPerSource;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** Adds an entry. Returns the one that had to go for it: the longest idle of the source that is over, else of all. */
  add(entry: E): E | undefined {
    const { source } = entry;
    const siblings = source === undefined ? undefined : (this.#bySource.get(source) ?? new Set());
    const evicted =
      siblings !== undefined && siblings.size >= this.#limitPerSource
        ? findLongestIdle(siblings)
        : this.#entries.size >= this.#limit
          ? findFirst(this.#entries)
          : undefined;
    if (evicted !== undefined) this.remove(evicted);
    if (source !== undefined && siblings !== undefined) {
      siblings.add(entry);
      this.#bySource.set(source, siblings);
    }
    this.#entries.add(entry);
    return evicted;
  }

  /** Notes that an entry was active just now. */
  touch(entry: E): void {
    if (this.#entries.delete(entry)) this.#entries.add(entry);
  }

  remove(entry: E): void {
    if (!this.#entries.delete(entry) || entry.source === undefined) return;
    const siblings = this.#bySource.get(entry.source);
    siblings?.delete(entry);
    if (siblings?.size === 0) this.#bySource.delete(entry.source);
  }

  /** The longest idle of all. */
  get longestIdle(): E | undefined {
    return findFirst(this.#entries);
  }

  /** A copy: entries may be removed meanwhile. */
  list(): E[] {
    return [...this.#entries];
  }
}

/** What counts as one source: an IPv4 address, or the /56 that one IPv6 customer has. */
export function sourceKey({ family, octets: o }: Address): string {
  // Spelled out, for it is made for every connection: join() takes several times as long.
  return family === 4
    ? `${o[0]}.${o[1]}.${o[2]}.${o[3]}`
    : `${o[0]}.${o[1]}.${o[2]}.${o[3]}.${o[4]}.${o[5]}.${o[6]}`;
}

function findFirst<E>(entries: Iterable<E>): E | undefined {
  for (const entry of entries) return entry;
  return undefined;
}

function findLongestIdle<E extends TableEntry>(entries: Iterable<E>): E | undefined {
  let longest: E | undefined;
  for (const entry of entries) {
    if (longest === undefined || entry.activeAt < longest.activeAt) longest = entry;
  }
  return longest;
}
