import type { Clock } from "../clock/clock.ts";
import type { Log } from "../log/log.ts";
import { findKeyByText, type Keyring } from "../tsig/keyring.ts";

export interface MissingKeysOptions {
  readonly keyring: Keyring;
  readonly log: Log;
  readonly clock: Clock;
}

/** Zones come one after the other; as many as come in this time have one line. */
const SETTLE_MS = 1000;

/**
 * Tells of keys that zones name and the server file does not have, as zone files are read without it: of each zone once, of
 * all zones that come together in one line per key.
 */
export class MissingKeys {
  readonly #options: MissingKeysOptions;
  /** By zone: the keys that have been told of. */
  readonly #told = new Map<string, ReadonlySet<string>>();
  /** By key: the zones that are to be told of. */
  #waiting = new Map<string, Set<string>>();
  #cancel: (() => void) | undefined;

  constructor(options: MissingKeysOptions) {
    this.#options = options;
  }

  /** Takes note of all keys that a zone names now. @param zone presentation form */
  note(zone: string, keys: ReadonlySet<string>): void {
    const { keyring, clock } = this.#options;
    const missing = new Set([...keys].filter((key) => findKeyByText(keyring, key) === undefined));
    const before = this.#told.get(zone);
    this.forget(zone);
    if (missing.size === 0) return;
    this.#told.set(zone, missing);
    for (const key of missing) {
      if (before?.has(key) === true) continue;
      const zones = this.#waiting.get(key) ?? new Set();
      this.#waiting.set(key, zones.add(zone));
      this.#cancel ??= clock.schedule(() => this.#tell(), SETTLE_MS);
    }
  }

  /** A zone is no more. */
  forget(zone: string): void {
    this.#told.delete(zone);
  }

  close(): void {
    this.#cancel?.();
  }

  #tell(): void {
    this.#cancel = undefined;
    for (const [key, zones] of this.#waiting) {
      const [zone] = zones;
      this.#options.log.warn(
        { key, zones: zones.size, zone },
        "transfer names a key that the server file does not have",
      );
    }
    this.#waiting = new Map();
  }
}
