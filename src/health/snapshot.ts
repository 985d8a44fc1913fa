/**
 * What health says of every target at one moment: the only thing of this folder that steering reads.
 */

/** `init`: no verdict yet, counts as up (semantics B.8). */
export type Verdict = "init" | "up" | "down";

export interface TargetState {
  readonly verdict: Verdict;
  /** Up, with failures that have not yet led to a verdict. */
  readonly suspect: boolean;
  /** Down, passing its checks, kept out by the flap hold-down (semantics B.5). */
  readonly held: boolean;
  /** Enough failures to go down, but nothing proves that our own network works (semantics B.4). */
  readonly blind: boolean;
  /** Adopted from an earlier run, or without a result for three intervals. */
  readonly stale: boolean;
  /** Monotonic milliseconds of the last change of verdict. */
  readonly since: number;
  readonly lastError: string | undefined;
}

export interface HealthSnapshot {
  /** By `CheckTarget.key`. A target that is missing counts as `init`. */
  readonly targets: ReadonlyMap<string, TargetState>;
}
