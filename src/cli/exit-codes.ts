/** Exit statuses of the commands. Scripts depend on them. */
export const EXIT = {
  ok: 0,
  /** A bad file, a port in use, no answer. */
  failed: 1,
  /** `diff`: some answers would change. */
  differs: 2,
  /** `explain`: there is no such name. */
  noSuchName: 3,
  /** `status`: something is down, or answered as if it were not. */
  unwell: 4,
  /** `drain` and its kin: the selector matches nothing. */
  noMatch: 5,
  /** A guard is against it; `--force` overrules it. */
  refused: 6,
  /** Wrong usage (EX_USAGE of sysexits.h). */
  usage: 64,
  /** A running server is needed, and none answers (EX_UNAVAILABLE). */
  unavailable: 69,
} as const;
