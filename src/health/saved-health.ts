/** What outlives a restart. Ages are milliseconds before the moment it was made, or read. */
export interface SavedTarget {
  readonly verdict: "up" | "down";
  readonly sinceAgeMs: number;
  /** Of the downs within the flap window, oldest first. */
  readonly downAgesMs: readonly number[];
  readonly lastError: string | undefined;
}

/** By `CheckTarget.key`. */
export type SavedHealth = ReadonlyMap<string, SavedTarget>;
