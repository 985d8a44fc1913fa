import type { Clock } from "../clock/clock.ts";
import { scheduleLong } from "../clock/schedule-long.ts";
import { type ExpiryTable, setExpirySlot } from "../image/expiry-table.ts";

export interface ZoneExpiryOptions {
  readonly clock: Clock;
  /** Seconds since 1970. */
  readonly wallSeconds: () => number;
  /** Tells the threads that answer, for those who have the zone from us (RFC 7314 §3.2). */
  readonly expiries: ExpiryTable;
}

/**
 * When a secondary zone was confirmed, and when it expires (RFC 1034 §4.3.5). Who has it from another secondary may keep it
 * no longer than that one: what counts is how long ago the first primary of all had it (RFC 7314 §4).
 */
export class ZoneExpiry {
  readonly #options: ZoneExpiryOptions;
  readonly #onExpired: () => void;
  readonly #slot: number;
  #confirmedAt = 0;
  #freshAt = 0;
  #expiresAt = 0;
  #isExpired = false;
  #cancel: () => void = () => undefined;

  /** @param onExpired called when the time is over */
  constructor(options: ZoneExpiryOptions, onExpired: () => void) {
    this.#options = options;
    this.#onExpired = onExpired;
    this.#slot = options.expiries.take();
  }

  get isExpired(): boolean {
    return this.#isExpired;
  }

  /** When a primary said last that it has what we have, on the clock. */
  get confirmedAt(): number {
    return this.#confirmedAt;
  }

  /** On the clock. */
  get expiresAt(): number {
    return this.#expiresAt;
  }

  /** When the first primary of all had the zone as we have it, as far as we know, in seconds since 1970. */
  get freshSeconds(): number {
    const { clock, wallSeconds } = this.#options;
    return wallSeconds() - Math.ceil((clock.now() - this.#freshAt) / 1000);
  }

  /** Has a segment of the zone, which nobody else has seen yet, lead to its time. */
  mark(segment: SharedArrayBuffer): void {
    setExpirySlot(segment, this.#slot);
  }

  /** What an earlier run kept is there again; it was fresh so many seconds ago. */
  restore(expireMs: number, ageSeconds: number): void {
    const { clock } = this.#options;
    this.#freshAt = clock.now() - ageSeconds * 1000;
    this.#confirmedAt = this.#freshAt;
    this.#isExpired = ageSeconds * 1000 >= expireMs;
    this.#watch(expireMs);
  }

  /**
   * What we have is what a primary has.
   *
   * @param ageSeconds how old it is there already
   * @param isNew whether we have it from there since now; else what we knew before still holds
   */
  confirm(expireMs: number, ageSeconds: number, isNew: boolean): void {
    const now = this.#options.clock.now();
    const freshAt = now - ageSeconds * 1000;
    this.#freshAt = isNew ? freshAt : Math.max(this.#freshAt, freshAt);
    this.#confirmedAt = now;
    // Whoever has no time left itself does not bring back what has expired here.
    this.#isExpired &&= this.#freshAt + expireMs <= now;
    this.#watch(expireMs);
  }

  close(): void {
    this.#cancel();
    this.#options.expiries.release(this.#slot);
  }

  #watch(expireMs: number): void {
    const { clock, wallSeconds, expiries } = this.#options;
    this.#cancel();
    this.#expiresAt = this.#freshAt + expireMs;
    const leftMs = Math.max(0, this.#expiresAt - clock.now());
    expiries.write(this.#slot, wallSeconds() + leftMs / 1000);
    if (this.#isExpired) return;
    const expire = (): void => {
      this.#isExpired = true;
      this.#onExpired();
    };
    this.#cancel = scheduleLong(clock, expire, leftMs);
  }
}
