/**
 * What health says of every target at one moment: the only thing of this folder that steering reads.
 */

/** `init`: no verdict yet, counts as up: a server that has just started must not empty its own answers. */
export type Verdict = "init" | "up" | "down";

export interface TargetState {
  readonly verdict: Verdict;
  /** Up, with failures that have not yet led to a verdict. */
  readonly suspect: boolean;
  /** Down, passing its checks, kept out by the flap hold-down. */
  readonly held: boolean;
  /** Enough failures to go down, but nothing proves that our own network works. */
  readonly blind: boolean;
  /** Adopted from an earlier run, or without a result for three intervals. */
  readonly stale: boolean;
  /** Monotonic milliseconds of the last change of verdict. */
  readonly since: number;
  /** Why it is suspect or down; undefined while all is well. */
  readonly lastError: string | undefined;
}

/** Immutable: a change makes a new one. */
export interface HealthSnapshot {
  /** By `CheckTarget.key`. A target that is missing counts as `init`. */
  readonly targets: ReadonlyMap<string, TargetState>;
}
